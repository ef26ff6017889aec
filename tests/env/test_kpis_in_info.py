"""The last info of an episode has the KPIs that `simulate` reports of the same episode, in every environment."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from ccenv import Batch, CentreEnv, CentreVectorEnv, simulate
from ccenv.sim.state.codes import HOLD
from ccenv.supervisor import SupervisorEnv, SupervisorVectorEnv
from ccenv.wrappers import LastKpis
from tests.env.days import SEED, day, expected, first, names, of_row
from tests.env.short import random_legal


def played(env: gymnasium.Env) -> list[dict[str, Any]]:
    """The infos of the steps of an episode."""
    _, info = env.reset(seed=SEED)
    infos: list[dict[str, Any]] = []
    while True:
        _, _, terminated, truncated, info = env.step(np.argmax(info["action_mask"]))
        infos.append(info)
        if terminated or truncated:
            return infos


def test_single_environment() -> None:
    *before, last = played(CentreEnv(day()))

    assert last["kpis"] == pytest.approx(expected(), rel=0, abs=0, nan_ok=True)
    assert all(type(figure) is float for figure in last["kpis"].values())
    assert not any("kpis" in info for info in before)


def test_figures_of_a_random_day_are_those_of_simulate_to_the_last_bit() -> None:
    batch = Batch(day(), 1, autoreset="disabled")
    env = CentreEnv(day())
    rng = np.random.default_rng(0)
    batch.reset([SEED])
    _, info = env.reset(seed=SEED)
    while "kpis" not in info:
        action = random_legal(info["action_mask"][None], rng.random(1))
        batch.step(action)
        info = env.step(action[0])[-1]

    table = simulate(day(), policy=Recorded(batch.engine.taken[0]), seeds=[SEED])
    assert info["kpis"] == pytest.approx(of_row(table), rel=0, abs=0, nan_ok=True)


class Recorded:
    """A policy that takes given actions one after the other."""

    owns = "blended"

    def __init__(self, actions: np.ndarray) -> None:
        self._actions = iter(actions.tolist())

    def act(self, obs: Any, mask: Any, state: Any, u: Any, starts: Any) -> tuple[np.ndarray, None]:
        return np.array([next(self._actions)]), None


def test_illegal_actions_are_among_them() -> None:
    env = CentreEnv(day())
    env.reset(seed=SEED)
    info: dict[str, Any] = {}
    while "kpis" not in info:
        info = env.step(env.action_space.n + 7)[-1]

    assert info["illegal_share"] == 1.0
    assert 0.0 < info["kpis"]["illegal_share"] <= 1.0


def test_an_episode_that_a_wrapper_ends_has_its_kpis_by_the_wrapper_or_on_demand() -> None:
    limited = gymnasium.make("ccenv/Blended-v0", scenario=day(), max_episode_steps=5)
    for env, there in ((limited, False), (LastKpis(limited), True)):
        env.reset(seed=SEED)
        infos = [env.step(HOLD)[-1] for _ in range(5)]
        assert ["kpis" in info for info in infos] == [False] * 4 + [there]
    centre: Any = limited.unwrapped

    assert infos[-1]["kpis"] == pytest.approx(centre.kpis(), rel=0, abs=0, nan_ok=True)
    assert infos[-1]["kpis"]["n_entered"] > 0.0


def test_a_day_of_a_supervisor_that_a_wrapper_ends_has_its_kpis_too() -> None:
    limited = LastKpis(gymnasium.make("ccenv/Supervisor-v0", scenario=day(), interval_s=300.0, max_episode_steps=2))
    limited.reset(seed=SEED)
    infos = [limited.step(np.zeros(limited.action_space.shape))[-1] for _ in range(2)]

    assert ["kpis" in info for info in infos] == [False, True]
    assert infos[-1]["kpis"]["n_entered"] > 0.0


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_vector_environment_masks_the_rows_that_ended(mode: AutoresetMode) -> None:
    env = CentreVectorEnv(2, scenario=day(), autoreset_mode=mode)
    _, infos = env.reset(seed=[SEED, SEED + 1])
    done = np.zeros(2, np.bool_)
    while not done.any():
        assert "kpis" not in infos and "final_info" not in infos
        _, _, terminated, truncated, infos = env.step(first(infos["action_mask"]))
        done = terminated | truncated

    assert done.sum() == 1, "both rows end in one step: this test then shows nothing"
    if mode == AutoresetMode.SAME_STEP:
        assert "kpis" not in infos
        infos = infos["final_info"]
    row = int(np.argmax(done))
    assert np.array_equal(infos["_kpis"], done)
    assert infos["kpis"].keys() == {name for kpi in names() for name in (kpi, f"_{kpi}")}
    figures = {kpi: float(infos["kpis"][kpi][row]) for kpi in names()}
    assert figures == pytest.approx(expected(SEED + row), rel=0, abs=0, nan_ok=True)
    for kpi in names():
        assert np.array_equal(infos["kpis"][f"_{kpi}"], done)
        assert infos["kpis"][kpi][1 - row] == 0.0


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_rows_cut_off_by_a_limit_have_kpis_too(mode: AutoresetMode) -> None:
    env = CentreVectorEnv(2, scenario=day(), autoreset_mode=mode, max_episode_steps=5)
    env.reset(seed=[SEED, SEED + 1])
    for _ in range(5):
        infos = env.step(np.full(2, HOLD))[-1]

    if mode == AutoresetMode.SAME_STEP:
        infos = infos["final_info"]
    assert infos["_kpis"].all()
    single = [CentreEnv(day()), CentreEnv(day())]
    for row, one in enumerate(single):
        one.reset(seed=SEED + row)
        for _ in range(5):
            one.step(HOLD)
        assert {kpi: infos["kpis"][kpi][row] for kpi in names()} == pytest.approx(one.kpis(), rel=0, abs=0, nan_ok=True)


def supervised(seed: int) -> dict[str, float]:
    """KPIs of a day of one supervisor who keeps every parameter in the middle."""
    env = SupervisorEnv(day(), interval_s=300.0)
    env.reset(seed=seed)
    while True:
        _, _, terminated, truncated, info = env.step(np.zeros(len(env.parameters)))
        assert ("kpis" in info) == (terminated or truncated)
        if "kpis" in info:
            return info["kpis"]


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_supervisors(mode: AutoresetMode) -> None:
    vector = SupervisorVectorEnv(2, scenario=day(), interval_s=300.0, autoreset_mode=mode)
    vector.reset(seed=[SEED, SEED + 1])
    done, last = np.zeros(2, np.bool_), {}
    while not done.any():
        _, _, terminated, truncated, infos = vector.step(np.zeros((2, len(vector.parameters))))
        done = terminated | truncated
        last = infos.get("final_info", {}) if mode == AutoresetMode.SAME_STEP else infos
        assert ("kpis" in last) == done.any()

    assert np.array_equal(last["_kpis"], done)
    for row in np.flatnonzero(done).tolist():
        found = {kpi: float(last["kpis"][kpi][row]) for kpi in names()}
        assert found == pytest.approx(supervised(SEED + row), rel=0, abs=0, nan_ok=True)


def test_supervisor_rules_count_as_in_simulate() -> None:
    env = SupervisorEnv(day(), interval_s=300.0)
    obs, info = env.reset(seed=SEED)
    action = 2.0 * obs[-len(env.parameters) :].astype(np.float64) - 1.0  # the parameters end the observation, in [0, 1]
    while "kpis" not in info:
        info = env.step(action)[-1]

    assert info["kpis"] == pytest.approx(of_row(simulate(day(), seeds=[SEED])), rel=1e-5, nan_ok=True)
