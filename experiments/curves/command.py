"""The command's work: run the trainings asked for, and write the result file, the page and its figure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.writing import write_atomic, write_json
from experiments.curves.declared import SEARCH, STARTS
from experiments.curves.figures import drawn
from experiments.curves.page import NAME, page
from experiments.curves.replicate import Cell, cells_of, found_of, make
from experiments.curves.rows import estimated, place, row_of
from experiments.curves.rules import centre_of, opponents_file
from experiments.curves.settings import Settings
from experiments.headline.replicate import MOST_SEEDS, VALIDATION_DAYS
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.workers import Workers

Key = tuple[str, str, str]
LOOKED_AT = 16  # master seeds from `seed` on whose finished trainings are part of a row


def measure(settings: Settings, command: str) -> Path:
    """Run the unfinished trainings, and write `curves.json`, the page and the figure.

    Args:
        settings: All settings.
        command: The command line, noted with the rows asked for.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    cells = cells_of(settings)
    with Workers(settings.processes) as workers:
        workers.map(make, [(settings, cell) for cell in cells], "trainings")
    path = ROOT / settings.results / f"{NAME}.json"
    result = result_of(settings, {cell[:3] for cell in cells}, read_json(path) if path.exists() else {}, command)
    write_json(path, result)
    write_atomic(path.with_suffix(".svg"), drawn(result))
    write_atomic(path.with_suffix(".md"), page(result))
    return path.with_suffix(".md")


def _check(settings: Settings) -> None:
    if not settings.centres:
        raise ValueError("centres = []; allowed: one name of a library centre, or more")
    for name in settings.centres:
        if not opponents_file(settings, name).exists():
            there = ", ".join(sorted(path.stem for path in (ROOT / settings.tuned).glob("*.json")))
            raise ValueError(f"centres: {name!r} has no opponents; there: {there}")
    known: dict[str, Sequence[str]] = {"starts": STARTS, "only": [*settings.learners]}
    for name, allowed in known.items():
        for each in getattr(settings, name):
            if each not in allowed:
                raise ValueError(f"{name}: {each!r}; allowed: {', '.join(allowed)}")
    for name in settings.learners:
        if not settings.times.get(name, 0.0) >= 1.0:
            raise ValueError(f"times.{name} = {settings.times.get(name)}; allowed: 1 or more")
    for name in ("search_cpu_s", "tuning_cpu_s"):
        if not getattr(settings, name) > 0.0:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: a positive number of seconds")
    for name, least in (("replicates", 1), ("days", 2)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")
    if not 2 <= settings.validation_days <= VALIDATION_DAYS // 2:
        raise ValueError(f"validation_days = {settings.validation_days}; allowed: 2 to {VALIDATION_DAYS // 2}")
    if not 0 <= settings.seed <= MOST_SEEDS - settings.replicates:
        raise ValueError(f"seed = {settings.seed}; allowed: 0 to {MOST_SEEDS - settings.replicates}")


def result_of(settings: Settings, asked: set[Key], before: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Return the result file: what stands beside each centre, and a row for each learner, start and centre.

    Finished trainings of the same settings are part of it, whether they were asked for or not.

    Args:
        settings: All settings.
        asked: Centre, start and learner of the rows asked for.
        before: The result file that is there; rows whose trainings are not kept any more stay, if centre, opponents,
            days and time of the search are the same.
        command: The command line.
    """
    earlier = [name for name in before.get("centres", {}) if opponents_file(settings, name).exists()]
    names = list(dict.fromkeys([*settings.centres, *earlier]))
    centres = {name: centre_of(settings, name) for name in names}
    shared = {"search_cpu_s": settings.search_cpu_s, "days": settings.days}
    same = all(before.get(key) == value for key, value in shared.items())
    old = {_key(row): row for row in before.get("rows", ()) if same and is_current(before, row, centres)}
    made = {"command": command, "date": datetime.datetime.now(datetime.UTC).date().isoformat()}
    rows = {**old}
    cells = gathered(settings, names)
    for key, found in cells.items():
        row = row_of(settings, key, found, centres[key[0]], cells.get((key[0], key[1], SEARCH), {}))
        kept = key not in asked and key in old and old[key]["seeds"] == row["seeds"]
        rows[key] = {**row, **(made if not kept else {name: old[key][name] for name in made})}
    ordered = sorted(rows.values(), key=lambda row: place(row, list(settings.learners)))
    return {**shared, "centres": {name: _shown(centre) for name, centre in centres.items()}, "rows": ordered}


def gathered(settings: Settings, centres: Sequence[str]) -> dict[Key, dict[int, dict[str, Any]]]:
    """Return the results of finished trainings by centre, start and learner, then by master seed."""
    found: dict[Key, dict[int, dict[str, Any]]] = {}
    seeds = range(settings.seed, min(MOST_SEEDS, settings.seed + max(LOOKED_AT, settings.replicates)))
    for centre in centres:
        for start in STARTS:
            for learner in settings.learners:
                each = {seed: found_of(settings, Cell(centre, start, learner, seed)) for seed in seeds}
                finished = {seed: result for seed, result in each.items() if result is not None}
                if finished:
                    found[centre, start, learner] = finished
    return found


def _key(row: Mapping[str, Any]) -> Key:
    return row["centre"], row["start"], row["learner"]


def is_current(before: Mapping[str, Any], row: Mapping[str, Any], centres: Mapping[str, Any]) -> bool:
    """Return whether a row of an earlier result has the content and the opponents that its centre has now."""
    there, now = before["centres"][row["centre"]], centres.get(row["centre"], {})
    return all(there[key] == now.get(key) for key in ("scenario_digest", "opponents"))


def _shown(centre: Mapping[str, Any]) -> dict[str, Any]:
    """Return a centre for the result file: of its rules means with intervals in place of days."""
    rules = {
        row: {"label": rule["label"], "value": estimated(np.array([rule["values"]]))}
        for row, rule in centre["rules"].items()
    }
    return {**centre, "rules": rules}
