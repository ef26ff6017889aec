"""Planted faults: each is put into a copy of the packages, and at least one row must detect it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from scipy.stats import norm

from experiments.jobs.files import ROOT
from experiments.jobs.markdown import table
from experiments.validate.part import Part, Report, Task
from experiments.validate.planted import CHATS, EXACT, INTERRUPTED, KERNEL_ROWS, RETURNS, WORK
from experiments.validate.settings import Settings

PACKAGES = ("ccenv", "agents", "experiments")
LEVEL = 0.001  # significance level for all measures of a run together


class Fault(NamedTuple):
    """A text that occurs once in a file, its replacement, and the rows that must detect the change."""

    name: str
    file: str
    text: str
    instead: str
    rows: tuple[str, ...] = KERNEL_ROWS


FAULTS = (
    Fault(
        "patience a fifth too long",
        "ccenv/sim/handling/waiting.py",
        "uniform(e.contact[s].key, PATIENCE)) * e.contact[s].factor",
        "uniform(e.contact[s].key, PATIENCE)) * e.contact[s].factor * 1.2",
    ),
    Fault(
        "an advisor freed before wrap-up", "ccenv/sim/handling/wrap_up.py", "if wrap_up_s > 0.0:", "if wrap_up_s < 0.0:"
    ),
    Fault(
        "a second redial lost",
        "ccenv/sim/handling/returns.py",
        "e.contact[s].n_redials < c.queue[q].max_redials and",
        "e.contact[s].n_redials < 1 and",
    ),
    Fault(
        "one advisor too few in reserve",
        "ccenv/rules/pacing/basic.py",
        "if idle_above(snap, c, i, kept) > reserve:",
        "if idle_above(snap, c, i, kept) >= reserve:",
    ),
    Fault(
        "a drop not counted",
        "ccenv/sim/lines/connects.py",
        "e.campaign_count[i].dropped += 1",
        "e.campaign_count[i].dropped += 0",
    ),
    Fault(
        "chats not timed again when another one ends",
        "ccenv/sim/handling/chats.py",
        "join_level(e, c, a)\n    time_again(e, c, a)",
        "join_level(e, c, a)",
        (CHATS,),
    ),
    Fault(
        "one advisor too few kept from work",
        "ccenv/rules/helpers.py",
        "return snap.idle[g] > reserve",
        "return snap.idle[g] >= reserve",
        (WORK,),
    ),
    Fault(
        "interrupted work longer by what was done",
        "ccenv/sim/handling/deferring.py",
        "end - e.t + c.queue[q].resume_s",
        "end - e.t + worked_s + c.queue[q].resume_s",
        (INTERRUPTED,),
    ),
    Fault(
        "a discount at the wrong end",
        "ccenv/integrations/semi_markov.py",
        "rewards + scales.discount(elapsed_s) * next_values - values",
        "rewards + next_values - scales.discount(elapsed_s) * values",
        (RETURNS,),
    ),
)
NONE = Fault("none", "", "", "", (*KERNEL_ROWS, CHATS, WORK, INTERRUPTED, RETURNS))


def run_planted(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Measures of a fault's rows, run by a copy of the packages with the fault. `NONE` runs the packages themselves."""
    fault = Fault(**{**inputs, "rows": tuple(inputs["rows"])})
    if not fault.file:
        return _measures(ROOT, fault.rows, {})
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "results"))
        plant(fault, copy)
        return _measures(copy, fault.rows, {"CCENV_CACHE_DIR": str(Path(folder) / "cache")})


def plant(fault: Fault, copy: Path) -> None:
    """Put a fault into a copy of the packages.

    Raises:
        ValueError: If its text does not occur exactly once in its file.
    """
    path = copy / fault.file
    source = path.read_text()
    if (n := source.count(fault.text)) != 1:
        raise ValueError(f"fault {fault.name!r}: its text stands {n} times in {fault.file}; allowed: once")
    path.write_text(source.replace(fault.text, fault.instead))


def noticed(measures: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Measures that differ from the exact value: by more than the Bonferroni bound, or at all if nothing is random."""
    limit = bound(len(measures))
    return [line for line in measures if _differs(line, limit)]


def bound(n: int) -> float:
    """Largest allowed |z| among n measures."""
    return float(norm.isf(LEVEL / (2 * n)))


def _differs(line: dict[str, Any], limit: float) -> bool:
    if line["z"] is not None:
        return bool(abs(line["z"]) > limit)
    return bool(abs(line["found"] - line["exact"]) > EXACT * abs(line["exact"]))


def _measures(folder: Path, rows: Sequence[str], environment: dict[str, str]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "experiments.validate.planted", *rows]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[1:])} ended with {done.returncode}: {done.stderr[-2_000:]}")
    answer = json.loads(done.stdout)
    if Path(answer["package"]) != folder.resolve():
        raise RuntimeError(f"the rows ran with {answer['package']}, not with the copy in {folder}")
    found: list[dict[str, Any]] = answer["measures"]
    return found


def _tasks(settings: Settings) -> list[Task]:
    return [
        Task(fault.name, run_planted, fault._asdict(), 10.0 if fault is NONE else 80.0) for fault in (NONE, *FAULTS)
    ]


def _report(settings: Settings, results: Sequence[Any]) -> Report:
    sound, *planted = results
    caught = [noticed(measures) for measures in planted]
    missed = [fault.name for fault, lines in zip(FAULTS, caught, strict=True) if not lines]
    alarms = noticed(sound)
    verdict = [f"{len(FAULTS) - len(missed)} of {len(FAULTS)} caught"]
    verdict += [f"missed: {name}" for name in missed]
    verdict += [f"without a fault: {line['row']}, {line['measure']}" for line in alarms]
    return Report({"caught": not missed, "no alarm": not alarms}, verdict, _body(planted, sound))


def _body(planted: Sequence[Any], sound: Sequence[dict[str, Any]]) -> str:
    rows = [
        [fault.name, f"`{fault.file}`", _caught_by(measures)] for fault, measures in zip(FAULTS, planted, strict=True)
    ]
    greatest = max(abs(line["z"]) for line in sound if line["z"] is not None)
    return f"""## Planted faults

Each fault is put into a copy of the packages, which then runs a short list of rows. A row catches it if a measure is
further from its exact value than the Bonferroni bound at {100 * LEVEL:g} % of its run allows (|z| up to
{bound(len(sound)):.2f}); without a fault the largest |z| of the {len(sound)} measures is {greatest:.2f}.

{table(["fault", "planted in", "caught by"], rows)}"""


def _caught_by(measures: Sequence[dict[str, Any]]) -> str:
    by_row: dict[str, list[str]] = {}
    for line in noticed(measures):
        by_row.setdefault(line["row"], []).append(f"`{line['measure']}` {_how_far(line)}")
    return "; ".join(f"{row}: {', '.join(found)}" for row, found in by_row.items()) or "NOT CAUGHT"


def _how_far(line: dict[str, Any]) -> str:
    if line["z"] is not None:
        return f"({line['z']:+.1f})"
    return f"({line['found']:.4g} for {line['exact']:.4g})"


FAULTS_PART = Part(
    "faults",
    "Planted faults",
    ("experiments/validate/faults.py", "experiments/validate/planted.py", "experiments/validate/simulated", "agents"),
    _tasks,
    _report,
)
