"""One experiment: the same seeds without and with a concept, and the difference of the KPI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccenv.kpis import KPIS, Estimate, KpiTable, paired_difference
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.concepts.concept import Experiment
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.pipeline.evaluation import finite

DIGITS = 16  # kept of the digest of a scenario's content


def sides(experiment: Experiment) -> tuple[Scenario, Scenario]:
    """The scenario without and with the concept."""
    off, on = (
        load_scenario(experiment.scenario, **{**experiment.both, **own}) for own in (experiment.off, experiment.on)
    )
    return off, on


def measure(experiment: Experiment, purpose: str, most_runs: int | None) -> dict[str, Any]:
    """KPI of both sides, and the paired difference, on less off, with its 95 % interval.

    Raises:
        ValueError: If both sides are the same scenario, or a KPI that is a sum compares episodes of unequal length.
    """
    scenarios = sides(experiment)
    lengths = (experiment.days if experiment.days_off is None else experiment.days_off, experiment.days)
    if lengths[0] != lengths[1] and not (experiment.kpi in KPIS and KPIS[experiment.kpi].denominator):
        raise ValueError(f"kpi = {experiment.kpi!r}: episodes of unequal length are compared by a ratio")
    if lengths[0] == lengths[1] and scenarios[0].digest == scenarios[1].digest:
        raise ValueError(f"scenario = {experiment.scenario!r}: off and on are the same scenario")
    runs = experiment.runs if most_runs is None else min(experiment.runs, most_runs)
    off, on = (_days(experiment, *side, purpose, runs) for side in zip(scenarios, lengths, strict=True))
    column = experiment.kpi
    return {
        "scenarios": [scenario.digest[:DIGITS] for scenario in scenarios],
        "runs": runs,
        "off": finite(off.summary()[column].value),
        "on": finite(on.summary()[column].value),
        "difference": {k: finite(v) for k, v in paired_difference(on, off, column)._asdict().items()},
    }


def _days(experiment: Experiment, scenario: Scenario, days: int, purpose: str, runs: int) -> KpiTable:
    policy = None if experiment.policy is None else experiment.policy(scenario)
    return simulate(scenario, policy=policy, seeds=seeds(purpose, runs), days=days)


def failure(experiment: Experiment, measured: Mapping[str, Any]) -> str | None:
    """Message if the interval contains 0 or the KPI moves in the wrong direction; None if the result is as expected."""
    value, low, high = (measured["difference"][k] for k in Estimate._fields)
    if low is None or high is None:
        return f"{experiment.kpi} has no interval"
    if low <= 0.0 <= high:
        return f"{experiment.kpi} does not move: {value:+.4g}, 95 % interval {low:.4g} to {high:.4g}"
    if (value > 0.0) != (experiment.moves == "up"):
        return f"{experiment.kpi} goes {'up' if value > 0.0 else 'down'}, not {experiment.moves}: {value:+.4g}"
    return None


def run_cell(experiment: Experiment, folder: Path, purpose: str, most_runs: int | None) -> dict[str, Any]:
    """Result of an experiment, cached in a file whose name is a digest of all inputs and of the code that runs."""
    own = () if experiment.policy is None else (experiment.policy.__module__,)
    name = cell_digest(
        {"experiment": described(experiment), "purpose": purpose, "most_runs": most_runs},
        " ".join(map(centre_digest, sides(experiment))),
        code_digest(("experiments.concepts.measure", *own)),
    )
    path, _ = run_once(folder / f"{name}.json", lambda: measure(experiment, purpose, most_runs))
    result: dict[str, Any] = read_json(path)
    return result


def described(experiment: Experiment) -> dict[str, Any]:
    """The experiment in plain types."""
    policy = None if experiment.policy is None else experiment.policy.__name__
    changes = {name: dict(getattr(experiment, name)) for name in ("off", "on", "both")}
    return experiment._asdict() | changes | {"policy": policy}
