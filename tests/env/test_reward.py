"""Rewards are what the counters gain, credited to the decision after which they gain it; warm-up pays nothing."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from ccenv import Batch, Scenario, load_scenario
from ccenv.rewards.terms import TERMS
from ccenv.run.engine import counters_of
from tests.env.short import OWNED, random_legal, short_day
from tests.env.whole_centre import last_day_of_the_month, whole_centre

N = 12
FIRST_SEED = 22  # of episodes in which each counter of the whole centre counts
STEADY: dict[str, Any] = {
    "name": "steady",
    "description": "made by the tests",
    "clock": {"kind": "steady", "warm_up_s": 900, "horizon_s": 1800, "review_s": 5},
    "queues": {"calls": {"arrivals_per_hour": 120, "handle_s": 90, "patience_s": 60, "wrap_up_s": 10}},
    "groups": {"team": {"skills": ["calls", "sales"], "staffing": 4}},
    "campaigns": {"sales": {"p_answer": 0.4, "ring_s": 10, "handle_s": 60, "drop_after_s": 2, "max_lines": 6}},
}


class Sums:
    """One episode of each row under random legal actions: what it paid, and what it counted."""

    def __init__(self, scenario: Scenario, reward: Any, owns: str = "blended") -> None:
        self.batch = batch = Batch(scenario, N, owns=owns, reward=reward, autoreset="disabled")
        names = ("reward", "cost", "cost_base", "elapsed_s")
        batch.reset(range(FIRST_SEED, FIRST_SEED + N))
        self.opened_s = batch.engine.envs["t"].copy()
        self.steps: list[dict[str, np.ndarray]] = []
        while not np.all(batch.engine.envs["done"]):
            batch.step(random_legal(batch.mask, batch.u))
            self.steps.append({name: getattr(batch, name).copy() for name in (*names, "warm_up")})
        self.paid = {name: sum(step[name] for step in self.steps) for name in names}
        self.counted = counters_of(batch.engine.counters(), batch.run.layout.env)


@functools.cache
def counted(month: bool) -> dict[str, np.ndarray]:
    """What each term's counter counts in the episodes of the centre with everything, (N,); rewards change no run."""
    found = Sums(last_day_of_the_month() if month else whole_centre(), "service").counted
    return {term: found[known.axis][known.counter.name].sum(axis=1) for term, known in TERMS.items()}


def of_the_month(term: str) -> bool:
    """Whether the term counts over windows that are longer than an episode."""
    return "_30d_window" in term or "_24h_window" in term


def in_groups(size: int = 8) -> list[tuple[str, ...]]:
    """The terms in groups of terms of the same episodes."""
    kinds = [[term for term in TERMS if of_the_month(term) == month] for month in (False, True)]
    return [tuple(terms[k : k + size]) for terms in kinds for k in range(0, len(terms), size)]


@pytest.mark.parametrize("term", TERMS)
def test_each_term_counts_something(term: str) -> None:
    assert counted(of_the_month(term))[term].any()


@pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.RewardTrapWarning")
@pytest.mark.parametrize("terms", in_groups(), ids=lambda terms: terms[0])
def test_terms_summed_over_an_episode_are_their_counters(terms: tuple[str, ...]) -> None:
    """Under weights such that each term adds about as much, but none as much as another."""
    month = of_the_month(terms[0])
    counts = np.array([counted(month)[term] for term in terms])
    weights = (1.0 + np.sqrt(np.arange(2.0, 2.0 + len(terms)))) / np.abs(counts).mean(axis=1)
    sums = Sums(last_day_of_the_month() if month else whole_centre(), dict(zip(terms, weights.tolist(), strict=True)))
    np.testing.assert_allclose(sums.paid["reward"], weights @ counts, rtol=1e-10)


@pytest.mark.parametrize("owns", OWNED)
def test_cost_and_time_summed_over_an_episode(owns: str) -> None:
    sums = Sums(short_day(), "service", owns)
    campaign = sums.counted["campaign"]
    dropped, joined = campaign["dropped"].sum(axis=1), campaign["joined"].sum(axis=1)
    assert dropped.any() or owns == "routing"
    np.testing.assert_array_equal(sums.paid["cost"], dropped)
    np.testing.assert_array_equal(sums.paid["cost_base"], dropped + joined)
    np.testing.assert_allclose(sums.paid["elapsed_s"], sums.batch.engine.envs["t"] - sums.opened_s, rtol=1e-12)
    assert all(np.isfinite(step["reward"]).all() for step in sums.steps)


def test_cost_summed_over_an_episode_is_what_the_definition_counts() -> None:
    """Machines taken for persons belong to the base of this one, and who is joined late is over."""
    late = {"campaigns.survey.drop_after_s": 20, "campaigns.survey.compliance": "genesys_queue"}
    sums = Sums(short_day(**late), "service")
    campaign = sums.counted["campaign"]
    over, base, dropped = (
        campaign[name].sum(axis=1) for name in ("genesys_queue_over", "genesys_queue_base", "dropped")
    )
    assert over.sum() > dropped.sum()
    assert base.sum() > campaign["joined"].sum() + dropped.sum()
    np.testing.assert_array_equal(sums.paid["cost"], over)
    np.testing.assert_array_equal(sums.paid["cost_base"], base)


def test_weights_add_up_by_term_and_by_entity() -> None:
    weights = {"answered": {"sales": 2.0, "support": -0.5}, "waiting_s": -0.25, "dropped": -3.0}
    sums = Sums(short_day(), weights)
    queue, campaign = sums.counted["queue"], sums.counted["campaign"]
    expected = 2.0 * queue["answered"][:, 0] - 0.5 * queue["answered"][:, 1]
    expected += -0.25 * queue["waiting_s"].sum(axis=1) - 3.0 * campaign["dropped"].sum(axis=1)
    np.testing.assert_allclose(sums.paid["reward"], expected, rtol=1e-12)


def test_time_is_paid_in_the_step_in_which_it_passes() -> None:
    """Each advisor is in one state at any time, so the states of a step sum to staffing times its length."""
    scenario = load_scenario({**STEADY, "clock": {**STEADY["clock"], "warm_up_s": 0}})
    sums = Sums(scenario, dict.fromkeys(("idle_s", "reserved_s", "talking_s", "wrapping_s"), 1.0))
    for step in sums.steps[1:]:  # the first is paid for what came before it, too
        np.testing.assert_allclose(step["reward"], 4 * step["elapsed_s"], rtol=1e-9, atol=1e-7)


@pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.RewardTrapWarning")
def test_warm_up_pays_nothing_and_is_not_counted() -> None:
    sums = Sums(load_scenario(STEADY), {"answered": 1.0, "attempts": 1.0, "waiting_s": 1.0, "idle_s": 1.0})
    n_warm_up = sum(step["warm_up"].sum() for step in sums.steps)
    assert n_warm_up > 100
    for step in sums.steps:
        for name in ("reward", "cost", "cost_base"):
            assert not step[name][step["warm_up"]].any()
    queue, group, campaign = sums.counted["queue"], sums.counted["group"], sums.counted["campaign"]
    counted = queue["answered"] + queue["waiting_s"]
    expected = counted.sum(axis=1) + group["idle_s"].sum(axis=1) + campaign["attempts"].sum(axis=1)
    np.testing.assert_allclose(sums.paid["reward"], expected, rtol=1e-12)
    state_s = sum(group[name].sum(axis=1) for name in ("idle_s", "reserved_s", "talking_s", "wrapping_s"))
    np.testing.assert_allclose(state_s, 4 * 1800.0, rtol=1e-12)
