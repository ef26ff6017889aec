"""A clock that never closes: random scenarios in both programmes, cases derived by hand, and Erlang's formula."""

from typing import Any

import numpy as np
import pytest

from ccenv import ScenarioError, load_scenario, simulate
from ccenv.sim.state import codes
from ccenv.theory import erlang_c
from ccenv.trace import trace
from tests.oracle.around_the_clock import ContinuousMaker
from tests.oracle.compare import assert_same_counters, assert_same_log
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.oracle.simulator import Simulator, uniformly_random
from tests.samples import samples
from tests.semantics.by_hand import NAMED, both, constant, first_of, recorded, shorts

ASSIGN = first_of(codes.ASSIGN)
HOUR_S, DAY_S = 3600, 86_400
RULE_WITH_ORDER = {"entry": "fifo", "total_wait": "lwt"}


def compare(number: int) -> None:
    """Run one random scenario both ways."""
    run = ContinuousMaker(number).run()
    scenario = load_scenario(run.scenario)
    expected = Simulator(scenario.centre, run.seed, uniformly_random, days=run.days, order=run.order).run()
    log, counters = trace(
        scenario,
        lambda number, u, legal: int(legal[int(u * len(legal))]),
        seed=run.seed,
        days=run.days,
        routing=RULE_WITH_ORDER[run.order],
    )
    assert_same_log(expected.log, log)
    assert_same_counters(expected.counters, {axis: rows[0] for axis, rows in counters.items()})


@pytest.mark.parametrize("number", range(3))
def test_the_kernel_follows_the_specification_around_the_clock(number: int) -> None:
    compare(number)


@pytest.mark.parametrize("number", samples(range(3, 20), range(20, 60)))
def test_the_kernel_follows_the_specification_around_the_clock_in_many_scenarios(number: int) -> None:
    compare(number)


def centre(clock: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """One queue and one advisor around the clock."""
    return {
        "clock": {"kind": "continuous", "slot_s": 12 * HOUR_S, "review_s": 0, **(clock or {})},
        "queues": {"calls": recorded(23.5 * HOUR_S, handle_s=constant(HOUR_S))},
        "groups": {"team": {"skills": ["calls"], "staffing": 1}},
        **changes,
    }


def test_a_talk_goes_on_over_midnight() -> None:
    log = both(centre(), 1, ASSIGN, days=2).log
    assert [row.split()[:2] for row in shorts(log)] == [
        ["0.000000", "opening"], ["43200.000000", "slot"],
        ["84600.000000", "fresh"], ["84600.000000", "waiting"], ["84600.000000", "assigned"],
        ["86400.000000", "day_end"], ["86400.000000", "opening"],
        ["88200.000000", "talk_end"], ["88200.000000", "wrap_up_end"],
        ["129600.000000", "slot"], ["172800.000000", "day_end"], ["172800.000000", "end"],
    ]  # fmt: skip


def test_a_shift_goes_on_over_midnight() -> None:
    night = {"n": 1, "from_s": 22 * HOUR_S, "until_s": 30 * HOUR_S, "breaks": [{"at_s": 25 * HOUR_S, "length_s": 60}]}
    team = {"skills": ["calls"], "shifts": [night]}
    result = both(centre(groups={"team": team}, queues={"calls": recorded()}), 1, ASSIGN, days=2)
    group = result.counters["group"][0]
    assert group["idle_s"] + group["away_s"] == (6 + 2) * 2 * HOUR_S  # 0:00 to 6:00 and 22:00 to 24:00
    assert group["away_s"] == 2 * 60
    roster = result.log["t"][result.log["code"] == codes.LOG_ROSTER] / HOUR_S
    assert roster.tolist() == [1, 6, 22, 25, 30, 46]


@pytest.mark.parametrize(
    ("start", "on_s"), [(None, 24 + 24), ("2026-03-06", 24), ("2026-03-07", 0), ("2026-03-08", 24)]
)
def test_a_week_begins_on_monday(start: str | None, on_s: int) -> None:
    working_days = {"skills": ["calls"], "staffing": [1, 1] * 5 + [0, 0] * 2}
    clock = {"weekly": True, "start_date": start}
    result = both(centre(clock, groups={"team": working_days}, queues={"calls": recorded()}), 1, ASSIGN, days=2)
    assert result.counters["group"][0]["idle_s"] == on_s * HOUR_S


def test_an_advisor_of_staffing_is_absent_for_whole_days() -> None:
    team = {"skills": ["calls"], "staffing": 8, "shrinkage": 0.5}
    result = both(centre(groups={"team": team}, queues={"calls": recorded()}), 5, ASSIGN, days=6)
    advisors = [entity_key(root_key(5), stream("advisors"), number) for number in range(8)]
    keys = [child_key(advisor, codes.DAY_STEP, day) for advisor in advisors for day in range(6)]
    present = sum(uniform(key, codes.ABSENT) >= 0.5 for key in keys)
    assert result.counters["group"][0]["idle_s"] == present * DAY_S


@pytest.mark.parametrize(
    ("key", "changes", "why"),
    [
        ("clock.slot_s", {"slot_s": 7_000}, "must divide a day"),
        ("clock.close_s", {"close_s": 80_000}, "has no meaning where clock.kind is continuous"),
        ("clock.warm_up_s", {"warm_up_s": DAY_S}, "must be less than the run"),
    ],
)
def test_a_clock_that_makes_no_sense_is_refused(key: str, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ScenarioError, match=why) as raised:
        load_scenario({**NAMED, **centre(changes)})
    assert key in str(raised.value)


def test_days_behind_need_nights() -> None:
    with pytest.raises(ScenarioError, match="has no nights"):
        load_scenario({**NAMED, **centre(history={"kind": "steady"})})


def test_waits_are_those_of_erlang_c() -> None:
    n, per_hour, handle_s, warm_up_days, days = 11, 60.0, 600.0, 2, 9
    scenario = load_scenario({
        **NAMED,
        "clock": {"kind": "continuous", "warm_up_s": warm_up_days * DAY_S},
        "episode_days": days,
        "queues": {"calls": {"arrivals_per_hour": per_hour, "handle_s": handle_s, "patience_s": {"dist": "never"}}},
        "groups": {"team": {"skills": ["calls"], "staffing": n}},
    })  # fmt: skip
    exact = erlang_c(per_hour, handle_s, n, 20.0).asa_s
    assert exact == pytest.approx(409.3, abs=0.05)
    waits = np.asarray(simulate(scenario, seeds=range(128))["asa_s"])
    mean, error = waits.mean(), waits.std(ddof=1) / np.sqrt(len(waits))
    assert error < 0.06 * exact
    assert abs(mean - exact) < 3 * error
