"""Masks and rules read only the core fields of a snapshot; the kernel may leave the others unwritten."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv import Batch, Scenario, load_scenario
from ccenv.rules.registry import PACING_RULES, ROUTING_RULES
from ccenv.rules.seen import sees
from ccenv.scenarios.check.rules import misfit
from ccenv.scenarios.schema import Reserves
from ccenv.sim.shown.for_rules import EVERYTHING
from ccenv.sim.state.fields import FIELDS
from tests.env.short import random_legal, short_day
from tests.oracle.scenario_maker import ScenarioMaker
from tests.rules.bench import Bench
from tests.rules.test_registry import choice

CORE = [field.name for field in FIELDS if field.core]
CORE_ROUTING, CORE_PACING = (
    [rule for rule in rules if sees(rule) != EVERYTHING] for rules in (ROUTING_RULES, PACING_RULES)
)
REST = [field.name for field in FIELDS if not field.core]


def seen(scenario: Scenario, reserves: Reserves) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Snapshots, masks and coins that a policy met."""
    batch = Batch(scenario, 16, reserves=reserves, pacing="no_dial")
    batch.reset(range(16))
    snaps, masks, coins = [], [], []
    for _ in range(60):
        snaps.append(batch.engine.snaps.copy())
        masks.append(batch.mask.copy())
        coins.append(batch.u.copy())
        batch.step(random_legal(batch.mask, batch.u))
    return np.concatenate(snaps), np.concatenate(masks), np.concatenate(coins)


def poisoned(snaps: np.ndarray, names: list[str]) -> np.ndarray:
    """The same with nan in some fields."""
    spoilt = snaps.copy()
    for name in names:
        spoilt[name] = np.nan
    return spoilt


@pytest.mark.parametrize("reserves", [False, True, "either"])
@pytest.mark.parametrize("number", [None, 0, pytest.param(24, marks=pytest.mark.slow)])
def test_masks_and_rules_do_not_see_the_rest(number: int | None, reserves: Reserves) -> None:
    scenario = short_day() if number is None else load_scenario(ScenarioMaker(number).run().scenario)
    snaps, masks, coins = seen(scenario, reserves)
    spoilt = poisoned(snaps, REST)
    taken: set[int] = set()
    pacing = [rule for rule in CORE_PACING if rule.reserves in (None, reserves) or reserves == "either"]
    routing = [rule for rule in CORE_ROUTING if misfit(scenario.centre, rule) is None]
    n = 2 * max(len(routing), len(pacing))
    pairs = [(routing[k % len(routing)], pacing[k % len(pacing)]) for k in range(n)]
    for routing_rule, pacing_rule in pairs:
        bench = Bench(routing_rule.name, choice(pacing_rule), scenario.with_reserves(reserves))
        own = bench.mask(snaps)  # under `either` a rule sees its own kind of dials alone
        np.testing.assert_array_equal(bench.mask(spoilt), own)
        assert np.array_equal(own, masks) or (reserves == "either" and pacing_rule.reserves is not None)
        found, clean = (
            bench.choose(rows, own, coins, np.zeros((len(rows), bench.run.memory))).tolist() for rows in (spoilt, snaps)
        )
        assert found == clean, (routing_rule.name, pacing_rule.name)
        taken.update(found)
    assert len(taken) > 3


@pytest.mark.parametrize("name", ["queue_length", "idle", "lines_free", "leads_dialable", "closed"])
def test_masks_do_see_the_core(name: str) -> None:
    """The poison works: a field that is read shows."""
    scenario = short_day(work_conserving=False)
    snaps, masks, _ = seen(scenario, False)
    changed = snaps.copy()
    changed[name] = 1.0 - np.minimum(snaps[name], 1.0)
    assert not np.array_equal(Bench(scenario=scenario).mask(changed), masks)


def test_there_are_fields_of_both_sorts() -> None:
    assert len(CORE) > 5 and len(REST) > 10
