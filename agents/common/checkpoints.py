"""The folder of a training: what it is, its learning log, its policies, and what is needed to go on after a kill.

    training.json   the settings; another training is refused
    learning.csv    one row for each rollout and update
    policies/       one actor for each checkpoint, named by the decisions it has learnt from
    resume.pt       everything else of the last checkpoint; gone when the training is over
    finished.json   how it went; there when the training is over

Files are written atomically: each is complete or absent.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from agents.common.policy import MaskedActor, TorchPolicy
from ccenv.files.writing import write_atomically, write_json


class OtherTrainingError(ValueError):
    """The folder holds a training with other settings."""


class TrainingFolder:
    """A training's folder.

    Args:
        path: Made if it is not there.
        settings: What the training is, as plain JSON values.

    Raises:
        OtherTrainingError: If the folder holds a training with other settings; it names the first that differs.
    """

    def __init__(self, path: Path | str, settings: Mapping[str, Any]):
        self.path = Path(path)
        self._declare(json.loads(json.dumps(settings)))

    def _declare(self, settings: dict[str, Any]) -> None:
        file = self.path / "training.json"
        if not file.exists():
            write_json(file, settings)
            return
        there = json.loads(file.read_text(encoding="utf-8"))
        for key in sorted(set(there) | set(settings)):
            if there.get(key) != settings.get(key):
                raise OtherTrainingError(
                    f"{self.path} holds another training: {key} is {there.get(key)!r} there and {settings.get(key)!r} "
                    "here; choose another folder, or delete it"
                )

    @property
    def outcome(self) -> dict[str, Any] | None:
        """How the training went, or None while it is not over."""
        file = self.path / "finished.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def finish(self, outcome: Mapping[str, Any]) -> None:
        """Mark the training as over."""
        write_json(self.path / "finished.json", outcome)
        (self.path / "resume.pt").unlink(missing_ok=True)

    def save_policy(self, steps: int, actor: MaskedActor, about: Mapping[str, Any]) -> None:
        """Keep the actor as it is after `steps` decisions; `about` are the arguments that rebuild the policy."""
        content = {"steps": steps, "about": dict(about), "weights": actor.state_dict()}
        write_atomically(self.path / "policies" / f"{steps:012d}.pt", lambda p: torch.save(content, p))

    def policies(self) -> dict[int, Path]:
        """Files of the policies, by the decisions they have learnt from."""
        return {int(file.stem): file for file in sorted((self.path / "policies").glob("*.pt"))}

    def save_resume(self, state: Mapping[str, Any]) -> None:
        """Keep what is needed to go on."""
        write_atomically(self.path / "resume.pt", lambda p: torch.save(dict(state), p))

    def load_resume(self) -> dict[str, Any] | None:
        """What is needed to go on, or None if nothing was kept."""
        file = self.path / "resume.pt"
        return torch.load(file, weights_only=True) if file.exists() else None


def load_policy(file: Path | str, **options: Any) -> TorchPolicy:
    """A kept policy.

    Args:
        file: One of `TrainingFolder.policies`.
        options: `decision`, as of `TorchPolicy`.
    """
    content = torch.load(file, weights_only=True)
    about = content["about"]
    actor = MaskedActor.build(about["n_obs"], tuple(about["hidden"]), about["n_actions"])
    actor.load_state_dict(content["weights"])
    return TorchPolicy(actor, owns=about["owns"], reserves=about["reserves"], **options)


class LearningLog:
    """A CSV file that grows by a row at a time.

    Args:
        file: Rows after `last_step`, written by a run that was killed before it could keep their state, are dropped.
        columns: The first is the number of steps.
        last_step: Where the training goes on.
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
