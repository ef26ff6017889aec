"""The command's work: the figures of each variant, those at the ends of its ranges, its result file, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.screen.declared import Variant
from experiments.screen.judge import asks_for_ends
from experiments.screen.measure import Effort, measured
from experiments.screen.page import page
from experiments.screen.settings import Settings
from experiments.screen.variants import VARIANTS, chosen

NAME = "screen"


def screen(settings: Settings, command: str) -> Path:
    """Measure the variants asked for and write their results and the page; finished ones are kept.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    folder = ROOT / settings.results / NAME
    tasks = [(variant.name, settings, command) for variant in chosen(settings.variants)]
    with Workers(settings.processes) as workers:
        workers.map(write_variant, tasks, NAME)
    files = [folder / f"{variant.name}.json" for variant in VARIANTS]
    path = folder.with_suffix(".md")
    write_atomic(path, page([read_json(file) for file in files if file.exists()]))
    return path


def _check(settings: Settings) -> None:
    if not settings.cpu_s > 0.0:
        raise ValueError(f"cpu_s = {settings.cpu_s}; allowed: a positive number of seconds")
    for name, least in (("days", 1), ("validation_days", 2), ("evaluation_days", 2)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")


def effort_of(settings: Settings) -> Effort:
    """Return how much is spent on each variant."""
    return Effort(settings.cpu_s, settings.days, settings.validation_days, settings.evaluation_days)


def write_variant(name: str, settings: Settings, command: str) -> None:
    """Write the result file of a variant, unless it exists for this centre and effort."""
    variant = chosen([name])[0]
    path = ROOT / settings.results / NAME / f"{name}.json"
    if path.exists() and not settings.again and is_current(read_json(path), variant, settings):
        return
    figures = _kept(variant, {}, settings)
    ends = []
    if settings.ends and asks_for_ends(figures):
        ends = [{"end": [end, level], **_kept(variant, {end: level}, settings)} for end, level in variant.ends()]
    write_json(path, {**figures, "ends": ends, "command": command})


def is_current(found: Mapping[str, Any], variant: Variant, settings: Settings) -> bool:
    """Return whether a result is of the variant as it is declared, with this effort and the ends asked for."""
    same = found["scenario_digest"] == variant.scenario().digest and found["effort"] == effort_of(settings)._asdict()
    missing = settings.ends and asks_for_ends(found) and len(found["ends"]) < len(variant.ends())
    return same and not missing


def _kept(variant: Variant, levels: Mapping[str, float], settings: Settings) -> dict[str, Any]:
    """Return figures that are kept in a cell, named by the effort, the centre and the code."""
    effort, entries = effort_of(settings), ("experiments.screen.measure",)
    # the variant's name and levels are part of the figures, which are not those of another variant of the same centre
    inputs = {**effort._asdict(), "variant": variant.name, "levels": dict(levels)}
    digest = cell_digest(inputs, centre_digest(variant.scenario(levels)), code_digest(entries))
    path, _ = run_once(ROOT / settings.dir / f"{digest}.json", lambda: measured(variant, levels, effort))
    found: dict[str, Any] = read_json(path)
    return found
