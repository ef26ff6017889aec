"""What a picture says of an instant is what the engine's record holds, and in the end what `simulate` reports."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccenv import CentreEnv, simulate
from ccenv.kpis.numbers import as_text as figure
from ccenv.render import View, as_text, headlines, look
from ccenv.render.view import MOST_GROUPS, MOST_QUEUES, UNLIMITED, in_unit
from ccenv.run.engine import own_counters
from ccenv.scenarios import Scenario, load_scenario
from ccenv.sim.state.codes import ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAITING_ANSWER, AWAY, IDLE
from ccenv.spaces.observation import snapshot_dtype
from tests.env.short import short_day


class LastLegal:
    """The legal action with the highest number."""

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: Any, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, Any]:
        return mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1), None


def played(env: CentreEnv, seed: int, most: int = 10_000) -> list[View]:
    """The views of an episode under `LastLegal`."""
    env.reset(seed=seed)
    views, over = [env._view()], False
    while not over and len(views) < most:
        (action,), _ = LastLegal().act(env.batch.obs, env.batch.mask, None, env.batch.u, env.batch.starts)
        _, _, terminated, truncated, _ = env.step(int(action))
        views.append(env._view())
        over = terminated or truncated
    return views


def test_the_last_view_holds_the_kpis_and_the_reward_of_simulate() -> None:
    centre = short_day()
    last = played(CentreEnv(centre, render_mode="ansi"), seed=4)[-1]
    table = simulate(centre, policy=LastLegal(), seeds=[4], reward=centre.reward)
    expected = {line.label: in_unit(line.column, float(table[line.column][0])) for line in headlines(centre)}
    assert dict(last.kpis) == {**expected, "reward": figure(float(table["reward"][0]), decimals=2)}
    assert expected["goals"] != "0" and expected["service level"] not in ("0 %", "100 %")


def test_rows_hold_the_states_of_the_record() -> None:
    env = CentreEnv(short_day(), render_mode="ansi")
    env.reset(seed=2)
    seen = set()
    for _ in range(400):
        view, e = env._view(), env.batch.engine.envs[0]
        for q, queue in enumerate(view.queues):
            assert queue.waiting == e["queue"]["length"][q]
            seen |= {"queue"} if queue.waiting else set()
        for g, group in enumerate(view.groups):
            n = e["group"]["n"][g]
            assert group.inbound + group.outbound == n[ADVISOR_TALKING]
            assert group[3:] == (n[ADVISOR_WRAP_UP], n[AWAITING_ANSWER], n[IDLE], n[AWAY])
            seen |= {"inbound"} if group.inbound else set()
        for i, campaign in enumerate(view.campaigns):
            state = e["campaign"][i]
            assert (campaign.ringing, campaign.waiting) == (state["ringing"], state["waiting"])
            assert campaign.talking == sum(group.outbound for group in view.groups)
            seen |= {"talking"} if campaign.talking else set()
        (action,), _ = LastLegal().act(env.batch.obs, env.batch.mask, None, env.batch.u, env.batch.starts)
        if env.step(int(action))[2]:
            break
    assert seen == {"queue", "inbound", "talking"}


def test_the_action_is_named_with_its_reward_and_forgotten_at_reset() -> None:
    env = CentreEnv(short_day(), render_mode="ansi", owns="routing")
    env.reset(seed=1)
    assert env._view().action == "" and "none yet" in env.render()
    legal = int(np.flatnonzero(env.action_masks())[-1])
    _, reward, *_ = env.step(legal)
    view = env._view()
    assert view.action == env.catalogue[legal].name
    assert view.paid == figure(reward, decimals=3, sign=True)
    env.step(10_000)
    assert env._view().action == "no action 10000 (illegal)"
    env.reset(seed=1)
    assert env._view()[:6] == (
        env.scenario.name,
        f"the policy routes, rule {env.batch.run.pacing[0]} dials",
        *env._view()[2:6],
    )
    assert env._view().action == "" and env._view().paid == ""


def crowded(scenario: Scenario) -> View:
    """A view of a centre in which entity k counts k."""
    snapshot = np.zeros(1, snapshot_dtype(scenario))[0]
    for name in ("queue_length", "idle", "away", "ringing", "leads_left"):
        snapshot[name] = np.arange(len(snapshot[name]))
    snapshot["staffed"] = 3 * snapshot["idle"]
    snapshot["oldest_wait_s"][:, 0] = np.arange(len(scenario.queues))
    env = CentreEnv(scenario)
    return look(scenario, snapshot, own_counters(env.batch.engine.counters(), env.batch.run))


def test_a_large_centre_shows_the_busiest_and_the_sum_of_the_others() -> None:
    centre = load_scenario("hybrid_large")
    view = crowded(centre)
    assert len(view.queues) == MOST_QUEUES and len(view.groups) == MOST_GROUPS
    assert view.more_queues is not None and view.more_queues.name == f"and {len(centre.queues) - MOST_QUEUES} more"
    assert view.more_groups is not None and view.more_campaigns is None
    n = len(centre.queues)
    assert sum(q.waiting for q in (*view.queues, view.more_queues)) == n * (n - 1) // 2
    assert max(q.longest_s for q in (*view.queues, view.more_queues)) == n - 1
    n = len(centre.groups)
    for group in (*view.groups, view.more_groups):
        assert group.inbound == group.idle == group.away and group.on_duty == 3 * group.idle
    assert sum(g.idle for g in (*view.groups, view.more_groups)) == n * (n - 1) // 2
    arrivals = {name: np.mean(queue.arrivals_per_hour) for name, queue in centre.centre.queues.items()}
    shown = [queue.name for queue in view.queues]
    assert min(arrivals[q] for q in shown) >= max(a for q, a in arrivals.items() if q not in shown)
    assert shown == [q for q in arrivals if q in shown]  # in the order of the file


def test_text_names_everything_and_its_columns_are_aligned() -> None:
    centre = short_day()
    env = CentreEnv(centre, render_mode="ansi")
    env.reset(seed=2)
    text = env.render()
    for name in (centre.name, "service level", "reward", *centre.queues, *centre.groups, *centre.campaigns):
        assert name in text
    lines = text.splitlines()
    head = next(line for line in lines if line.startswith("group"))
    end = head.index("away -") + len("away -")
    for row in lines[lines.index(head) + 1 :][: len(centre.groups)]:
        assert row[end - 1].isdigit() and row[end : end + 1] in ("", " ")
    assert as_text(env._view()) == text


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [("abandonment", 0.1234, "12.3 %"), ("abandonment", math.nan, "n/a"), ("n_sales", 12_000.0, "12,000")],
)
def test_kpis_have_their_units(column: str, value: float, text: str) -> None:
    assert in_unit(column, value) == text


def test_an_unlimited_list_is_called_so() -> None:
    env = CentreEnv(load_scenario("bank_blended"), render_mode="ansi")
    env.reset(seed=0)
    (deposits,) = env._view().campaigns
    assert deposits.leads_left == UNLIMITED and deposits.left == "unlimited" and "unlimited" in env.render()
