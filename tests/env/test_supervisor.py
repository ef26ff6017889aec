"""The environment of a supervisor: what it sets, what its steps add up to, and both checkers."""

from __future__ import annotations

import inspect
import re
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.env_checker import check_env as check_env_for_sb3

from ccenv import simulate
from ccenv.rewards.sums import episode_rewards
from ccenv.scenarios import load_scenario
from ccenv.spaces.observation import observation_names
from ccenv.supervisor import SupervisorEnv, SupervisorVectorEnv
from tests.env.short import assert_same, short_day

ID = "ccenv/Supervisor-v0"
HOME = "tests.rules.of_users.dialing"
MAX0 = ("max0", {"k": 2.0, "reserve": 1.0})
BLENDED = {"routing": "lwt", "pacing": MAX0}


def make(**arguments: Any) -> SupervisorEnv:
    """The environment without wrappers."""
    env = gymnasium.make(ID, **{"scenario": short_day(), "interval_s": 120, **arguments}).unwrapped
    assert isinstance(env, SupervisorEnv)
    return env


def action_of(env: SupervisorEnv, **values: float) -> np.ndarray:
    """The action that sets the parameters to values, those of the start where none is given."""
    chosen = [
        values.get(knob.name.partition(".")[2], value)
        for knob, value in zip(env._row.knobs, env._row.values, strict=True)
    ]
    knobs = env._row.knobs
    return np.array([
        2 * ((v + 0.5) / k.n_words if k.n_words else (v - k.low) / (k.high - k.low)) - 1
        for k, v in zip(knobs, chosen, strict=True)
    ])  # fmt: skip


def episode(env: SupervisorEnv, seed: int | None, **values: float) -> tuple[float, list[dict[str, Any]]]:
    """Reward and infos of an episode under constant values."""
    _, info = env.reset(seed=seed)
    total, infos, done = 0.0, [], False
    while not done:
        _, reward, terminated, truncated, info = env.step(action_of(env, **values))
        total += reward
        infos.append(info)
        done = terminated or truncated
    return total, infos


@pytest.mark.parametrize("render_mode", [None, *SupervisorEnv.metadata["render_modes"]])
def test_the_checkers_find_nothing(render_mode: str | None) -> None:
    check_env(make(render_mode=render_mode))
    check_env_for_sb3(make(render_mode=render_mode), warn=True, skip_render_check=render_mode is None)


@pytest.mark.parametrize("interval_s", [7.5, 120.0, 900.0, 1e6])
def test_the_steps_of_constant_parameters_add_up_to_the_day_of_the_rules(interval_s: float) -> None:
    scenario = short_day()
    env = make(interval_s=interval_s, **BLENDED)
    for seed in range(3):
        total, infos = episode(env, seed)
        table = simulate(scenario, routing="lwt", pacing=MAX0, seeds=[seed])
        np.testing.assert_array_equal(
            env._row.engine.counters()[0], engine_of(table, env), err_msg="the counters of the day"
        )
        assert total == pytest.approx(episode_rewards(scenario, table)[0], rel=1e-9)
        closing = env.snapshot["time_of_day_s"] - 32_400.0
        assert sum(info["elapsed_s"] for info in infos) == pytest.approx(closing)
        assert all(info["elapsed_s"] == interval_s for info in infos[:-1])


def engine_of(table: np.ndarray, env: SupervisorEnv) -> np.ndarray:
    """The counters of the same day, run by the rules without stops."""
    from ccenv.run.config import run_config
    from ccenv.run.engine import Engine

    engine = Engine(run_config(short_day(), owns="rules", routing="lwt", pacing=MAX0), 1)
    engine.start(np.array([table["seed"][0]], np.uint64), np.ones(1, np.bool_))
    counters: np.ndarray = engine.counters()[0]
    return counters


