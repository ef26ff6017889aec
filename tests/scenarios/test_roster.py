"""From staffing and shifts to the rows of the roster."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccenv.scenarios.compile.roster import advisors, make_roster, staffing
from ccenv.scenarios.compile.slots import at_boundary
from ccenv.scenarios.schema import Break, Centre, Clock, Group, Queue, Shift
from ccenv.sim.state.codes import BREAK, GO_OFF, ON
from tests.scenarios.inbound import centre

CLOCK = Clock(open_s=28_800, close_s=36_000, slot_s=1_800)


def rows_of(*groups, clock=CLOCK):
    """Time, advisor, what, length and `alone` of each entry."""
    made = {f"g{i}": group for i, group in enumerate(groups)}
    whole = Centre("c", "", clock, queues={"q": Queue(1.0, 1.0)}, groups=made)
    return [(e.t, e.advisor, e.what, e.length, e.alone) for e in make_roster(whole)]


def staffed(*numbers):
    return Group(["q"], staffing=list(numbers))


def test_changes_of_staffing_are_made_by_the_last_advisors():
    assert rows_of(staffed(2, 1, 1, 3)) == [
        (0, 0, ON, 0, 0),
        (0, 1, ON, 0, 0),
        (1800, 1, GO_OFF, 0, 0),
        (5400, 1, ON, 0, 0),
        (5400, 2, ON, 0, 0),
    ]


def test_one_number_holds_all_day_and_leaves_no_other_rows():
    assert rows_of(Group(["q"], staffing=2)) == [(0, 0, ON, 0, 0), (0, 1, ON, 0, 0)]
    assert rows_of(Group(["q"], staffing=1), clock=Clock(kind="steady")) == [(0, 0, ON, 0, 0)]


def test_groups_are_merged_by_time_then_by_advisor():
    assert [row[:3] for row in rows_of(staffed(1, 0, 0, 0), staffed(0, 1, 0, 0), staffed(1, 1, 0, 0))] == [
        (0, 0, ON),
        (0, 2, ON),
        (1800, 0, GO_OFF),
        (1800, 1, ON),
        (3600, 1, GO_OFF),
        (3600, 2, GO_OFF),
    ]


def test_shifts_give_each_advisor_its_times_and_breaks():
    lunch = Break(30_000, 600)
    group = Group(["q"], shifts=[Shift(2, 28_800, 34_200, [lunch]), Shift(1, 29_700, 36_000)])
    assert rows_of(staffed(1, 1, 1, 1), group) == [
        (0, 0, ON, 0, 0),
        (0, 1, ON, 0, 0),
        (0, 2, ON, 0, 0),
        (900, 3, ON, 0, 1),
        (1200, 1, BREAK, 600, 1),
        (1200, 2, BREAK, 600, 1),
        (5400, 1, GO_OFF, 0, 0),
        (5400, 2, GO_OFF, 0, 0),
    ]


def test_what_lies_at_closing_does_not_count_even_on_a_boundary():
    group = Group(["q"], shifts=[Shift(1, 28_800, 36_000, [Break(34_200, 1_800)])])
    assert rows_of(group) == [(0, 0, ON, 0, 0), (5400, 0, BREAK, 1800, 0)]


def test_a_break_at_the_beginning_and_at_the_end_of_a_shift_keeps_its_place():
    group = Group(["q"], shifts=[Shift(1, 30_600, 31_000, [Break(30_600, 100), Break(30_900, 100)])])
    assert rows_of(group) == [
        (1800, 0, ON, 0, 0),
        (1800, 0, BREAK, 100, 0),
        (2100, 0, BREAK, 100, 1),
        (2200, 0, GO_OFF, 0, 1),
    ]


def test_boundaries_are_computed_as_the_kernel_does():
    clock = Clock(open_s=0, close_s=3, slot_s=0.1)
    assert [at_boundary(clock, k * 0.1) for k in (0, 3, 29)] == [True] * 3
    assert 3 * 0.1 != 0.3 and not at_boundary(clock, 0.3)
    assert not at_boundary(clock, 30 * 0.1)
    assert not at_boundary(clock, -0.1)


def test_planned_staffing_of_shifts_is_that_at_the_beginning_of_each_slot():
    long = Shift(2, 28_800, 34_200, [Break(30_600, 1_800)])
    late = Shift(3, 32_400, 36_000, [Break(32_401, 5_000)])
    assert staffing(Group(["q"], shifts=[long, late]), CLOCK) == [2, 0, 5, 0]
    assert advisors(Group(["q"], shifts=[long, late])) == 5


def test_the_record_holds_the_roster():
    scenario = centre()
    row = scenario.config()[0]
    rows = make_roster(scenario.centre)
    assert row["n_roster"] == len(rows)
    for name in ("t", "length", "advisor", "what", "alone"):
        np.testing.assert_array_equal(row["roster"][name][: len(rows)], [getattr(entry, name) for entry in rows])
    assert row["staffing"][:2, :5].tolist() == [[2, 2, 3, 1, 0], [0, 2, 1, 3, 0]]
    assert row["first_advisor"][:3].tolist() == [0, 3, 6]
    assert row["advisor_group"][:7].tolist() == [0, 0, 0, 1, 1, 1, -1]


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=4))
def test_working_off_the_rows_gives_the_staffing(numbers):
    groups = [staffed(*row) for row in numbers if max(row) > 0]
    if not groups:
        return
    first = np.cumsum([0, *(advisors(group) for group in groups)])
    on = np.zeros(first[-1], bool)
    rows = rows_of(*groups)
    assert rows == sorted(rows, key=lambda row: row[:2])
    for slot in range(4):
        for _, advisor, what, *_ in (row for row in rows if row[0] == slot * 1_800):
            assert on[advisor] == (what == GO_OFF)
            on[advisor] = what == ON
        for g, group in enumerate(groups):
            assert on[first[g] : first[g + 1]].sum() == group.staffing[slot]


@pytest.mark.parametrize("at_s", [28_800, 30_600, 30_601])
def test_alone_means_neither_opening_nor_boundary(at_s):
    rows = rows_of(Group(["q"], shifts=[Shift(1, at_s, 36_000)]))
    assert [row[4] for row in rows] == [int(at_s == 30_601)]
