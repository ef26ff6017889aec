"""The dropped share of each definition, counted a second time from the event log alone."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest

from ccenv.scenarios.schema import Campaign, Compliance
from ccenv.sim.state import codes
from ccenv.sim.state.definitions import DEFINITIONS, RUN_TOTAL, Definition
from tests.semantics.test_calling_rules_in_logs import attempts_of, has
from tests.semantics.test_random_scenarios import FAST, made, played

PERSONS = (codes.CONNECT, codes.FALSE_POSITIVE)
ENDS = (codes.LOG_JOINED, codes.LOG_DROPPED, codes.LOG_HANG_UP)


class End(NamedTuple):
    """The end of a connect's wait: how, seconds from the answer and from the decision, a machine, decided at all."""

    code: int
    from_answer_s: float
    from_decision_s: float
    machine: bool
    decided: bool


def ends(log: np.ndarray, c: int) -> Iterator[End]:
    """The ends of all waits of a campaign."""
    for _, rows in attempts_of(log, c):
        last = rows[np.isin(rows["code"], ENDS)]
        if not len(last):
            continue
        (end,), (answer,) = last, rows[rows["code"] == codes.LOG_RING_END]
        decision = rows[rows["code"] == codes.LOG_DECIDED]
        decided_at = decision["t"][0] if len(decision) else answer["t"]
        known = has(rows, codes.LOG_CONNECT_WAITING) or has(rows, codes.LOG_ALERTING)
        early = end["code"] == codes.LOG_HANG_UP and not known
        if early:
            decided_at = end["t"]
        yield End(
            end["code"],
            end["t"] - answer["t"],
            end["t"] - decided_at,
            answer["detail"] == codes.MACHINE_PASSED,
            not early,
        )


def recount(campaign: Campaign, by: Definition | Compliance, found: list[End]) -> tuple[float, float]:
    """Over and base of a definition, in its own words."""
    over = base = 0.0
    detector = campaign.detector
    p = 0.0 if detector == "none" else detector.p_false_positive
    for end in found:
        if end.machine and by.base == "live":
            continue
        silent_s = end.from_decision_s if by.start == "decided" else end.from_answer_s
        grace_s = campaign.greeting_s if by.start == "greeting_end" else 0.0
        late = by.threshold_s is not None and silent_s > by.threshold_s + grace_s
        counted = {
            codes.LOG_DROPPED: True,
            codes.LOG_JOINED: late,
            codes.LOG_HANG_UP: by.hang_ups == "all" or (by.hang_ups == "late" and late),
        }[end.code]
        missed = p / (1 - p) if by.false_positives == "estimated" and not end.machine and end.decided else 0.0
        over, base = over + counted + missed, base + 1 + missed
    return over, base


@pytest.mark.parametrize("number", FAST)
def test_the_dropped_share_of_each_definition_is_what_the_log_says(number: int) -> None:
    _, centre = made(number)
    result = played(number)
    if centre.clock.warm_up_s > 0:
        return  # the log also shows what is not counted
    for c, campaign in enumerate(centre.campaigns.values()):
        named = {definition.name: definition for definition in DEFINITIONS}
        own = campaign.compliance
        if not isinstance(own, Compliance):
            own = Compliance(threshold_s=None, hang_ups="none") if own == RUN_TOTAL else named[own]
        found = list(ends(result.log, c))
        for name, definition in {**named, "own": own}.items():
            counters = result.counters["campaign"][c]
            counted = counters[f"{name}_over"], counters[f"{name}_base"]
            assert counted == pytest.approx(recount(campaign, definition, found), abs=1e-6), name


def test_the_random_scenarios_show_late_joins_and_hang_ups_before_and_after_a_decision() -> None:
    found = [
        (end, campaign)
        for number in FAST
        for c, campaign in enumerate(made(number)[1].campaigns.values())
        for end in ends(played(number).log, c)
    ]
    hung_up = [end.decided for end, _ in found if end.code == codes.LOG_HANG_UP]
    assert hung_up.count(True) > 20 and hung_up.count(False) > 20
    late = [end for end, _ in found if end.code == codes.LOG_JOINED and end.from_answer_s > 2 >= end.from_decision_s]
    assert len(late) > 20, "few are late by the time of the detector"