def test_the_parameters_take_effect_at_once_and_are_seen() -> None:
    env = make(pacing="constant_lines", settable=["n"], routing="fifo")
    assert env.parameters == ("pacing.n",) and env.observation_names[-1] == "pacing.n"
    assert len(env.observation_names) == env.observation_space.shape[0] == len(observation_names(env.scenario)) + 1
    obs, info = env.reset(seed=1)
    assert info["parameters"].tolist() == [1.0] and obs[-1] == np.float32(1 / 20)
    ringing = []
    for x in (-1.0, 1.0, -1.0, 5.0, 0.0):
        for _ in range(2):
            obs, *_, info = env.step(np.array([x]))
        ringing.append(float(env.snapshot["ringing"][0]))
        assert info["parameters"].tolist() == [10.0 * (1 + min(x, 1.0))] and obs[-1] == np.float32(
            (1 + min(x, 1.0)) / 2
        )
    assert max(ringing[:1]) == 0 and ringing[3] > 5


def test_words_and_vectors_can_be_set() -> None:
    env = make(pacing=(f"{HOME}:levels", {"level": {"survey": 2.0}, "mode": ["on", "off"]}), routing=f"{HOME}:by_order")
    assert env.parameters == ("routing.reserve:first", "routing.reserve:blended", "pacing.level:survey", "pacing.mode")
    _, info = env.reset(seed=3)
    assert info["parameters"].tolist() == [0, 0, 2, 0]
    *_, info = env.step(np.array([-1.0, 1.0, 0.5, 0.1]))
    assert info["parameters"].tolist() == [0, 3, 3, 1]
    *_, info = env.step(np.array([-1.0, 1.0, 0.5, -0.1]))
    assert info["parameters"].tolist() == [0, 3, 3, 0]
    _, info = env.reset(seed=3)
    assert info["parameters"].tolist() == [0, 0, 2, 0]


def test_what_is_set_matters_and_is_forgotten_at_reset() -> None:
    env = make(**BLENDED)
    few, many = (episode(env, 2, k=k)[0] for k in (0.0, 4.0))
    assert few != many
    assert episode(env, 2, k=0.0)[0] == few


def test_nights_are_passed_over() -> None:
    env = make(days=3, interval_s=600.0, **BLENDED)
    _, infos = episode(env, 1)
    table = simulate(short_day(), routing="lwt", pacing=MAX0, seeds=[1], days=3)
    assert sum(info["elapsed_s"] > 40_000 for info in infos) == 2
    total, _ = episode(env, 1)
    assert total == pytest.approx(episode_rewards(short_day(), table)[0], rel=1e-9)


def test_the_first_decision_comes_at_the_opening_whatever_lies_behind() -> None:
    """The days of a history are before time 0, so they put off nothing."""
    env = SupervisorEnv(load_scenario("technical_support"), interval_s=3_600)
    clock = load_scenario("technical_support").centre.clock
    assert load_scenario("technical_support").centre.history.days > 0
    env.reset(seed=1)
    assert env.snapshot["time_of_day_s"] == clock.open_s
    assert not any(env.step(env.action_space.sample())[2:4])


def test_a_mask_without_rows_is_refused() -> None:
    envs = SupervisorVectorEnv(2, scenario=short_day())
    envs.reset(seed=1)
    with pytest.raises(ValueError, match="with at least one True"):
        envs.reset(options={"reset_mask": np.zeros(2, np.bool_)})


def test_another_autoreset_mode_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="autoreset_mode = 'next_step'; allowed: NextStep, SameStep, Disabled"):
        SupervisorVectorEnv(2, scenario=short_day(), autoreset_mode="next_step")


