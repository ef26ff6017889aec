"""How advisors differ: handle times, sales, repeats, satisfaction and quality by their equations."""

import math
from typing import Any

import pytest

from ccenv.sim.kernel.draws import normal as quantile
from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.oracle.simulator import Result
from tests.semantics.by_hand import constant, day, first_of, nonzero, recorded, run

ASSIGN = first_of(codes.ASSIGN)


def contact_key(i: int, seed: int = 0) -> int:
    """Key of fresh contact i of queue "calls"."""
    return entity_key(root_key(seed), stream("queue:calls"), i)


def advisor_trait(purpose: int, seed: int = 0) -> float:
    """Standard normal number of the only advisor."""
    return -float(quantile(uniform(entity_key(root_key(seed), stream("advisors"), 0), purpose)))


def result_of(calls: dict[str, Any], team: dict[str, Any], days: int = 1, **changes: Any) -> Result:
    """One queue, one advisor."""
    scenario = {
        "clock": day(1000),
        "queues": {"calls": calls},
        "groups": {"team": {"skills": ["calls"], "staffing": 1, **team}},
        **changes,
    }
    return run(scenario, 0, ASSIGN, days=days)


def talks(result: Result) -> list[float]:
    """How long the talks took, when one follows the other."""
    log = result.log
    starts, ends = (log["t"][log["code"] == code] for code in (codes.LOG_ASSIGNED, codes.LOG_TALK_END))
    return list(ends - starts)


def test_speed_multiplies_handle_times() -> None:
    s = math.sqrt(math.log(1 + 0.3**2))
    expected = 10 * math.exp(s * advisor_trait(codes.SPEED) - s * s / 2)
    found = result_of(recorded(1, 100, handle_s=constant(10)), {"speed_cv": 0.3})
    assert talks(found) == pytest.approx([expected, expected])


def test_handle_times_fall_with_tenure() -> None:
    calls = recorded(1, 86_400 + 1, 2 * 86_400 + 1, handle_s=constant(10))
    found = result_of(calls, {"learning": {"excess": 0.5, "time_constant_days": 4, "tenure_days": 2}}, days=3)
    assert talks(found) == pytest.approx([10 * (1 + 0.5 * math.exp(-days / 4)) for days in (2, 3, 4)])


def test_an_absent_advisor_learns_nothing() -> None:
    key = entity_key(root_key(0), stream("advisors"), 0)
    there = [uniform(child_key(key, codes.DAY_STEP, d), codes.ABSENT) >= 0.4 for d in range(9)]
    calls = recorded(*(86_400.0 * d + 1 for d in range(9)), handle_s=constant(10), patience_s=constant(1))
    learning = {"excess": 1, "time_constant_days": 4}
    found = result_of(calls, {"learning": learning, "shrinkage": 0.4}, days=9)
    assert 2 < sum(there) < 9
    assert talks(found) == pytest.approx([10 * (1 + math.exp(-n / 4)) for n in range(sum(there))])


def test_handle_times_rise_with_the_load_of_talk_and_wrap_up() -> None:
    calls = recorded(5, 6, 100, handle_s=constant(10), wrap_up_s=constant(2))
    found = result_of(calls, {"fatigue": {"strength": 2, "threshold": 0.1, "time_constant_s": 50}})
    first = 10.0
    load = 1 - math.exp(-12 / 50)
    second = 10 * (1 + 2 * max(0.0, load - 0.1))
    load = 1 - (1 - load) * math.exp(-(second + 2) / 50)
    idle_s = 100 - (5 + first + 2 + second + 2)
    load *= math.exp(-idle_s / 50)
    third = 10 * (1 + 2 * max(0.0, load - 0.1))
    assert first < third < second
    assert talks(found) == pytest.approx([first, second, third])


def test_a_script_draws_handle_times_to_their_mean() -> None:
    dist = {"dist": "uniform", "low_s": 4, "high_s": 16}
    plain = talks(result_of(recorded(1, 50, handle_s=dist), {}))
    by_the_book = talks(result_of(recorded(1, 50, handle_s=dist), {"script": {"strength": 0.75, "quality_cost": 5}}))
    assert by_the_book == pytest.approx([10 + 0.25 * (x - 10) for x in plain])
    assert abs(plain[0] - 10) > 0.1


