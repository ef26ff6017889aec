"""A centre with chats through everything that users call: environments, supervisor, forks, replay, render, plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

import ccenv
from ccenv import CentreEnv, load_scenario, simulate
from ccenv.playback.choices import chosen
from ccenv.playback.page import unpacked
from ccenv.playback.recording import places_of, record
from ccenv.scenarios import Scenario
from ccenv.supervisor import SupervisorEnv

CENTRE: dict[str, Any] = {
    "name": "chats",
    "description": "an hour of calls and chats",
    "clock": {"open_s": 0, "close_s": 3600, "slot_s": 3600},
    "queues": {
        "calls": {"arrivals_per_hour": 40, "handle_s": 120, "patience_s": 200},
        "web": {
            "arrivals_per_hour": 90,
            "handle_s": 150,
            "patience_s": 120,
            "ivr": {"time_s": 20, "p_contained": 0.3, "p_resolved_hard": 0.2, "price_per_minute": 0.1},
            "chat": {"rate_by_level": [1, 0.8, 0.6], "p_silent": 0.5},
        },
    },
    "groups": {
        "digital": {"skills": ["web"], "staffing": 2, "capacity": {"chats": 3}},
        "either": {"skills": ["calls", "web"], "staffing": 2, "capacity": {"chats": 2}},
    },
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CENTRE)


def test_random_legal_play_reaches_all_levels_and_renders_them(scenario: Scenario) -> None:
    env = gymnasium.make("ccenv/Routing-v0", scenario=scenario, render_mode="ansi").unwrapped
    assert isinstance(env, CentreEnv)
    names = [action.name for action in scenario.catalogue]
    rng, taken = np.random.default_rng(1), set()
    for seed in range(3):
        _, info = env.reset(seed=seed)
        done = False
        while not done:
            action = int(rng.choice(np.flatnonzero(info["action_mask"])))
            taken.add(names[action])
            _, _, terminated, truncated, info = env.step(action)
            done = terminated or truncated
    assert set(names) <= taken | {"hold"}
    assert "digital" in str(env.render())


def test_a_supervisor_runs_it_and_may_set_the_threshold_of_the_bot(scenario: Scenario) -> None:
    env = SupervisorEnv(scenario=scenario, interval_s=600)
    assert "routing.p_contained:web" in [knob.name for knob in env._row.knobs]
    env.reset(seed=1)
    done, n = False, 0
    while not done:
        _, _, terminated, truncated, info = env.step(env.action_space.sample())
        done, n = terminated or truncated, n + 1
    assert n >= 6 and info["kpis"]["concurrency"] >= 1.0


def test_a_replay_shows_the_levels_and_counts_advisors_with_chats_as_inbound(
    scenario: Scenario, tmp_path: Path
) -> None:
    page = ccenv.replay(scenario, {"fifo": ("fifo", None)}, seed=1, path=tmp_path / "hour.html").read_text()
    assert "assign:web>digital@2" in str(unpacked(page)["runs"]) + str(unpacked(page))
    run = record(chosen(scenario, ("fifo", None), name="fifo", days=None, reward=None), 1)
    first = places_of(scenario)["group"][0]
    assert run.states[:, first].max() == 2  # both advisors of the group at once


def test_each_seed_gives_one_run_under_all_rules(scenario: Scenario) -> None:
    one, other = (simulate(scenario, routing=rule, seeds=range(4)) for rule in ("fifo", "lwt"))
    assert np.array_equal(one["n_fresh"], other["n_fresh"]) and one["concurrency"].min() > 1.0


def test_rules_take_part_in_a_policy_map(scenario: Scenario) -> None:
    plot = pytest.importorskip("ccenv.plot")
    axes = plot.policy_map(scenario, ("fifo", None), x="queue_length:web", y="chatting:digital", seeds=range(2))
    assert axes is not None
