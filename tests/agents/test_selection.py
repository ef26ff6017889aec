"""The choice among candidates."""

from __future__ import annotations

import numpy as np
import pytest

from agents.common.selection import rank, rank_tables, select_checkpoint
from ccenv.batch import Batch
from ccenv.kpis import Estimate
from ccenv.kpis.bootstrap import Bound
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE
from ccenv.policy import RulePolicy
from ccenv.rewards.sums import episode_rewards
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate


def test_candidates_are_ranked_and_compared_in_pairs():
    luck = np.random.default_rng(0).normal(0, 100, 400)
    noise = np.random.default_rng(1).normal(0, 1, 400)

    choice = rank({"rule": luck, "worse": luck - 1, "better": luck + 0.5 + noise}, "rule")

    assert [row.name for row in choice.rows] == ["better", "rule", "worse"]
    assert choice.best == "better"
    assert choice.best_of(["worse", "rule"]) == "rule"
    better, rule, worse = choice.rows
    assert better.reward.high - better.reward.low > 10  # the luck of the days, which the pairs do not see:
    assert 0.3 < better.difference.low < better.difference.value < better.difference.high < 0.7
    assert isinstance(rule.difference, Bound) and rule.difference.value == 0.0
    assert rule.difference.low < 0.0 < rule.difference.high
    assert worse.difference == pytest.approx((-1.0, -1.0, -1.0), abs=0.01)


# Mean, low and high differ, and order the candidates differently: "perhaps" drops more than 0.03 in the mean only.
SHARES = {
    "rule": Estimate(0.010, 0.005, 0.015),
    "few": Estimate(0.020, 0.010, 0.050),
    "none": Estimate(np.nan, np.nan, np.nan),
    "most": Estimate(0.080, 0.070, 0.090),
    "many": Estimate(0.095, 0.040, 0.150),
    "perhaps": Estimate(0.060, 0.029, 0.110),
}


def test_candidates_that_surely_drop_too_much_come_last_by_the_lower_end_of_their_share():
    rewards = {name: np.full(9, float(k)) for k, name in enumerate(SHARES)}

    limited, free = (rank(rewards, "rule", SHARES, limit) for limit in (0.03, None))

    assert [row.name for row in limited.rows] == ["perhaps", "none", "few", "rule", "many", "most"]
    assert [row.name for row in free.rows] == ["perhaps", "many", "most", "none", "few", "rule"]
    assert {row.name: row.dropped_share for row in limited.rows} == SHARES


def test_a_lower_end_at_the_limit_is_within_it():
    rewards = {"rule": np.zeros(9), "edge": np.ones(9)}
    shares = {"rule": SHARES["rule"], "edge": Estimate(0.05, 0.03, 0.08)}

    assert rank(rewards, "rule", shares, 0.03).best == "edge"
    assert rank(rewards, "rule", shares, 0.0299).best == "rule"


def test_tables_are_ranked_by_the_same_rule_and_the_scenarios_reward():
    scenario, days = load_scenario("tiny"), seeds("validation", 6)
    choices = {"none": "no_dial", "much": ("constant_lines", {"n": 10})}
    tables = {name: simulate(scenario, pacing=pacing, seeds=days) for name, pacing in choices.items()}

    free, limited = (
        rank_tables(scenario, tables, "none", reward={"sales": 1.0}, limit=limit) for limit in (None, 0.01)
    )

    assert (free.best, limited.best) == ("much", "none")
    assert free.rows[0].dropped_share == tables["much"].summary()[RUN_TOTAL_SHARE]
    assert np.isnan(free.rows[1].dropped_share.value)


REWARD = {"answered": 2.0, "abandoned": -3.0, "talking_s": -0.001}


def test_episode_rewards_are_the_sums_that_the_batch_pays():
    scenario = load_scenario("tiny")
    keys = seeds("validation", 5)
    batch = Batch(scenario, 5, reward=REWARD, autoreset="disabled")
    rule, state, paid = RulePolicy(scenario), None, np.zeros(5)
    batch.reset(keys)
    over = np.zeros(5, bool)
    while not over.all():
        actions, state = rule.act(batch.engine.snaps, batch.mask, state, batch.u, batch.starts)
        batch.step(actions)
        paid += np.where(over, 0.0, batch.reward)
        over |= batch.terminated | batch.truncated

    choice = select_checkpoint(scenario, {"rule": {}}, keys, baseline="rule", reward=REWARD)

    assert choice.rows[0].reward.value == pytest.approx(paid.mean())


def test_rewards_of_a_table_by_hand():
    scenario = load_scenario("tiny")
    columns = [(f"n_answered:{q}", float) for q in scenario.queues] + [
        (f"n_abandoned:{q}", float) for q in scenario.queues
    ]
    table = np.zeros(2, columns)
    table[f"n_answered:{scenario.queues[0]}"] = 10, 20
    table[f"n_abandoned:{scenario.queues[-1]}"] = 1, 4

    rewards = episode_rewards(scenario, table, {"answered": 2.0, "abandoned": -3.0})

    assert rewards == pytest.approx([17, 28])
