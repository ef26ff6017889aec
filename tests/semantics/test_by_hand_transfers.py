"""Transfers whose event log follows from the specification page by hand: recorded arrivals, constant dists."""

from typing import Any

from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream
from tests.semantics.by_hand import constant, day, first_of, nonzero, recorded, run, short, shorts

ASSIGN = first_of(codes.ASSIGN)


def two_teams(first: dict[str, Any], second: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Two queues, each with an advisor of its own: number 0 for "first", number 1 for "second"."""
    return {
        "clock": day(),
        "queues": {"first": first, "second": second},
        "groups": {"a": {"skills": ["first"], "staffing": 1}, "b": {"skills": ["second"], "staffing": 1}},
        **changes,
    }


def warm(**changes: Any) -> dict[str, Any]:
    """How the first queue transfers."""
    return {"p": 1, "to": "second", "kind": "warm", "handover_s": constant(3), **changes}


def test_a_warm_transfer_keeps_the_first_advisor_until_the_second_has_taken_over() -> None:
    first = recorded(1, transfer=warm(), wrap_up_s=constant(2))
    second = recorded(2, handle_s=constant(10), wrap_up_s=constant(1))
    result = run(two_teams(first, second), 0, ASSIGN)
    assert shorts(result.log) == [
        short(0, "opening"),
        short(1, "fresh", "0.0"),
        short(1, "waiting", "0.0"),
        short(1, "assigned", "0.0", 0),
        short(2, "fresh", "1.0"),
        short(2, "waiting", "1.0"),
        short(2, "assigned", "1.0", 1),
        short(6, "talk_end", "0.0", 0),
        short(6, "transferred", "1.0"),  # the leg has the number of the first queue's contact
        short(6, "waiting", "1.0"),
        short(12, "talk_end", "1.0", 1),
        short(13, "wrap_up_end", "1.0", 1),
        short(13, "assigned", "1.0", 1),
        short(16, "handover_end", "1.0", 1),
        short(18, "wrap_up_end", "0.0", 0),
        short(26, "talk_end", "1.0", 1),
        short(27, "wrap_up_end", "1.0", 1),
        short(100, "closing"),
        short(100, "day_end"),
    ]
    fresh = entity_key(root_key(0), stream("queue:first"), 0)
    leg_keys = {int(row["key"]) for row in result.log if row["code"] == codes.LOG_TRANSFERRED}
    assert leg_keys == {child_key(fresh, codes.TRANSFER, 0)}
    one, two = result.counters["queue"]
    assert nonzero(one) == {
        "fresh": 1, "offered": 1, "answered": 1, "answered_in_time": 1, "transferred_out": 1,
        "fresh_answered": 1, "fresh_resolved": 1, "talk_s": 15, "wrap_up_s": 2,
    }  # fmt: skip
    assert nonzero(two) == {
        "fresh": 1, "transfers_in": 1, "offered": 2, "answered": 2, "answered_in_time": 2, "waited": 1,
        "wait_answered_s": 7, "waiting_s": 7, "resolved": 2, "fresh_answered": 1, "fresh_resolved": 1,
        "talk_s": 10 + 13, "wrap_up_s": 2,
    }  # fmt: skip
    a, b = result.counters["group"]
    assert nonzero(a) == {"idle_s": 1 + 82, "talking_s": 15, "wrapping_s": 2, "handled": 1}
    assert nonzero(b) == {"idle_s": 2 + 73, "talking_s": 23, "wrapping_s": 2, "handled": 2}


def test_a_cold_transfer_takes_over_the_line_and_frees_the_advisor() -> None:
    first = recorded(1, transfer=warm(kind="cold"))
    scenario = two_teams(first, recorded(), trunks=1)
    result = run(scenario, 0, ASSIGN)
    assert shorts(result.log)[4:-2] == [
        short(6, "talk_end", "0.0", 0),
        short(6, "transferred", "1.0"),
        short(6, "waiting", "1.0"),
        short(6, "wrap_up_end", "0.0", 0),
        short(6, "assigned", "1.0", 1),
        short(11, "talk_end", "1.0", 1),
        short(11, "wrap_up_end", "1.0", 1),
    ]


def test_the_first_advisor_wraps_up_when_the_leg_abandons_which_redials_at_its_origin() -> None:
    first = recorded(1, transfer=warm(), redial={"p": 0})
    second = recorded(2, handle_s=constant(70), patience_s=constant(4.5), redial={"p": 1, "delay_s": constant(20)})
    result = run(two_teams(first, second), 0, ASSIGN)
    assert shorts(result.log)[7:14] == [
        short(6, "talk_end", "0.0", 0),
        short(6, "transferred", "1.0"),
        short(6, "waiting", "1.0"),
        short(10.5, "abandoned", "1.0"),
        short(10.5, "wrap_up_end", "0.0", 0),
        short(30.5, "redial", "0.0"),
        short(30.5, "waiting", "0.0"),
    ]
    one, two = result.counters["queue"]
    assert (one["redials"], two["redials"], two["abandoned"], one["talk_s"]) == (1, 0, 2, 9.5 + 9.5)
    fresh = entity_key(root_key(0), stream("queue:first"), 0)
    redial = child_key(child_key(fresh, codes.TRANSFER, 0), codes.REDIAL, 0)
    assert [int(row["key"]) for row in result.log if row["code"] == codes.LOG_REDIAL] == [redial]


def test_the_first_advisor_wraps_up_when_the_leg_goes_unserved() -> None:
    scenario = two_teams(recorded(96, transfer=warm(), wrap_up_s=constant(1)), recorded(2, handle_s=constant(200)))
    result = run(scenario, 0, ASSIGN)
    assert shorts(result.log)[-8:-1] == [
        short(101, "transferred", "1.0"),
        short(101, "waiting", "1.0"),
        short(150, "overtime_end"),
        short(150, "unserved", "1.0"),
        short(151, "wrap_up_end", "0.0", 0),
        short(202, "talk_end", "1.0", 1),
        short(202, "wrap_up_end", "1.0", 1),
    ]


def test_a_handover_of_0_s_is_over_at_once() -> None:
    result = run(two_teams(recorded(1, transfer=warm(handover_s=0)), recorded()), 0, ASSIGN)
    assert shorts(result.log)[4:-2] == [
        short(6, "talk_end", "0.0", 0),
        short(6, "transferred", "1.0"),
        short(6, "waiting", "1.0"),
        short(6, "assigned", "1.0", 1),
        short(6, "handover_end", "1.0", 1),
        short(6, "wrap_up_end", "0.0", 0),
        short(11, "talk_end", "1.0", 1),
        short(11, "wrap_up_end", "1.0", 1),
    ]


def test_at_the_end_of_a_handover_the_service_begins_before_the_first_advisor_wraps_up() -> None:
    first = recorded(1, transfer=warm(), wrap_up_s=constant(4))
    result = run(two_teams(first, recorded(handle_s=constant(4))), 0, ASSIGN)
    assert shorts(result.log)[8:-2] == [
        short(9, "handover_end", "1.0", 1),
        short(13, "talk_end", "1.0", 1),
        short(13, "wrap_up_end", "1.0", 1),
        short(13, "wrap_up_end", "0.0", 0),
    ]


def test_a_misrouted_contact_is_noticed_and_transferred_to_where_it_belongs() -> None:
    ivr = {"time_s": constant(2), "routes": {"second": 1.0}, "detect_s": constant(4)}
    scenario = two_teams(recorded(1, ivr=ivr, handle_s=constant(6)), recorded(handle_s=constant(50)))
    result = run(scenario, 0, ASSIGN)
    assert shorts(result.log) == [
        short(0, "opening"),
        short(1, "fresh", "0.0"),
        short(3, "ivr_end", "0.0", detail=codes.ROUTED),
        short(3, "waiting", "1.0"),
        short(3, "assigned", "1.0", 1),
        short(7, "talk_end", "1.0", 1),
        short(7, "transferred", "0.0"),
        short(7, "waiting", "0.0"),
        short(7, "wrap_up_end", "1.0", 1),
        short(7, "assigned", "0.0", 0),
        short(13, "talk_end", "0.0", 0),
        short(13, "wrap_up_end", "0.0", 0),
        short(100, "closing"),
        short(100, "day_end"),
    ]
    one, two = result.counters["queue"]
    assert nonzero(one) == {
        "fresh": 1, "misrouted_out": 1, "transfers_in": 1, "offered": 1, "answered": 1, "answered_in_time": 1,
        "resolved": 1, "fresh_answered": 1, "fresh_resolved": 1, "talk_s": 6, "handed_off": 1, "ivr_s": 2,
    }  # fmt: skip
    assert nonzero(two) == {
        "misrouted_in": 1, "offered": 1, "answered": 1, "answered_in_time": 1, "transferred_out": 1, "talk_s": 4,
    }  # fmt: skip


def test_who_abandons_in_the_wrong_queue_redials_by_the_law_of_the_right_one() -> None:
    ivr = {"time_s": 0, "routes": {"second": 1.0}}
    first = recorded(1, ivr=ivr, redial={"p": 1, "delay_s": constant(7)})
    second = recorded(patience_s=constant(3), redial={"p": 0})
    groups = {
        "a": {"skills": ["first"], "staffing": 1},
        "b": {"skills": ["second"], "staffing": [0, 1]},
    }
    result = run(two_teams(first, second, groups=groups, clock=day(slot_s=50)), 0, ASSIGN)
    assert shorts(result.log)[1:9] == [
        short(1, "fresh", "0.0"),
        short(1, "ivr_end", "0.0", detail=codes.ROUTED),
        short(1, "waiting", "1.0"),
        short(4, "abandoned", "1.0"),
        short(11, "redial", "0.0"),
        short(11, "ivr_end", "0.0", detail=codes.ROUTED),
        short(11, "waiting", "1.0"),
        short(14, "abandoned", "1.0"),
    ]
    one, two = result.counters["queue"]
    assert (one["misrouted_out"], two["misrouted_in"], two["abandoned"], one["redials"]) == (2, 2, 2, 1)
