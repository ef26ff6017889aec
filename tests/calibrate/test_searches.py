"""The searches for staffing, on centres whose answer is known."""

import numpy as np
import pytest

from experiments.calibrate import blending, staffing
from experiments.calibrate.campaign import DIAL_FROM_S, DIAL_UNTIL_S
from experiments.calibrate.document import MOVED
from experiments.calibrate.logs import SLOT_S, SLOTS
from experiments.calibrate.outcomes import Outcome, Target

LOAD = 4.0 + 3.0 * np.sin(np.arange(SLOTS) / 5.0)
ANSWER = [int(n) for n in np.ceil(LOAD) + 1]


def centre(numbers: dict[str, list[int]]) -> dict[str, Outcome]:
    """A centre whose waits grow with load over advisors, a fifth of them in the next half hour."""
    out = {}
    for name, advisors in numbers.items():
        own = 30.0 * (LOAD / np.array(advisors)) ** 4
        waiting = own + 0.2 * np.concatenate([[0.0], own[:-1]])
        out[name] = Outcome(10.0 * LOAD, waiting / 300.0, waiting)
    return out


def target_of(numbers: list[int]) -> Target:
    return Target(centre({"general": numbers})["general"], np.full(SLOTS, 0.001), np.full(SLOTS, 0.3))


def test_the_search_finds_the_staffing_that_made_the_outcome():
    start = {"general": [n + shift for n, shift in zip(ANSWER, [0, 2, -1, 1] * SLOTS, strict=False)]}
    simulated = []

    found = staffing.fit(centre, {"general": target_of(ANSWER)}, start, 8, lambda: simulated.append(1))

    assert found == {"general": ANSWER}
    assert len(simulated) < 100


def test_the_search_keeps_the_start_where_nothing_is_better():
    found = staffing.fit(centre, {"general": target_of(ANSWER)}, {"general": ANSWER}, 3, lambda: None)

    assert found == {"general": ANSWER}


def test_the_first_guess_is_the_erlang_a_staffing_of_the_measured_abandonment():
    # 10 contacts a half hour of 180 s are one erlang: 4 % is missed with two advisors and met with three
    flat = np.ones(SLOTS)
    goal = Target(Outcome(10.0 * flat, 0.4 * flat, 10.0 * flat), flat, flat)

    assert staffing.first_guess(goal, 180.0, 300.0) == [3] * SLOTS


def test_blended_advisors_are_added_to_the_busier_half_hour_until_each_hour_is_below_the_limit():
    work = np.full(SLOTS, 1_800.0 * 3.0)
    work[5] = 1_800.0 * 3.5

    def occupancy(numbers: list[int]) -> np.ndarray:
        return np.array([work, 1_800.0 * (4.0 + np.array(numbers))])

    assert blending.raise_to(0.75, [0] * SLOTS, occupancy) == [1 if slot == 5 else 0 for slot in range(SLOTS)]


@pytest.mark.parametrize(("shares", "least"), [([None, 0.05, 0.02], 3), ([0.03], 1)])
def test_blended_has_the_fewest_advisors_who_dial_within_the_drop_limit(shares, least, monkeypatch):
    idle = np.array([np.zeros(SLOTS), np.ones(SLOTS)])
    left = iter(shares)
    monkeypatch.setattr(blending, "occupancy_by_slot", lambda *_: idle)
    monkeypatch.setattr(blending.model, "dialed", lambda *_: (1.0, next(left)))
    document = {key: {} for key in ("clock", "day_level_cv", "queues", "groups", "rules", "sources")}
    document["groups"] = {"general": {"staffing": [MOVED + 1] * SLOTS}}

    found = blending.staff_blended(document, {}, np.arange(1), lambda: None)

    dialing = (DIAL_UNTIL_S - DIAL_FROM_S) // SLOT_S
    assert found.staffing == [0] * 2 + [least] * dialing + [0] * (SLOTS - 2 - dialing)
    assert found.asked_for == [0] * SLOTS
    assert [dialed.dropped_share for dialed in found.tried] == shares


def test_an_occupancy_that_cannot_be_reached_is_an_error():
    with pytest.raises(RuntimeError, match="occupancy above 0.5"):
        blending.raise_to(0.5, [0] * SLOTS, lambda _: np.ones((2, SLOTS)))
