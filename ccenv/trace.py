"""The event log of one episode, for inspection and tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ccenv.files.numbers import whole_numbers
from ccenv.loops.batch import DISABLED
from ccenv.run.config import RuleChoice, run_config
from ccenv.run.engine import counters_of
from ccenv.run.growth import carried_out, fresh
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves

Choice = Callable[[int, float, np.ndarray], int]


def trace(
    scenario: Scenario,
    choose: Choice | None = None,
    *,
    seed: int,
    days: int | None = None,
    owns: str = "blended",
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    reserves: Reserves | None = None,
    actions: str = "all",
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Run one episode with the event log on.

    Args:
        scenario: The centre.
        choose: Function of the decision's number, its coin and the numbers of the legal actions; it returns one of
            them. None: rules decide.
        seed: Seed of the episode.
        days: Days of the episode; None: the scenario's `episode_days`.
        owns: Decisions that `choose` takes.
        routing: As in `simulate`.
        pacing: As in `simulate`.
        reserves: As in `Batch`.
        actions: As in `Batch`.

    Returns:
        The log, rows of `entities.LOG_ROW` in order of time; and the counters by axis, one row each.
    """
    owned = "rules" if choose is None else owns
    run = run_config(
        scenario, owns=owned, routing=routing, pacing=pacing, reserves=reserves, actions=actions, days=days
    )
    seeds = whole_numbers("seed", [seed])
    engine = carried_out(fresh(run, 1, log=True), "start", seeds, np.ones(1, np.bool_))
    while choose is not None and not engine.envs["done"][0]:
        legal = np.flatnonzero(engine.masks[0])
        out: Any = engine.outs[0]
        action = choose(int(out["decision"]), float(out["u"]), legal)
        engine = carried_out(engine, "step", np.array([action], np.int64), DISABLED)
    return engine.log.copy(), counters_of(engine.counters(), engine.run.layout.env)
