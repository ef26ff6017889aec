"""The command: measure the missing parts, write page, tables and figures, and list the missed bars."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ccenv.files.writing import write_atomic, write_json
from experiments.jobs.cells import run_once
from experiments.jobs.files import ROOT, read_json, to_csv
from experiments.jobs.parts import RESULTS, named
from experiments.jobs.provenance import commit, machine
from experiments.jobs.workers import one_thread
from experiments.speed.bars import Verdict, bound_text, judge, missed
from experiments.speed.figures import figures
from experiments.speed.page import page
from experiments.speed.part import Part
from experiments.speed.parts import PARTS
from experiments.speed.settings import Settings

PAGE = "speed.md"
FILES = "speed"  # folder of tables and figures, next to the page
COLUMNS = ("what", "part", "figure", "measured", "low", "high", "unit", "bar", "passed", "note")
LEAST_ROUNDS = 2  # quartiles need at least two rounds

Results = dict[str, dict[str, Any]]  # result of each part by name


def run(settings: Settings, command: str) -> list[str]:
    """Measure and write the results.

    Args:
        settings: All settings.
        command: The command line, for the page.

    Returns:
        One line for each missed bar.

    Raises:
        ValueError: If a part does not exist, there are too few rounds, or a quick measurement is to be published.
    """
    if settings.publish and not (settings.parts and settings.thorough):
        raise ValueError("publish = true; allowed: with named parts, and rounds, share and cold at least as by default")
    if settings.rounds < LEAST_ROUNDS:
        raise ValueError(f"rounds = {settings.rounds}; allowed: {LEAST_ROUNDS} or more")
    started = time.perf_counter()
    results = measure_all(named(PARTS, settings.parts), settings)
    if settings.publish:
        results = beside_published(results)
    verdicts = judge({name: result["figures"] for name, result in results.items()})
    write_results(results, verdicts, settings, command)
    tqdm.write(f"measured in {(time.perf_counter() - started) / 60:.1f} min, finished parts of earlier runs apart")
    return missed(verdicts)


def measure_all(parts: list[Part], settings: Settings) -> Results:
    """Results of the parts; finished cells are not measured again."""
    one_thread()
    cells = [(part, inputs) for part in parts for inputs in part.inputs(settings)]
    results: Results = {}
    for part, inputs in tqdm(cells, desc="speed", dynamic_ncols=True):
        path = part.cell(inputs, settings.take, ROOT / settings.dir / "cells")
        run_once(path, lambda part=part, inputs=inputs: part.measure(inputs))  # type: ignore[misc]
        result = read_json(path)
        known = results.setdefault(part.name, {"figures": {}})
        known["figures"] |= result.pop("figures")
        known |= result
    return results


def beside_published(results: Mapping[str, dict[str, Any]]) -> Results:
    """Results of the published parts, with these in place of theirs; `alone` is the commit at which they were made."""
    published = read_json(ROOT / RESULTS / FILES / "speed.json")
    published.pop("machine")
    merged = published | {name: {**result, "alone": commit()} for name, result in results.items()}
    return {part.name: merged[part.name] for part in PARTS if part.name in merged}


def write_results(
    results: Mapping[str, dict[str, Any]], verdicts: list[Verdict], settings: Settings, command: str
) -> Path:
    """Write page, tables and figures; returns the path of the page."""
    out = settings.results
    drawn = figures(results)
    for name, image in drawn.items():
        write_atomic(out / FILES / name, image)
    write_atomic(out / FILES / "bars.csv", to_csv(COLUMNS, map(_line, verdicts)))
    write_json(out / FILES / "speed.json", {"machine": machine(), **results})
    write_atomic(out / PAGE, page(results, verdicts, settings, command, [f"{FILES}/{name}" for name in drawn]))
    return out / PAGE


def _line(verdict: Verdict) -> dict[str, Any]:
    bar, measured = verdict.bar, verdict.measured or {}
    return {
        "what": bar.what,
        "part": bar.part,
        "figure": bar.figure,
        "measured": measured.get("value"),
        "low": measured.get("low"),
        "high": measured.get("high"),
        "unit": bar.unit,
        "bar": bound_text(bar),
        "passed": verdict.passed,
        "note": verdict.note,
    }
