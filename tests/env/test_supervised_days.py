"""Episodes of a supervisor's policy: the same days as those of `simulate`; a linear policy that is kept in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccenv import simulate
from ccenv.supervisor import LinearSupervisor, SupervisedDays, SupervisorEnv, supervise
from tests.env.short import short_day

MAX0 = ("max0", {"k": 2.0, "reserve": 1.0})
SETTABLE = ("pacing.k", "pacing.reserve")
FEATURES = ("time_of_day_s", "queue_length", "idle:blended")
DAYS = (3, 4, 5)


class Constant:
    routing, pacing, settable = ("lwt", {}), MAX0, SETTABLE

    def __init__(self, action: Any) -> None:
        self.action = action

    def steer(self, obs: np.ndarray, state: Any, starts: np.ndarray) -> tuple[np.ndarray, Any]:
        return np.tile(self.action, (len(obs), 1)), state


def linear(centre: SupervisedDays, weight: float = 0.0, **changes: Any) -> LinearSupervisor:
    parts = {
        "scenario": centre.scenario.name, "interval_s": 120.0, "routing": ("lwt", {}), "pacing": MAX0,
        "settable": SETTABLE, "observations": centre.observations, "parameters": centre.parameters,
        "features": FEATURES, "shift": np.zeros(3), "scale": np.ones(3), "base": centre.start,
        "weights": np.full((2, 3), weight),
    }  # fmt: skip
    return LinearSupervisor(**{**parts, **changes})


@pytest.fixture(scope="module")
def centre() -> SupervisedDays:
    return SupervisedDays(short_day(), 120.0, settable=SETTABLE, routing="lwt", pacing=MAX0, n=2)


def test_parameters_that_stay_give_the_days_of_the_rules(centre: SupervisedDays):
    found = centre.run(Constant(centre.start), DAYS)
    rules = simulate(short_day(), routing="lwt", pacing=MAX0, seeds=DAYS, reward=centre.reward)

    assert found.dtype == rules.dtype
    assert found.tobytes() == rules.tobytes()


def test_other_parameters_give_the_days_of_the_environment(centre: SupervisedDays):
    action = np.array([0.9, -0.7])
    env = SupervisorEnv(short_day(), interval_s=120.0, settable=SETTABLE, routing="lwt", pacing=MAX0)
    rewards = []
    for seed in DAYS:
        env.reset(seed=seed)
        total, done = 0.0, False
        while not done:
            _, reward, terminated, truncated, _ = env.step(action)
            total, done = total + reward, terminated or truncated
        rewards.append(total)

    found = centre.run(Constant(action), DAYS)

    assert found["reward"] == pytest.approx(rewards, rel=1e-9)
    assert not np.array_equal(found["reward"], centre.run(Constant(centre.start), DAYS)["reward"])


def test_a_policy_sees_the_observation_of_the_environment(centre: SupervisedDays):
    seen: list[np.ndarray] = []
    began: list[np.ndarray] = []

    class Looking(Constant):
        def steer(self, obs: np.ndarray, state: Any, starts: np.ndarray) -> tuple[np.ndarray, Any]:
            assert (state is None) == (not seen)
            seen.append(obs[0].copy())
            began.append(starts.copy())
            return super().steer(obs, True, starts)

    centre.run(Looking(centre.start), [7])
    env = SupervisorEnv(short_day(), interval_s=120.0, settable=SETTABLE, routing="lwt", pacing=MAX0)
    obs = [env.reset(seed=7)[0]]
    for _ in range(len(seen) - 1):
        obs.append(env.step(centre.start)[0])

    assert np.array_equal(seen, obs)
    assert centre.observations == env.observation_names
    assert began[0].all() and not any(starts.any() for starts in began[1:])


def test_days_do_not_depend_on_those_beside_them(centre: SupervisedDays):
    policy = linear(centre, 0.3)
    alone = [centre.run(policy, [day])["reward"][0] for day in DAYS]

    assert centre.run(policy, DAYS)["reward"].tolist() == alone
    assert supervise(short_day(), policy, seeds=DAYS, interval_s=120.0)["reward"].tolist() == alone


def test_a_row_is_decided_to_the_bit_whatever_is_beside_it(centre: SupervisedDays):
    obs = np.random.default_rng(0).uniform(0.0, 3.0, (5, len(centre.observations))).astype(np.float32)
    policy = linear(centre, 0.037, features=("queue_length", "oldest_wait_s", "service_level_recent"))
    together, _ = policy.steer(obs, None, np.ones(5, np.bool_))

    for k in range(5):
        assert np.array_equal(policy.steer(obs[k : k + 1], None, np.ones(1, np.bool_))[0][0], together[k])


def test_a_linear_policy_is_what_its_formula_says(centre: SupervisedDays):
    obs = np.zeros((1, len(centre.observations)), np.float32)
    places = [k for k, name in enumerate(centre.observations) if name.startswith("queue_length:")]
    obs[0, places] = [0.2, 0.6]
    obs[0, centre.observations.index("idle:blended")] = 0.5
    policy = linear(
        centre,
        shift=[0.0, 0.1, 0.0],
        scale=[1.0, 2.0, 1.0],
        base=[0.0, 0.5],
        weights=[[9.0, 1.0, 0.5], [0.0, 0.0, 4.0]],
    )

    actions, _ = policy.steer(obs, None, np.ones(1, np.bool_))

    assert actions[0] == pytest.approx([(0.4 - 0.1) / 2.0 + 0.25, 1.0])


def test_a_saved_policy_plays_the_same_days(centre: SupervisedDays, tmp_path: Path):
    policy = linear(centre, 0.3)
    read = LinearSupervisor.read(policy.save(tmp_path / "kept"))

    assert centre.run(read, DAYS).tobytes() == centre.run(policy, DAYS).tobytes()
    assert (read.routing, read.pacing, list(read.settable or ())) == (policy.routing, policy.pacing, list(SETTABLE))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": np.zeros((2, 4))}, r"weights: shape \(2, 4\); allowed: finite numbers of shape \(2, 3\)"),
        ({"base": [0.0, np.nan]}, r"base: shape \(2,\); allowed: finite"),
        ({"scale": [1.0, 0.0, 1.0]}, r"scale = \[1.0, 0.0, 1.0\]; allowed: numbers above 0"),
        ({"features": ("queue_len", "idle", "mode")}, r"features: 'queue_len'; allowed: .*queue_length"),
    ],
)
def test_parts_that_do_not_fit_are_refused(centre: SupervisedDays, changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        linear(centre, **changes)


def test_another_interface_is_refused(centre: SupervisedDays):
    policy = linear(centre)
    moved = (centre.observations[1], centre.observations[0], *centre.observations[2:])

    with pytest.raises(ValueError, match=r"'closed' at place 0; allowed: 'epoch_kind', that of the policy"):
        policy.enter(moved, centre.parameters)
    with pytest.raises(ValueError, match=r"pacing.k: bounds \(0.0, 9.0\); allowed: \(0.0, 4.0\)"):
        policy.enter(centre.observations, {**centre.parameters, "pacing.k": (0.0, 9.0)})


def test_a_file_that_is_no_policy_is_named(centre: SupervisedDays, tmp_path: Path):
    with pytest.raises(ValueError, match=r"policy.json: cannot be read"):
        LinearSupervisor.read(tmp_path)
    file = linear(centre).save(tmp_path) / "policy.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "weight": 1}))
    with pytest.raises(ValueError, match=r"policy.json: Object contains unknown field `weight`"):
        LinearSupervisor.read(tmp_path)


def test_an_action_of_another_shape_is_refused(centre: SupervisedDays):
    with pytest.raises(ValueError, match=r"allowed: finite numbers of shape \(2, 2\)"):
        centre.run(Constant([0.0, 0.0, 0.0]), DAYS[:2])


def test_the_start_keeps_numbers_and_words():
    kept = SupervisedDays(short_day(), 120.0, routing=("c_mu_theta", {"advisor": "pair_order"}), pacing=MAX0, n=1)
    (row,) = kept.rows
    before = row.values
    row.set(kept.start)

    assert row.values == pytest.approx(before) and before[list(kept.parameters).index("routing.advisor")] > 0
