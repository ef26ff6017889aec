"""Runs whose episodes are of different scenarios, drawn by the seed of the episode.

The kernel gets one configuration in a call. So the rows of a batch are run by draw: one call for the rows of each draw,
in which the other rows rest. Which draw an episode has follows from its seed and number alone, so a restored or copied
row goes on in its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from ccenv.loops import batch as loops
from ccenv.run.config import RunConfig, in_size, run_config
from ccenv.scenarios import Scenario

GOLDEN, MIX_1, MIX_2 = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def with_draws(run: RunConfig, scenarios: Sequence[Scenario]) -> RunConfig:
    """Return the run with an episode's scenario drawn among some.

    Args:
        run: The run; its scenario gives names, actions and observation.
        scenarios: Scenarios that differ from it in parameters alone; none: the run itself.

    Raises:
        ValueError: If a scenario has other actions, or other terms of the reward, or episodes start from a history.
    """
    if not scenarios:
        return dataclasses.replace(run, draws=())
    if run.scenario.centre.history.kind != "none":
        raise ValueError("history.kind = 'steady': episodes of drawn scenarios have no days before; allowed: 'none'")
    flag = run.scenario.reserves if run.scenario.campaigns else None
    made = [
        run_config(each, owns=run.owns, routing=run.routing, pacing=run.pacing, reserves=flag, actions=run.actions,
                   days=run.days, reward=run.reward, on_illegal=run.on_illegal)
        for each in scenarios
    ]  # fmt: skip
    size = max((run.scenario.size, *(each.scenario.size for each in made)), key=attrgetter("contacts"))
    first = in_size(dataclasses.replace(run, draws=()), size)
    draws = tuple(in_size(each, size) for each in made)
    for each in draws:
        _check_alike(first, each)
        n = int(first.config["n_observed"][0])
        each.config["observed_high"][0, :n] = first.config["observed_high"][0, :n]
    return dataclasses.replace(first, draws=draws)


def _check_alike(run: RunConfig, other: RunConfig) -> None:
    for name, what in (
        ("n_actions", "actions"),
        ("n_terms", "terms of the reward"),
        ("term_place", "terms"),
        ("n_slots", "slots"),
    ):
        if not np.array_equal(run.config[name], other.config[name]):
            raise ValueError(f"{other.scenario.file}: a drawn scenario has other {what} than {run.scenario.name}")


def draw_of(seeds: Any, episodes: Any, n: int) -> np.ndarray:
    """Return the number of the draw, below n, of episodes by seed and number (0: the one under the seed itself)."""
    with np.errstate(over="ignore"):
        z = np.asarray(seeds).astype(np.uint64) + GOLDEN * (np.asarray(episodes).astype(np.uint64) + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * MIX_1  # finaliser of SplitMix64 (Steele, Lea and Flood 2014)
        z = (z ^ (z >> np.uint64(27))) * MIX_2
        mixed = z ^ (z >> np.uint64(31))
    index: np.ndarray = (mixed % np.uint64(n)).astype(np.int64)
    return index


def draw_of_rows(envs: Any, n: int, commands: np.ndarray, seeds: np.ndarray, autoreset: int) -> np.ndarray:
    """Return the draw of each row, (B,), after its command may have begun another episode."""
    begins = commands == loops.START
    follows = (commands == loops.ACT) & (envs["done"] == loops.OVER) & (autoreset == loops.NEXT_STEP)
    return draw_of(np.where(begins, seeds, envs["seed_0"]), np.where(begins, 0, envs["episode"] + follows), n)
