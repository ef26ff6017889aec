"""The folder of a training: its settings, learning log, policies, and the state from which a killed training continues.

    training.json   the settings; a training with other settings is refused
    learning.csv    one row for each iteration
    policies/       one actor for each checkpoint, named by the decisions that it has learnt from
    resume.pt       the rest of the last checkpoint; deleted when the training is over
    finished.json   the outcome; written when the training is over

Each file is complete or absent, and equal trainings write equal policies, byte by byte. One process at a time trains in
the folder.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from agents.common.policy import Actor
from ccenv.files.locking import Claim, InUseError, claim, holder_of
from ccenv.files.writing import write_atomic, write_atomically


class OtherTrainingError(ValueError):
    """The folder holds a training with other settings."""


class TrainingFolder:
    """The folder of one training.

    Args:
        path: The folder; made if it is missing.
        settings: Settings of the training, plain JSON values.

    Raises:
        OtherTrainingError: If the folder holds a training with other settings; it names the first that differs.
    """

    def __init__(self, path: Path | str, settings: Mapping[str, Any]):
        self.path = Path(path)
        self._declare(json.loads(json.dumps(settings)))

    def _declare(self, settings: dict[str, Any]) -> None:
        file = self.path / "training.json"
        if not file.exists():
            write_atomic(file, _json(settings))
            return
        there = json.loads(file.read_text(encoding="utf-8"))
        for key in sorted(set(there) | set(settings)):
            if there.get(key) != settings.get(key):
                raise OtherTrainingError(
                    f"{self.path} holds another training: {key} is {there.get(key)!r} there and {settings.get(key)!r} "
                    "here; choose another folder, or delete it"
                )

    def hold(self) -> Claim:
        """Claim the folder for this process.

        Raises:
            InUseError: Another process trains in it.
        """
        lock = self.path / ".lock"
        held = claim(lock)
        if held is None:
            raise InUseError(f"{self.path} is in use by {holder_of(lock) or 'another process'}; choose another folder")
        return held

    @property
    def outcome(self) -> dict[str, Any] | None:
        """The outcome of the training; None while it is not over."""
        file = self.path / "finished.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def finish(self, outcome: Mapping[str, Any]) -> None:
        """Mark the training as over and keep its outcome."""
        write_atomic(self.path / "finished.json", _json(outcome))
        (self.path / "resume.pt").unlink(missing_ok=True)

    def save_policy(self, steps: int, actor: Actor, about: Mapping[str, Any]) -> None:
        """Save the actor as it is after `steps` decisions; `about` holds the values that rebuild the policy."""
        content = {"steps": steps, "about": dict(about), "weights": actor.state_dict()}
        _save(self.path / "policies" / f"{steps:012d}.pt", content)

    def policies(self) -> dict[int, Path]:
        """Files of the policies, by the decisions they have learnt from."""
        return {int(file.stem): file for file in sorted((self.path / "policies").glob("*.pt"))}

    def save_resume(self, state: Mapping[str, Any]) -> None:
        """Save the state from which the training can continue."""
        _save(self.path / "resume.pt", dict(state))

    def load_resume(self) -> dict[str, Any] | None:
        """The saved state, or None if there is none."""
        file = self.path / "resume.pt"
        return torch.load(file, weights_only=True) if file.exists() else None


class LearningLog:
    """A CSV file to which rows are appended.

    Args:
        file: The file. Rows after `last_step` are dropped: a run wrote them that was killed before its next checkpoint.
        columns: Names of the columns; the first is the number of steps.
        last_step: Step from which the training continues.
    """

    def __init__(self, file: Path, columns: tuple[str, ...], last_step: int):
        self.file, self.columns = file, columns
        rows = [row for row in read_log(file) if row[columns[0]] <= last_step] if file.exists() else []
        write_atomically(file, lambda p: self._write(p, "w", rows, header=True))

    def add(self, row: Mapping[str, float]) -> None:
        """Append a row."""
        self._write(self.file, "a", [row])

    def _write(self, file: Path, mode: str, rows: list[Any], header: bool = False) -> None:
        with file.open(mode, newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, self.columns, lineterminator="\n")
            if header:
                writer.writeheader()
            writer.writerows({name: f"{row[name]:.12g}" for name in self.columns} for row in rows)


def read_log(file: Path) -> list[dict[str, float]]:
    """Rows of a learning log."""
    with file.open(newline="", encoding="utf-8") as stream:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(stream)]


def _save(path: Path, content: Mapping[str, Any]) -> None:
    """Write by way of memory: given a path, torch writes the file's temporary name into it."""
    stream = io.BytesIO()
    torch.save(content, stream)
    write_atomic(path, stream.getvalue())


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