def test_quality_drifts_and_is_coached_back() -> None:
    monitoring = {"share": 1, "cost": 3, "gain": 0.5, "drift_per_day": 8}
    calls = recorded(1, 86_400 + 1, 86_400 + 50, 2 * 86_400 + 1)
    found = result_of(calls, {"quality": {"mean": 70}, "monitoring": monitoring}, days=3)
    # 70 on the first day; 62, then 66 on the second; 68 - 8 on the third
    assert found.counters["group"][0]["sampled_quality"] == pytest.approx(70 + 62 + 66 + 60)
    assert (found.counters["group"][0]["sampled"], found.counters["group"][0]["coaching_cost"]) == (4, 12)


def test_quality_moves_sales_repeats_and_satisfaction() -> None:
    quality = {"mean": 50, "sd": 3, "on_sale": 0.05, "on_repeat": 0.03}
    points = 3 * advisor_trait(codes.QUALITY) - 4  # a script costs 4 points
    calls = recorded(
        *range(1, 400, 10),
        sale={"p": 0.4, "value": 7, "handle_s": constant(2)},
        repeat={"p": 0.6, "delay_s": constant(5000)},
        satisfaction={"base": 60, "per_quality": 1.5},
    )
    found = result_of(calls, {"quality": quality, "script": {"quality_cost": 4}}).counters["queue"][0]
    p_sale, p_repeat = 0.4 * math.exp(0.05 * points), 0.6 * math.exp(-0.03 * points)
    orders = sum(uniform(contact_key(i), codes.SALE) < p_sale for i in range(40))
    unresolved = sum(uniform(contact_key(i), codes.REPEAT_P) < p_repeat for i in range(40))
    assert 0 < orders < 40 and 0 < unresolved < 40
    assert (found["orders"], found["order_value"]) == (orders, 7 * orders)
    assert found["expected_order_value"] == pytest.approx(40 * 7 * p_sale)
    assert (found["unresolved"], found["resolved"]) == (unresolved, 40 - unresolved)
    assert found["scored"] == 40
    assert found["score"] == pytest.approx(40 * (60 + 1.5 * points))
    assert found["talk_s"] == pytest.approx(2 * orders + 5 * (40 - orders))


def test_satisfaction_falls_with_waiting_transfers_and_repeats() -> None:
    scores = {"base": 90, "per_wait_minute": 12, "per_transfer": 7, "per_repeat": 11}
    scenario = {
        "clock": day(1000),
        "queues": {
            "calls": recorded(1, 2, handle_s=constant(6), transfer={"p": 1, "to": "experts"}),
            "experts": recorded(
                200,
                handle_s=constant(10),
                satisfaction=scores,
                repeat={"p": 1, "delay_s": constant(50), "max_times": 1},
            ),
        },
        "groups": {"a": {"skills": ["calls"], "staffing": 1}, "b": {"skills": ["experts"], "staffing": 1}},
    }
    experts = run(scenario, 0, ASSIGN).counters["queue"][1]
    # contact 0: 1-7, 7-17; contact 1: waits 2-7, 7-13, waits 13-17, 17-27; then at 67-73-83 and, without a wait, at
    # 77-83-93: nobody waits for an advisor; nor does the one of 200 s, who comes again at 260 s, without a transfer
    waited_minutes = [0, 9 / 60, 0, 0]
    expected = [90 - 12 * wait - 7 - 11 * (i // 2) for i, wait in enumerate(waited_minutes)]
    expected += [90, 90 - 11]
    assert experts["scored"] == 6
    assert experts["score"] == pytest.approx(sum(expected))


def test_customers_are_worth_more_and_known_ones_are_served_faster() -> None:
    classes = [{"share": 0.3, "value_factor": 2}, {"share": 0.4, "value_factor": 5}]
    customer = {"p_identified": 0.5, "p_returning": 0.5, "returning_factor": 0.25, "value_classes": classes}
    calls = recorded(*range(1, 400, 10), handle_s=constant(4), customer=customer, sale={"p": 1, "value": 10})
    found = nonzero(result_of(calls, {}).counters["queue"][0])
    shares = [uniform(contact_key(i), codes.VALUE_CLASS) for i in range(40)]
    assert found["order_value"] == sum(20 if v < 0.3 else 50 if v < 0.7 else 10 for v in shares)
    known = [
        uniform(contact_key(i), codes.IDENTIFIED) < 0.5 and uniform(contact_key(i), codes.RETURNING) < 0.5
        for i in range(40)
    ]
    assert found["talk_s"] == 4 * (40 - sum(known)) + sum(known)
