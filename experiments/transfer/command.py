"""The command's work: tune, train and judge each cell that is not finished, and write the result file and the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from ccenv.scenarios import Scenario
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import unit_of_value
from experiments.transfer.measure import Effort, judged, trained, tuned
from experiments.transfer.page import page
from experiments.transfer.settings import Settings
from experiments.transfer.variants import SAME, variants

NAME = "transfer"
CODE = ("experiments.transfer.measure",)


def transfer(settings: Settings, command: str) -> Path:
    """Run the cells that are not finished and write the result file and the page.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    centres = {name: variants(name) for name in settings.centres}
    rules = [(name, variant) for name, found in centres.items() for variant in found]
    trainings = [(*each, seed) for each in rules for seed in range(settings.replicates)]
    with Workers(settings.processes) as workers:
        workers.map(rule_of, [(settings, *each) for each in rules], "rules")
        workers.map(training_of, [(settings, *each) for each in trainings], "trainings")
        found = workers.map(judgement_of, [(settings, *each) for each in trainings], "judgements")
    rows = []
    for name, variant in rules:
        scenario = centres[name][variant]
        rows.append({
            "centre": name, "variant": variant, "scenario_digest": scenario.digest, "unit": unit_of_value(scenario),
            "rule": {key: rule_of(settings, name, variant)[key] for key in ("label", "cpu_s")},
            "replicates": [each for each, at in zip(found, trainings, strict=True) if at[:2] == (name, variant)],
        })  # fmt: skip
    folder = ROOT / settings.results
    write_json(folder / f"{NAME}.json", {"command": command, "effort": effort_of(settings)._asdict(), "rows": rows})
    path = folder / f"{NAME}.md"
    write_atomic(path, page(read_json(folder / f"{NAME}.json")))
    return path


def _check(settings: Settings) -> None:
    if not settings.centres:
        raise ValueError("centres = []; allowed: one name of a library centre, or more")
    if not settings.cpu_s > 0.0:
        raise ValueError(f"cpu_s = {settings.cpu_s}; allowed: a positive number of seconds")
    for name, least in (("replicates", 1), ("days", 1), ("hidden", 1), ("validation_days", 2), ("evaluation_days", 2)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")


def effort_of(settings: Settings) -> Effort:
    """Return how much is spent on each cell."""
    return Effort(*(getattr(settings, name) for name in Effort._fields))


def rule_of(settings: Settings, name: str, variant: str) -> dict[str, Any]:
    """Return the tuned rule of a variant."""
    scenario = variants(name)[variant]
    return _kept(settings, scenario, {"what": "rule"}, lambda: tuned(scenario, effort_of(settings)))


def training_of(settings: Settings, name: str, variant: str, seed: int) -> dict[str, Any]:
    """Return a training on a variant."""
    scenario, rule = variants(name)[variant], rule_of(settings, name, variant)
    inputs = {"what": "training", "seed": seed, "rule": rule["pair"]}
    return _kept(settings, scenario, inputs, lambda: trained(scenario, rule, seed, effort_of(settings)))


def judgement_of(settings: Settings, name: str, variant: str, seed: int) -> dict[str, Any]:
    """Return the figures of a replicate on a variant."""
    scenario, rule = variants(name)[variant], rule_of(settings, name, variant)
    moved, own = (training_of(settings, name, each, seed) for each in (SAME, variant))
    inputs = {"what": "judgement", "rule": rule["pair"], "moved": moved["weights"], "own": own["weights"]}
    found = _kept(
        settings,
        scenario,
        inputs,
        lambda: judged(scenario, rule, moved["weights"], own["weights"], effort_of(settings)),
    )
    return {**found, "training": {key: value for key, value in own.items() if key != "weights"}, "seed": seed}


def _kept(settings: Settings, scenario: Scenario, inputs: dict[str, Any], compute: Callable[[], Any]) -> dict[str, Any]:
    """Return a result that is kept in a cell, named by its inputs, the effort, the centre and the code."""
    digest = cell_digest({**effort_of(settings)._asdict(), **inputs}, centre_digest(scenario), code_digest(CODE))
    found: dict[str, Any] = read_json(run_once(ROOT / settings.dir / f"{digest}.json", compute)[0])
    return found
