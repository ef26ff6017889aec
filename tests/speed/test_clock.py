"""Candidates take turns. Each round of every candidate is counted, except the first."""

import numpy as np
import pytest

from experiments.speed.clock import WARM_UP, exactly, figure, interleaved, scaled


class Clock:
    """A clock that only candidates advance."""

    def __init__(self):
        self.now = 0.0
        self.order = []

    def __call__(self):
        return self.now

    def candidate(self, name, seconds, amount):
        def run(number):
            self.order.append((name, number))
            self.now += seconds * (number + 2)
            return {"things": amount}

        return run


def test_turns_alternate_and_the_first_round_is_not_counted():
    clock = Clock()
    clocked = interleaved({"a": clock.candidate("a", 1.0, 2), "b": clock.candidate("b", 10.0, 5)}, 3, clock)

    assert clock.order == [(name, number) for number in (WARM_UP, 0, 1, 2) for name in "ab"]
    assert clocked["a"].seconds.tolist() == [2.0, 3.0, 4.0]
    assert clocked["b"].per("things").tolist() == [4.0, 6.0, 8.0]


def test_a_figure_is_the_median_with_the_quartiles():
    assert figure(np.arange(9.0)) == {"value": 4.0, "low": 2.0, "high": 6.0}
    assert figure(5.0) == exactly(5.0) == {"value": 5.0, "low": 5.0, "high": 5.0}


@pytest.mark.parametrize(("n", "share", "expected"), [(100, 1.0, 100), (100, 0.5, 50), (10, 0.001, 1)])
def test_a_share_of_the_work_is_at_least_one_thing(n, share, expected):
    assert scaled(n, share) == expected
