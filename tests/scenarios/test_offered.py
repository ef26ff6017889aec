"""The offered load, against figures derived by hand, and what is counted in it."""

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.scenarios.check.expected import offered_load
from ccenv.scenarios.offered import divide, offered, on_duty
from ccenv.scenarios.schema import Break, Clock, Group, Shift

HOUR = 3600.0
TWO_GROUPS = {
    "name": "by_hand",
    "description": "a queue, a group for it, and a group for both",
    "clock": {"open_s": 0, "close_s": 3600, "slot_s": 1800, "overtime_s": 0},
    "queues": {
        "a": {"arrivals_per_hour": [36, 72], "handle_s": 90, "wrap_up_s": 10},
        "b": {"arrivals_per_hour": 36, "handle_s": 100},
    },
    "groups": {
        "one": {"skills": ["a"], "staffing": [1, 2]},
        "both": {"skills": ["a", "b"], "staffing": [3, 2]},
    },
    "sources": {"*": "illustrative"},
}


def load_of(**changes):
    return offered(load_scenario(TWO_GROUPS, **changes).centre)


def test_work_is_arrivals_times_handle_time_and_wrap_up():
    load = load_of()

    assert load.of_queue == pytest.approx(np.array([[1.0, 2.0], [1.0, 1.0]]))
    assert load.of_group.sum(axis=0) == pytest.approx([2.0, 3.0])


def test_groups_are_as_equally_busy_as_their_skills_allow():
    """Slot 0: 2 erlangs on 1 and 3 advisors are 0.5 each. Slot 1: 3 erlangs on 2 and 2 advisors are 0.75 each."""
    load = load_of()

    assert load.of_group == pytest.approx(np.array([[0.5, 1.5], [1.5, 1.5]]))
    assert load.rho == pytest.approx(np.array([[0.5, 0.75], [0.5, 0.75]]))


def test_a_group_gets_no_work_it_has_no_skill_for():
    load = load_of(**{"queues.b.arrivals_per_hour": 180})

    assert load.of_group == pytest.approx(np.array([[1.0, 2.0], [5.0, 5.0]]))


def test_absences_are_subtracted_from_the_staff():
    assert load_of(**{"groups.one.shrinkage": 0.25}).staff[0] == pytest.approx([0.75, 1.5])


def test_contacts_that_find_no_skill_on_duty_are_counted_apart():
    load = load_of(**{"groups.both.staffing": [0, 2]})

    assert load.nobody == pytest.approx(np.array([[0.0, 0.0], [36.0, 0.0]]))
    assert np.isnan(load.of_queue[1, 0])
    assert np.isnan(load.rho[1, 0])


def test_transfers_are_followed_and_the_ivr_is_subtracted():
    ivr = {"time_s": 10, "p_contained": 0.3, "p_hangup": 0.2, "routes": {"b": 0.1}, "detect_s": 50}
    load = load_of(**{"queues.a.ivr": ivr, "queues.a.transfer": {"p": 0.5, "to": "b"}})

    assert load.rate == pytest.approx(np.array([[18.0, 36.0], [36.0 + 9.0, 36.0 + 18.0]]))
    misrouted = np.array([1.8, 3.6]) * 50 / HOUR  # served at b for 50 s, then sent back to a
    assert load.of_queue[1] == pytest.approx(np.array([45.0, 54.0]) * 100 / HOUR + misrouted)


def test_a_linear_profile_counts_its_mean_over_each_slot():
    assert load_of(**{"queues.a.interpolation": "linear"}).forecast[0] == pytest.approx([54.0, 72.0])


def test_a_switching_load_counts_with_its_mean():
    load = load_of(**{"switching": {"mean_s": [100, 300], "arrivals": [2, 0.5]}})

    assert load.rate[0] == pytest.approx(np.array([36.0, 72.0]) * (0.25 * 2 + 0.75 * 0.5))


def test_shifts_count_for_the_part_of_a_slot_that_they_work():
    clock = Clock(open_s=8 * HOUR, close_s=10.25 * HOUR, slot_s=HOUR)
    shift = Shift(n=2, from_s=8.5 * HOUR, until_s=20 * HOUR, breaks=[Break(9.5 * HOUR, 900.0)])

    assert on_duty(Group(["a"], shifts=[shift]), clock) == pytest.approx([1.0, 1.5, 2.0])


def test_shifts_go_on_after_midnight():
    clock = Clock(kind="continuous", slot_s=6 * HOUR)
    night = Shift(n=1, from_s=21 * HOUR, until_s=27 * HOUR)

    assert on_duty(Group(["a"], shifts=[night]), clock) == pytest.approx([0.5, 0.0, 0.0, 0.5])


@pytest.mark.parametrize("name", ["bank_inbound", "bank_blended", "n_design", "surge_day"])
def test_the_busiest_slot_is_the_estimate_of_the_size_check(name):
    """In centres without IVR, transfers and times of single groups, which that estimate does not know."""
    scenario = load_scenario(name)
    centre = scenario.replace(**{f"queues.{q}.interpolation": "constant" for q in scenario.queues}).centre

    assert np.nansum(offered(centre).of_queue, axis=0).max() == pytest.approx(offered_load(centre))


def test_the_division_is_optimal_for_random_skills():
    """No move of work from one group to another with the skill lowers the sum of load^2 / staff."""
    rng = np.random.default_rng(4)
    able = rng.random((5, 4, 6)) < 0.6
    able[:, 0] |= ~able.any(axis=1)
    rate, handle_s, staff = rng.random((5, 6)), 1.0 + rng.random((5, 4)), 1.0 + rng.integers(0, 5, (4, 6))
    work = divide(rate, handle_s, able, staff, np.zeros((5, 6)))

    assert (work / handle_s[:, :, None]).sum(axis=1) == pytest.approx(rate)
    slope = work.sum(axis=0) / staff * handle_s[:, :, None]  # of the sum by contacts of each queue in each group
    least = np.where(able, slope, np.inf).min(axis=1)
    used = work > 1e-9
    assert np.where(used, slope, least[:, None]) == pytest.approx(
        np.where(used, least[:, None], least[:, None]), abs=1e-5
    )
    assert not work[~able].any()
