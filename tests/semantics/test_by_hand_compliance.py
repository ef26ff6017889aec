"""One drawn case, derived by hand: each definition of the dropped share gives a different figure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ccenv.sim.state import codes
from ccenv.sim.state import definitions as legal
from tests.oracle.decisions import Action
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.semantics.by_hand import both, constant, recorded

SEED = 91_576  # the first with the dice of `test_the_dice_of_the_drawn_case`
DAY_S, OPEN_S, HOUR_23_S = 86_400, 82_700, 82_800
LEADS = {0: "person", 1: "person", 2: "machine", 3: "person", 4: "person", 5: "person", 6: "machine", 7: "person"}


def dice(number: int) -> tuple[str, float]:
    """Who answers, and after how many seconds of waiting they would hang up."""
    key = entity_key(root_key(SEED), stream("campaign:list"), number)
    v = uniform(key, codes.OUTCOME)
    who = "person" if v < 0.4 else "machine" if v >= 0.5 else "person taken for a machine"
    return who, 8 * (1 - uniform(key, codes.HANG_UP))


def test_the_dice_of_the_drawn_case() -> None:
    assert {number: dice(number)[0] for number in LEADS} == LEADS
    assert dice(1)[1] > 2.5 and dice(3)[1] < 2 and 2 < dice(4)[1] < 3 and dice(5)[1] > 4


# Opens at 22:58:20, closes at 22:59:50. It rings for 100 s, so that the seven leads dialed at the opening of day 0 are
# connected at 23:00:00, in hour 23. One advisor is idle, two are busy with calls until 2.5 s later.
SCENARIO: dict[str, Any] = {
    "clock": {"open_s": OPEN_S, "close_s": 82_790, "slot_s": 90, "overtime_s": 100, "review_s": 0},
    "queues": {"calls": recorded(82_702.5, 82_702.5, handle_s=constant(100), patience_s={"dist": "never"})},
    "groups": {"team": {"skills": ["calls", "list"], "staffing": 3}},
    "campaigns": {
        "list": {
            "p_answer": 0.5, "p_machine": 0.5, "detector": {"p_false_positive": 0.2, "p_machine_passed": 1},
            "ring_s": constant(100), "handle_s": constant(20), "handle_machine_s": constant(20), "leads": 8,
            "drop_after_s": constant(4), "hang_up_s": {"dist": "uniform", "low_s": 0, "high_s": 8},
            "dial_ladder": [1, 7], "greeting_s": 1, "drop_limit": 0.03,
            "compliance": {
                "threshold_s": 1, "start": "greeting_start", "base": "queue", "hang_ups": "all",
                "false_positives": "estimated",
            },
        }
    },
}  # fmt: skip
# Lead 0 is joined at once. Lead 1 and machine 2 are joined after 2.5 s: later than 2 s after the answer, but not than
# 2 s after a greeting of 1 s. Lead 3 hangs up within 2 s, lead 4 between 2 s and 3 s; lead 5 and machine 6 are dropped
# after 4 s. Lead 7 is joined at once, on day 1. Of the persons one fifth is taken for machines: one for each four
# connects.
COUNTED = {  # over, base
    "ftc_30d": (Fraction(1), Fraction(6)),  # lead 5, of six persons
    "ofcom_24h": (3 + Fraction(6, 4), 6 + Fraction(6, 4)),  # leads 1, 4, 5, and six quarters missed
    "vicidial_today": (Fraction(3), Fraction(6)),  # leads 3, 4, 5
    "genesys_queue": (Fraction(5), Fraction(8)),  # leads 1, 4, 5, machines 2, 6
    "connect_rolling_24h": (Fraction(5), Fraction(8)),  # the same, but each window looks back over 24 hours
    "own": (6 + Fraction(6, 4), 8 + Fraction(6, 4)),  # all but leads 0 and 7, and six quarters missed
}
# Of the windows of connect_rolling_24h, that of day 0 ends in hour 23 and holds seven. Day 1 ends in hour 47, with
# lead 7 alone. Day 2 ends at the closing, in hour 70, and looks back to hour 47: lead 7 once more.
IN_WINDOWS = {**COUNTED, "connect_rolling_24h": (Fraction(5), Fraction(7 + 1 + 1))}
# How many end in 30 days, and how many of them are above 3 %: that of day 0, and where persons taken for machines are
# estimated that of day 1, too, in which lead 7 stands for a quarter of one.
WINDOWS = {
    "ftc_30d": (1, 1), "ofcom_24h": (30, 2), "vicidial_today": (30, 1), "genesys_queue": (30, 1),
    "connect_rolling_24h": (30, 1), "own": (30, 2),
}  # fmt: skip


def choose(number: int, u: float, legal_actions: list[int], catalogue: Sequence[Action]) -> int:
    """Dial seven at the opening of day 0, and the last one at that of day 1; calls are taken at once."""
    if number in (0, 6):
        return legal_actions[-1]
    return next((i for i in legal_actions if catalogue[i].kind == codes.ASSIGN), 0)


def test_the_drawn_case_happens_as_drawn() -> None:
    log = both(SCENARIO, SEED, choose, days=2).log
    ends = log[np.isin(log["code"], (codes.LOG_JOINED, codes.LOG_HANG_UP, codes.LOG_DROPPED))]
    hung_up = [(dice(number)[1], "hang_up", number) for number in (3, 4)]
    expected = [
        (0, "joined", 0), hung_up[0], *sorted([hung_up[1], (2.5, "joined", 1), (2.5, "joined", 2)]),
        (4, "dropped", 5), (4, "dropped", 6), (DAY_S, "joined", 7),
    ]  # fmt: skip
    found = [(float(row["t"]) - HOUR_23_S, codes.LOG_CODES[row["code"]], int(row["number"])) for row in ends]
    assert [row[1:] for row in found] == [row[1:] for row in expected]
    assert [row[0] for row in found] == pytest.approx([row[0] for row in expected])


def test_every_definition_gives_another_share() -> None:
    assert tuple(COUNTED) == legal.NAMES
    counters = both(SCENARIO, SEED, choose, days=30).counters["campaign"][0]
    for name, (over, base) in COUNTED.items():
        assert counters[f"{name}_over"] == pytest.approx(float(over)), name
        assert counters[f"{name}_base"] == pytest.approx(float(base)), name
        in_windows = counters[f"{name}_window_over"], counters[f"{name}_window_base"]
        assert in_windows == pytest.approx([float(x) for x in IN_WINDOWS[name]]), name
        assert (counters[f"{name}_windows"], counters[f"{name}_windows_above"]) == WINDOWS[name], name
    run_total = Fraction(int(counters["dropped"]), int(counters["joined"] + counters["dropped"]))
    shares = {name: over / base for name, (over, base) in IN_WINDOWS.items()} | {legal.RUN_TOTAL: run_total}
    assert shares == {
        "ftc_30d": Fraction(1, 6), "ofcom_24h": Fraction(3, 5), "vicidial_today": Fraction(1, 2),
        "genesys_queue": Fraction(5, 8), "connect_rolling_24h": Fraction(5, 9), "own": Fraction(15, 19),
        "run_total": Fraction(1, 4),
    }  # fmt: skip
    assert len(set(shares.values())) == len(shares)
