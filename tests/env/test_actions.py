"""Legal actions keep observations in their space; illegal ones are replaced and counted, or refused."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from ccenv import Batch, CentreEnv, CentreVectorEnv, load_scenario, rollout, simulate
from ccenv.batch import IllegalActionError
from ccenv.kpis import kpi_table
from ccenv.sim.state.codes import ASSIGN, HOLD
from ccenv.spaces.observation import observation_space
from tests.env.short import IDS, OWNED, assert_same, random_legal, short_day
from tests.env.whole_centre import whole_centre
from tests.oracle.scenario_maker import ScenarioMaker


def first_illegal(mask: np.ndarray) -> np.ndarray:
    """The first action of each row that is not legal, (B,)."""
    return np.argmin(mask, axis=1)


class Defiant:
    """A policy that always chooses an illegal action."""

    def __init__(self, owns: str) -> None:
        self.owns = owns

    def act(self, obs: Any, mask: np.ndarray, state: Any, u: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, None]:
        """As in the protocol of policies."""
        beyond = np.where(u < 0.3, -1, mask.shape[1])  # neither is an action at all
        return np.where(mask.all(axis=1) | (u < 0.6), beyond, first_illegal(mask)), None


@pytest.mark.parametrize("owns", OWNED)
def test_observations_stay_in_their_space(owns: str) -> None:
    made = [load_scenario(ScenarioMaker(k).run().scenario) for k in range(12) if k != 10]  # 10 needs a larger class
    for scenario in (short_day(), whole_centre(), *made):
        batch = Batch(scenario, 8, owns=owns)
        space = observation_space(batch.scenario)
        batch.reset(range(8))
        for _ in range(300):
            assert batch.obs.dtype == space.dtype and batch.obs.shape[1:] == space.shape
            assert np.all((batch.obs >= space.low) & (batch.obs <= space.high))  # false for nan
            assert np.all((batch.final_obs >= space.low) & (batch.final_obs <= space.high))
            if batch.engine.envs["done"].all():
                break
            batch.step(random_legal(batch.mask, batch.u))


@pytest.mark.parametrize("owns", OWNED)
@pytest.mark.parametrize("work_conserving", [False, True])
def test_a_policy_is_asked_only_where_it_has_a_choice_of_its_own(owns: str, work_conserving: bool) -> None:
    batch = Batch(short_day(work_conserving=work_conserving), 8, owns=owns)
    assigns = np.array([action.kind == ASSIGN for action in batch.catalogue])
    own = {"routing": assigns, "pacing": ~assigns, "blended": np.ones_like(assigns)}[owns]
    own[HOLD] = True
    batch.reset(range(8))
    for _ in range(2000):
        assert np.all(batch.mask.sum(axis=1) >= 2)
        assert not batch.mask[:, ~own].any()
        batch.step(random_legal(batch.mask, batch.u))


@pytest.mark.parametrize("owns", OWNED)
def test_illegal_actions_give_way_to_the_scenarios_rules(owns: str) -> None:
    scenario, seeds = short_day(**{"rules.pacing": {"name": "fixed_ratio", "params": {"ratio": 1.4}}}), np.arange(6)
    batch = Batch(scenario, 3, owns=owns, on_illegal="rules", autoreset="disabled")
    done = rollout(batch, Defiant(owns), seeds)
    assert np.all(done.n_illegal > 20)
    expected = simulate(scenario, seeds=seeds)
    for axis, label in (("queue", "n_answered"), ("queue", "n_abandoned"), ("campaign", "n_attempts")):
        counted = done.counters[axis][label[2:]].sum(axis=1)
        np.testing.assert_array_equal(counted, expected[label])
    np.testing.assert_array_equal(done.counters["queue"]["waiting_s"].sum(axis=1), expected["waiting_s"])


@pytest.mark.parametrize("owns", OWNED)
@pytest.mark.parametrize("action", [-1, 10_000])
@pytest.mark.parametrize("work_conserving", [False, True])
def test_an_illegal_action_earns_what_holding_earns(owns: str, action: int, work_conserving: bool) -> None:
    """Or what the first legal action earns, where an assignment is due."""
    scenario = short_day(work_conserving=work_conserving)
    reward = {"answered": 1.0, "waiting_s": -0.01, "expected_sale_value": 1.0, "abandoned": -1.0}
    batch, other = (Batch(scenario, 3, owns=owns, on_illegal="hold", reward=reward) for _ in range(2))
    assert all(env.batch.on_illegal == "hold" for env in (CentreEnv(scenario), CentreVectorEnv(1, scenario=scenario)))
    batch.reset(range(3))
    other.reset(range(3))
    ended = 0
    for _ in range(1500):
        first = np.argmax(other.mask, axis=1)
        batch.step(np.full(3, action))
        other.step(first)
        for name in ("obs", "mask", "reward", "elapsed_s", "terminated", "decision", "starts"):
            np.testing.assert_array_equal(getattr(batch, name), getattr(other, name), err_msg=name)
        assert np.all(batch.illegal) and not np.any(other.illegal)
        ended += np.count_nonzero(batch.terminated)
        fresh = batch.starts
        assert np.all(batch.illegal_share[~fresh] == 1.0) and np.all(batch.illegal_share[fresh] == 0.0)
        assert np.all(batch.engine.outs["final_illegal_share"][batch.terminated] == 1.0)
    assert ended > 3


def test_the_share_of_illegal_actions_stands_in_the_last_info_and_in_the_table() -> None:
    env = CentreEnv(short_day())
    env.reset(seed=4)
    over, n, n_illegal = False, 0, 0
    while not over:
        wrong = n % 4 == 0
        _, _, over, _, info = env.step(-1 if wrong else int(np.argmax(env.action_masks())))
        n, n_illegal = n + 1, n_illegal + wrong
        assert info["illegal_share"] == n_illegal / n
    scenario = short_day()
    batch = Batch(scenario, 2, on_illegal="hold", autoreset="disabled")
    done = rollout(batch, Defiant("blended"), np.arange(3))
    table = kpi_table(scenario, done.counters, done.seeds, done.n_illegal, n_decisions=done.n_decisions)
    assert np.all(done.n_illegal > 10) and np.all(done.n_illegal == done.n_given)
    assert np.all(table["illegal_share"] == done.n_illegal / done.n_decisions) and np.all(table["illegal_share"] == 1.0)


def test_the_old_word_is_refused_with_the_new_one() -> None:
    with pytest.raises(ValueError, match="allowed: hold, rules, raise; 'fallback' is now called 'rules'"):
        CentreEnv(short_day(), on_illegal="fallback")


def test_a_policy_that_returns_no_state_is_refused_by_name() -> None:
    class Stateless:
        def act(self, obs: Any, mask: np.ndarray, state: Any, u: Any, starts: Any) -> Any:
            return np.zeros(len(mask), np.int64)

    with pytest.raises(TypeError, match=r"policy.act returned ndarray; allowed: the pair \(actions, state\)"):
        simulate(short_day(), policy=Stateless(), seeds=[1, 2])


def test_illegal_actions_are_flagged_and_counted() -> None:
    env = CentreEnv(short_day())
    env.reset(seed=1)
    n_illegal = 0
    for step in range(200):
        wrong = step % 3 == 0 and not env.action_masks().all()
        action = first_illegal(env.batch.mask) if wrong else random_legal(env.batch.mask, env.batch.u)
        info = env.step(action[0])[-1]
        assert info["illegal_action"] is bool(wrong)
        n_illegal += wrong
    assert n_illegal > 20
    assert env.batch.engine.envs["n_illegal"][0] == n_illegal


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("action", ["first illegal", -1, 10_000])
def test_an_illegal_action_is_refused_and_nothing_has_changed(name: str, action: int | str) -> None:
    env, other = (gymnasium.make(name, scenario=short_day(), on_illegal="raise").unwrapped for _ in range(2))
    assert isinstance(env, CentreEnv) and isinstance(other, CentreEnv)
    env.reset(seed=1)
    other.reset(seed=1)
    for _ in range(20):
        while env.action_masks().all():
            assert_same(env.step(0), other.step(0))
        wrong = int(first_illegal(env.batch.mask)[0]) if isinstance(action, str) else action
        legal = [a.name for a, ok in zip(env.catalogue, env.action_masks(), strict=True) if ok]
        before = env.batch.clone()
        with pytest.raises(IllegalActionError) as error:
            env.step(wrong)
        name_of_wrong = env.catalogue[wrong].name if isinstance(action, str) else f"not in 0..{len(env.catalogue) - 1}"
        assert f"action {wrong} ({name_of_wrong}) is illegal now" in str(error.value)
        assert str(error.value).endswith(f"legal: {', '.join(legal)}")
        for array, saved in zip(env.batch.clone(), before, strict=True):
            assert np.all(array == saved) if array.dtype.names else array.tobytes() == saved.tobytes()
        good = random_legal(env.batch.mask, env.batch.u)[0]
        assert_same(env.step(good), other.step(good))


def test_a_batch_names_the_row_of_an_illegal_action() -> None:
    batch = Batch(short_day(), 3)
    batch.reset(range(3))
    actions = random_legal(batch.mask, batch.u)
    actions[2] = first_illegal(batch.mask)[2]
    with pytest.raises(IllegalActionError, match=r"^row 2: "):
        batch.step(actions)


def test_hold_is_illegal_where_an_assignment_is_due() -> None:
    batch = Batch(short_day(work_conserving=True), 4)
    assigns = np.array([action.kind == ASSIGN for action in batch.catalogue])
    batch.reset(range(4))
    n_due = 0
    for _ in range(1000):
        due = batch.mask[:, assigns].any(axis=1)
        np.testing.assert_array_equal(batch.mask[:, HOLD], ~due)
        n_due += int(due.sum())
        batch.step(random_legal(batch.mask, batch.u))
    assert n_due > 50


@pytest.mark.parametrize("wrong", [[0], [0, 0, 0, 0], [[0, 0, 0]], [0.0, 1.0, 0.0], [True, False, True], None])
def test_actions_and_seeds_are_one_whole_number_for_each_row(wrong: Any) -> None:
    """Anything else is refused before any row has moved."""
    batch = Batch(short_day(), 3, on_illegal="rules")
    batch.reset(range(3))
    before = batch.clone()
    with pytest.raises(ValueError, match=r"actions.* allowed: (a|3) whole number"):
        batch.step(wrong)
    with pytest.raises(ValueError, match=r"seeds.* allowed: (a|3) whole number"):
        batch.reset(wrong)
    with pytest.raises(ValueError, match=r"seeds\[1\] = -1; allowed: "):
        batch.reset(np.array([3, -1, 2]))
    for array, saved in zip(batch.clone(), before, strict=True):
        assert np.all(array == saved) if array.dtype.names else array.tobytes() == saved.tobytes()