def test_a_steady_centre_is_truncated_at_its_horizon() -> None:
    scenario = {
        "name": "steady",
        "description": "made by the tests",
        "clock": {"kind": "steady", "warm_up_s": 600, "horizon_s": 3600},
        "queues": {"q": {"arrivals_per_hour": 20, "handle_s": 100}},
        "groups": {"g": {"skills": ["q", "c"], "staffing": 2}},
        "campaigns": {"c": {"p_answer": 0.3, "handle_s": 60, "ring_s": 10, "reserves": False}},
        "rules": {"pacing": {"name": "max0"}},
        "sources": {"*": "tests"},
    }
    env = make(scenario=scenario, interval_s=500.0)
    env.reset(seed=1)
    results = [env.step(np.zeros(len(env.parameters))) for _ in range(9)]
    assert [bool(r[3]) for r in results] == [False] * 8 + [True] and not any(r[2] for r in results)
    assert sum(r[4]["elapsed_s"] for r in results) == 4200.0
    assert [bool(r[4]["warm_up"]) for r in results[:3]] == [True, False, False]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"interval_s": 0}, "interval_s = 0"),
        ({"interval_s": True}, "interval_s = True"),
        ({"interval_s": float("inf")}, "interval_s = inf"),
        ({"settable": ["speed"]}, "settable = 'speed'; allowed for these rules: routing.advisor, routing.overflow_"),
        ({"settable": []}, "one or more"),
        ({"settable": ["k", "pacing.k"]}, "each once"),
        ({"settable": {"k": (2.0, 1.0)}}, r"bounds 2, 1 of pacing.k"),
        ({"settable": {"k": (0.0, float("inf"))}}, "bounds 0, inf"),
        ({"settable": ["order"], "routing": "priority"}, "settable = 'order'"),
        ({"routing": "random", "pacing": "no_dial"}, "none"),
        ({"pacing": ("max0", {"k": 9.0})}, r"pacing.k = 9, its value at the start; allowed: in \[0, 4\]"),
        ({"render_mode": "video"}, "render_mode = 'video'; allowed: None, ansi, rgb_array, human"),
    ],
)
def test_a_bad_argument_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SupervisorEnv(short_day(), **{"routing": "fifo", "pacing": "max0", **arguments})


def test_bounds_can_be_given() -> None:
    env = make(pacing=("max0", {"k": 9.0}), settable={"pacing.k": (1.0, 11.0)})
    env.reset(seed=1)
    assert env.step(np.array([0.0]))[4]["parameters"].tolist() == [6.0]


def test_bad_actions_and_steps_out_of_turn_are_refused() -> None:
    env = make(**BLENDED)
    n = len(env.parameters)
    with pytest.raises(ResetNeeded):
        env.step(np.zeros(n))
    env.reset(seed=1)
    for action in (np.full(n, np.nan), np.zeros(n + 1), 1.0, None, "fast"):
        with pytest.raises(ValueError, match=f"allowed: finite numbers of shape \\({n},\\)"):
            env.step(action)
    episode(env, 1)
    with pytest.raises(ResetNeeded):
        env.step(np.zeros(n))


@pytest.mark.parametrize("mode", AutoresetMode)
def test_rows_of_the_vector_environment_are_single_ones(mode: AutoresetMode) -> None:
    arguments = {"scenario": short_day(), "interval_s": 400.0, **BLENDED}
    native = gymnasium.make_vec(ID, num_envs=3, autoreset_mode=mode, **arguments)
    assert isinstance(native, SupervisorVectorEnv) and native.metadata["autoreset_mode"] == mode
    sync = SyncVectorEnv([lambda: SupervisorEnv(**arguments)] * 3, autoreset_mode=mode)  # type: ignore[arg-type]
    assert native.single_observation_space == sync.single_observation_space
    assert native.single_action_space == sync.single_action_space
    assert_same(native.reset(seed=4), sync.reset(seed=4))
    rng = np.random.default_rng(1)
    ends = 0
    for _ in range(25):
        actions = rng.uniform(-1, 1, (3, len(native.parameters))).astype(np.float32)
        found, expected = native.step(actions), sync.step(actions)
        assert_same(found, expected)
        done = found[2] | found[3]
        ends += int(done.sum())
        if mode == AutoresetMode.DISABLED and done.any():
            with pytest.raises(ResetNeeded):
                native.step(actions)
            options = {"reset_mask": done}
            assert_same(native.reset(options=options), sync.reset(options=options))
    assert ends > 3
    with pytest.raises(ValueError, match="finite numbers"):
        native.step(np.zeros((2, len(native.parameters))))


def test_the_page_shows_the_arguments_and_their_defaults() -> None:
    page = inspect.getdoc(SupervisorEnv) or ""
    rows = re.findall(r"^\| `(\w+)` \| `(.*?)` \|", page.partition("## Arguments")[2], re.M)
    signature = list(inspect.signature(SupervisorEnv.__init__).parameters.values())[1:]
    assert rows == [(p.name, repr(p.default).replace("'", '"')) for p in signature]
