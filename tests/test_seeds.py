import numpy as np
import pytest

from ccenv.seeds import FIRST, RANGE, seeds
from ccenv.spaces.coins import choose


def test_ranges_are_disjoint():
    ends = [seeds(purpose, 1, skip=skip)[0] for purpose in FIRST for skip in (0, RANGE - 1)]
    assert ends == sorted(set(ends))
    assert min(ends) >= RANGE


def test_seeds_follow_one_another():
    assert np.array_equal(seeds("training", 3, skip=2), seeds("training", 5)[2:])
    assert seeds("evaluation", 3).dtype == np.int64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("testing", 1), "'testing' has no seeds; choose one of training, validation, evaluation, history"),
        (("training", 0), "n = 0"),
        (("training", 2, RANGE - 1), "a range holds 4294967296 seeds"),
        (("training", 1, -1), "skip = -1"),
    ],
)
def test_bad_requests_are_refused(arguments, message):
    purpose, n, *skip = arguments
    with pytest.raises(ValueError, match=message):
        seeds(purpose, n, skip=skip[0] if skip else 0)


def test_a_coin_picks_the_action_whose_share_it_falls_in():
    shares = np.tile([0.25, 0.0, 0.5, 0.25], (5, 1))
    u = np.array([0.2, 0.3, 0.7, 0.75, 0.99])
    assert choose(shares, u).tolist() == [0, 2, 2, 3, 3]


def test_no_coin_picks_an_action_without_probability():
    shares = np.tile(np.array([0.0, 0.3, 0.7, 0.0], np.float32), (3, 1))
    assert choose(shares, np.array([1e-300, 1 - 2**-53, 1.0])).tolist() == [1, 2, 2]
