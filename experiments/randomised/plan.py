"""What is trained: pipelines of `experiments.headline` on a centre as it is, and on ranges of its parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.ranges import check_ranges, checked
from experiments.headline.command import check
from experiments.headline.replicate import Cell
from experiments.headline.settings import Settings as Pipelines
from experiments.randomised.settings import Settings

RANDOMISED = "randomised"  # name of the training on ranges; the other one has that of the learner


def plan_of(settings: Settings, name: str) -> Pipelines:
    """Return the pipelines of a centre as settings of `experiments.headline`: both trainings, with the same budget.

    Raises:
        ValueError: If a setting is not allowed.
    """
    nominal = settings.learner
    if nominal.training.get("randomise"):
        raise ValueError("learner.training.randomise: it is the centre as it is; allowed: ranges in `randomise`")
    if nominal.name == RANDOMISED:
        raise ValueError(f"learner.name = {nominal.name!r}; allowed: another name")
    if not settings.cpu_s > 0.0:
        raise ValueError(f"cpu_s = {settings.cpu_s}; allowed: a positive number of seconds")
    learners = {nominal.name: nominal}
    shared = ("tuning_share", "replicates", "seed", "days", "month_runs", "processes", "dir", "tuned")
    plan = Pipelines(
        centres=[name], learners=learners, cpu_s={nominal.name: settings.cpu_s, RANDOMISED: settings.cpu_s},
        **{key: getattr(settings, key) for key in shared},
    )  # fmt: skip
    check(plan)
    training = {**nominal.training, "randomise": ranges_of(settings, load_scenario(name)), "draws": settings.draws}
    learners[RANDOMISED] = dataclasses.replace(nominal, training=training)
    return plan


def cells_of(settings: Settings, name: str) -> list[Cell]:
    """Return the replicates of both trainings at a centre; those of the same place have the same master seed."""
    masters = range(settings.seed, settings.seed + settings.replicates)
    return [Cell(name, row, seed) for row in (settings.learner.name, RANDOMISED) for seed in masters]


def ranges_of(settings: Settings, scenario: Scenario) -> Mapping[str, Any]:
    """Return the ranges of a centre: those of the settings, without those of queues or campaigns that it does not have.

    Raises:
        ValueError: If none is left, or a range is not allowed.
    """
    if settings.draws < 1:
        raise ValueError(f"draws = {settings.draws}; allowed: 1 or more")
    centre = scenario.centre
    there = {path: each for path, each in settings.randomise.items() if getattr(centre, path.partition(".")[0], True)}
    if not there:
        raise ValueError(f"randomise: none of {list(settings.randomise)} is in {scenario.name}; allowed: one or more")
    check_ranges(scenario, checked(there))
    return there
