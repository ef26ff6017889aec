"""Where a training logs: the console, a CSV file, TensorBoard, or a user's own place.

A logger gets scalars by step, the number of decisions learned from. Names have a group before a slash:

    train/       columns of `learning.csv`, and `done`: the share of the budget that is used up
    kpis/        KPIs of the training's own episodes: means over those that have ended since the last step
    validation/  figures of `agents.common.validation.Validation`, at the steps at which it ran

Weights & Biases reads what TensorBoard gets: call `wandb.init(sync_tensorboard=True)` before the training, and train
with a `TensorBoardLogger`. `pip install --group wandb` installs it; it is not in the lock file.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TextIO

from ccenv.files.writing import write_atomically


class Logger(Protocol):
    """What a training calls. Figures are finite; a figure that is not defined at a step is left out."""

    def begin(self, step: int, about: Mapping[str, Any]) -> None:
        """Begin, or go on after an interruption.

        Args:
            step: Decisions learned from so far; what was logged of later steps is void.
            about: Settings of the training, plain JSON values; `steps` is the budget of decisions.
        """

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Log figures at a step; steps increase."""

    def close(self) -> None:
        """End; called once, also after an error."""


class Loggers:
    """Several loggers as one."""

    def __init__(self, loggers: Sequence[Logger]) -> None:
        self._loggers = tuple(loggers)

    def begin(self, step: int, about: Mapping[str, Any]) -> None:
        """Begin all."""
        for logger in self._loggers:
            logger.begin(step, about)

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Log to all."""
        for logger in self._loggers:
            logger.log(step, figures)

    def close(self) -> None:
        """End all."""
        for logger in self._loggers:
            logger.close()


class ConsoleLogger:
    """One line that a person can follow, written anew in a terminal and every `every_s` seconds elsewhere.

        4,014,080 of 12,000,000 decisions, reward 12.3/h, served in time 81.2 %, abandoned 3.1 %, dropped 1.9 %,
        0.31 [0.12, 0.50] against the best rule on 8 validation days, 12 min left

    The shares are those of the last validation, or of the training's own episodes before the first one.

    Args:
        stream: Where to write; None: stderr.
        every_s: Seconds between lines, at least 0.
        clock: Function that returns seconds; for tests.
    """

    SHARES = {"served_within_T_of_offered": "served in time", "abandonment": "abandoned", "dropped_share": "dropped"}

    def __init__(
        self, stream: TextIO | None = None, *, every_s: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._every_s, self._clock = stream or sys.stderr, every_s, clock
        self._in_place = self._stream.isatty()
        self._known: dict[str, float] = {}
        self._total, self._width = 0, 0
        self._began_s, self._began_at, self._next_s = 0.0, 0.0, 0.0

    def begin(self, step: int, about: Mapping[str, Any]) -> None:
        """Say at which step a training goes on."""
        self._total = int(about["steps"])
        self._began_s, self._began_at = self._clock(), math.nan
        self._next_s = self._began_s
        if step:
            self._print(f"training goes on at {step:,} of {self._total:,} decisions", ends=True)

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Write the line if it is due."""
        self._known |= figures
        done = self._known["train/done"]
        if math.isnan(self._began_at):
            self._began_s, self._began_at = self._clock(), done  # the first iteration may have compiled
        now = self._clock()
        if now >= self._next_s or done >= 1.0:
            self._next_s = now + (0.2 if self._in_place else self._every_s)
            self._print(self.line(step), ends=False)

    def line(self, step: int) -> str:
        """Return the line about the figures so far."""
        known, parts = self._known, [f"{step:,} of {self._total:,} decisions"]
        if "train/mean_reward_per_hour" in known:
            parts.append(f"reward {known['train/mean_reward_per_hour']:.3g}/h")
        group = "validation" if "validation/difference" in known else "kpis"
        for name, words in self.SHARES.items():
            share = known.get(f"{group}/{name}")
            if share is not None:
                parts.append(f"{words} {100 * share:.1f} %")
        if group == "validation":
            mean, low, high = (known.get(f"validation/{name}") for name in ("difference", "low", "high"))
            interval = "" if low is None or high is None else f" [{low:.3g}, {high:.3g}]"
            days = f"{known['validation/days']:.0f} validation days"
            parts.append(f"{mean:+.3g}{interval} a day against the best rule on {days}")
        left_s = self._left_s()
        if left_s is not None:
            parts.append(f"{_in_words(left_s)} left")
        return ", ".join(parts)

    def _left_s(self) -> float | None:
        done, spent_s = self._known["train/done"], self._clock() - self._began_s
        gained = done - self._began_at
        return spent_s / gained * (1.0 - done) if gained > 0.0 else None

    def _print(self, line: str, *, ends: bool) -> None:
        if self._in_place:
            print(f"\r{line.ljust(self._width)}", end="\n" if ends else "", file=self._stream, flush=True)
            self._width = 0 if ends else len(line)
        else:
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._width:
            print(file=self._stream, flush=True)
            self._width = 0


def _in_words(seconds: float) -> str:
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400.0 else f"{seconds / 3600:.1f} h"


class CsvLogger:
    """A CSV file with the columns `step`, `name` and `value`, one row for each figure.

    Args:
        file: The file; its folder is made. Rows after the step at which a training goes on are dropped.
    """

    COLUMNS = ("step", "name", "value")

    def __init__(self, file: Path | str) -> None:
        self._file = Path(file)
        self._stream: TextIO | None = None

    def begin(self, step: int, about: Mapping[str, Any]) -> None:
        """Keep the rows up to a step, and open the file."""
        kept: list[list[str]] = []
        if step and self._file.exists():
            with self._file.open(newline="", encoding="utf-8") as stream:
                kept = [row for row in list(csv.reader(stream))[1:] if int(row[0]) <= step]
        self._file.parent.mkdir(parents=True, exist_ok=True)

        def write(path: Path) -> None:
            with path.open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream, lineterminator="\n").writerows([self.COLUMNS, *kept])

        write_atomically(self._file, write)
        self._stream = self._file.open("a", newline="", encoding="utf-8")

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Append a row for each figure."""
        assert self._stream is not None, "log before begin"
        rows = [(step, name, f"{value:.12g}") for name, value in figures.items()]
        csv.writer(self._stream, lineterminator="\n").writerows(rows)
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()


class TensorBoardLogger:
    """Event files of TensorBoard: `tensorboard --logdir FOLDER`.

    Needs the package `tensorboard`, of the dependency group `learn`. The settings of the training are the text
    `settings`.

    Args:
        folder: Folder of the event files.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = str(folder)
        self._writer: Any = None

    def begin(self, step: int, about: Mapping[str, Any]) -> None:
        """Open an event file; TensorBoard hides what earlier files hold of later steps."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ImportError("TensorBoardLogger needs tensorboard: pip install --group learn") from error
        self._writer = SummaryWriter(self._folder, purge_step=step + 1 if step else None)
        if not step:
            text = json.dumps(about, indent=4, default=str)
            self._writer.add_text("settings", "\n".join(f"    {line}" for line in text.splitlines()))

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Add a scalar for each figure."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._writer is not None:
            self._writer.close()
