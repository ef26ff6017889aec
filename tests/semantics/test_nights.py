"""A contact that lasts over night and a callback due the next day, in the kernel and in the oracle."""

from ccenv import load_scenario
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.oracle.compare import assert_same_counters, assert_same_log
from tests.oracle.simulator import Simulator, uniformly_random

SCENARIO = {
    "name": "night",
    "description": "a talk of 25 hours, and somebody to be called back whom no advisor can serve before the end",
    "clock": {"open_s": 0, "close_s": 100, "overtime_s": 50, "slot_s": 50},
    "queues": {
        "calls": {
            "arrivals_per_hour": 10,
            "trace_s": [1, 2],
            "handle_s": {"dist": "constant", "value_s": 90_000},
            "wrap_up_s": {"dist": "constant", "value_s": 3},
            "callback": {"p_accept": 1},
        }
    },
    "groups": {"team": {"skills": ["calls"], "staffing": [1, 0]}},
}


def test_a_talk_ends_at_the_next_opening_and_the_day_goes_on() -> None:
    scenario = load_scenario(SCENARIO)
    expected = Simulator(scenario.centre, 3, uniformly_random, days=2).run()
    log, counters = trace(
        scenario, lambda number, u, legal: int(legal[int(u * len(legal))]), seed=3, days=2, routing="fifo"
    )
    assert_same_log(expected.log, log)
    assert_same_counters(expected.counters, {axis: rows[0] for axis, rows in counters.items()})
    assert log["t"][log["code"] == codes.LOG_TALK_END].tolist() == [86_400, 172_800]
    assert log["t"][log["code"] == codes.LOG_OPENING].tolist() == [0, 86_400]
    assert log["t"][log["code"] == codes.LOG_CALLBACK_DUE].tolist() == [86_401]
