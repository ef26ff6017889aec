"""A recording is the run of `simulate`, and what it shows between its ends agrees with the log and the counters."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest

from ccenv import FunctionPolicy, simulate
from ccenv.batch import IllegalActionError
from ccenv.playback.choices import chosen
from ccenv.playback.recording import GROUP_FIELDS, Recording, counter_labels, places_of, record
from ccenv.scenarios import Scenario, load_scenario
from ccenv.sim.state.codes import HOLD, LOG_ACTION
from ccenv.trace import trace
from tests.env.short import short_day
from tests.env.whole_centre import whole_centre

RULES = {"routing": "lwt", "pacing": "max0"}


def by_all_it_sees(obs: np.ndarray, mask: np.ndarray) -> int:
    """A legal action chosen by a digest of the observation: the smallest difference in it leads to other actions."""
    legal = np.flatnonzero(mask)
    return int(legal[zlib.crc32(obs.tobytes()) % len(legal)])


def recorded(scenario: Scenario, policy: Any, seed: int) -> Recording:
    """The episode under the scenario's reward."""
    return record(chosen(scenario, policy, days=None, reward=None), seed)


def assert_same_row(found: Any, expected: Any) -> None:
    """Raise AssertionError at the first column that differs."""
    assert found.dtype.names == expected.dtype.names
    for name in expected.dtype.names:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


@pytest.mark.parametrize("make", [short_day, whole_centre])
def test_rules_leave_the_counters_of_simulate(make: Any) -> None:
    centre = make()
    for rules in ({}, RULES):
        expected = simulate(centre, **rules, seeds=[7], reward=centre.reward)
        assert_same_row(recorded(centre, rules, 7).kpis, expected)


@pytest.mark.parametrize("owns", ["routing", "pacing", "blended"])
def test_a_policy_leaves_the_counters_of_simulate(owns: str) -> None:
    centre, policy = short_day(), FunctionPolicy(by_all_it_sees, owns=owns)
    expected = simulate(centre, policy=policy, seeds=[3], reward=centre.reward)
    assert_same_row(recorded(centre, policy, 3).kpis, expected)


def test_days_and_reward_are_those_asked_for() -> None:
    centre = short_day()
    found = record(chosen(centre, RULES, days=2, reward={"answered": 2.0}), 1, {"answered": 2.0})
    assert_same_row(found.kpis, simulate(centre, **RULES, seeds=[1], days=2, reward={"answered": 2.0}))
    assert found.kpis["reward"][0] == 2.0 * found.kpis["n_answered"][0] > 0


@pytest.mark.parametrize(("make", "days"), [(short_day, 1), (whole_centre, 1), (whole_centre, 3)])
def test_as_many_wait_as_the_queue_is_long(make: Any, days: int) -> None:
    centre = make()
    run, most = record(chosen(centre, RULES, days=days, reward=None), 9), 0  # callbacks wait when overtime ends
    for q, place in enumerate(places_of(centre)["queue"]):
        starts, ends = (np.sort([wait[k] for wait in run.waits[q]]) for k in (0, 1))
        n = np.searchsorted(starts, run.times, side="right") - np.searchsorted(ends, run.times, side="right")
        # deferrable work is still in line at the end of the episode, which ends its waits
        np.testing.assert_array_equal(n[:-1], run.states[:-1, place], err_msg=centre.queues[q])
        most = max(most, int(n.max()))
    assert most > 1
    assert all(wait.end > wait.start for queue in run.waits for wait in queue)
    assert any(wait.virtual for queue in run.waits for wait in queue) == (make is whole_centre)


def test_actions_are_those_of_the_event_log() -> None:
    centre = short_day()
    log, _ = trace(centre, seed=4, **RULES)
    rows = log[(log["code"] == LOG_ACTION) & (log["detail"] != HOLD)]
    found = recorded(centre, RULES, 4).actions
    assert len(found) > 50
    assert [action for _, action in found] == rows["detail"].tolist()
    np.testing.assert_allclose([t for t, _ in found], rows["t"])


def test_states_over_time_give_the_time_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccenv.playback.recording.RESOLUTION_S", 0.0)
    centre = load_scenario("tiny")
    run, places = recorded(centre, RULES, 2), places_of(centre)
    lasted = np.diff(run.times)
    n_s = {
        field: float(run.states[:-1, [place + k for place in places["group"]]].sum(axis=1) @ lasted)
        for k, field in enumerate(GROUP_FIELDS)
    }
    assert n_s["inbound"] > 0.0 and n_s["outbound"] > 0.0
    assert n_s["inbound"] + n_s["outbound"] == pytest.approx(run.kpis["talking_s"][0])
    assert n_s["wrap_up"] == pytest.approx(run.kpis["wrapping_s"][0])
    n_advisors = sum(run.states[0, place : place + len(GROUP_FIELDS)].sum() for place in places["group"])
    before_s = n_advisors * (run.times[0] - centre.centre.clock.open_s)  # all are idle until the first contact
    assert n_s["idle"] + before_s == pytest.approx(run.kpis["idle_s"][0])
    outbound = [place + 1 for place in places["group"]]
    lines = [place + 2 for place in places["campaign"]]
    np.testing.assert_array_equal(run.states[:, outbound].sum(axis=1), run.states[:, lines].sum(axis=1))


def test_the_last_state_holds_the_final_counters_and_reward() -> None:
    centre = short_day()
    run, places = recorded(centre, RULES, 2), places_of(centre)
    labels = counter_labels(centre)
    assert {"answered_in_time", "offered", "abandoned", "dropped", "joined", "sales"} == set(labels)
    assert run.states[-1, places["counter"]].tolist() == [run.kpis[f"n_{label}"][0] for label in labels]
    assert run.states[-1, places["reward"][0]] == round(100 * run.kpis["reward"][0])
    assert np.all(np.diff(run.states[:, places["counter"]], axis=0) >= 0) and np.all(np.diff(run.times) > 0)


@pytest.mark.parametrize("name", ["n_design", "technical_support"])
def test_a_centre_without_campaigns_and_one_that_starts_with_a_history_are_recorded(name: str) -> None:
    centre = load_scenario(name)
    assert not centre.campaigns and (centre.centre.history.kind != "none") == (name == "technical_support")
    assert_same_row(recorded(centre, None, 1).kpis, simulate(centre, seeds=[1], reward=centre.reward))


def test_an_illegal_action_is_refused() -> None:
    class Illegal:
        def act(self, obs: Any, mask: np.ndarray, state: Any, u: Any, starts: Any) -> tuple[np.ndarray, Any]:
            return np.argmin(mask, axis=1), None

    with pytest.raises(IllegalActionError, match="is illegal now; legal: "):
        recorded(short_day(), Illegal(), 0)


@pytest.mark.parametrize(
    ("policy", "message"),
    [({"router": "lwt"}, "key 'router'; allowed: routing, pacing"), (3, "3; allowed")],
)
def test_what_is_no_policy_is_refused(policy: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recorded(short_day(), policy, 0)
