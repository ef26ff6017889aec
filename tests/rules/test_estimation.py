"""Modes are found again from counts that a switching load made."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv.rules.estimation import _expected_states, estimate_modes

STEP_S = 60.0


def made(days: int, steps: int, factors: tuple[float, float], mean_s: tuple[float, float]) -> np.ndarray:
    """Counts of a load that switches between intervals, with 3 arrivals expected in each."""
    rng = np.random.default_rng(11)
    counts = np.empty((days, steps))
    mode = (rng.random(days) < mean_s[1] / sum(mean_s)).astype(int)
    for t in range(steps):
        counts[:, t] = rng.poisson(3.0 * np.asarray(factors)[mode])
        mode ^= rng.random(days) < STEP_S / np.asarray(mean_s)[mode]
    return counts


def test_the_modes_of_made_counts_are_found_again() -> None:
    found = estimate_modes(made(40, 600, (0.7, 1.6), (3600, 1800)), 3.0, STEP_S)
    assert found["factor_0"] == pytest.approx(0.7, rel=0.05)
    assert found["factor_1"] == pytest.approx(1.6, rel=0.05)
    assert found["mean_s_0"] == pytest.approx(3600, rel=0.15)
    assert found["mean_s_1"] == pytest.approx(1800, rel=0.15)


def test_the_expected_states_equal_the_sum_over_all_paths() -> None:
    """Three intervals have eight paths."""
    n, factors, leave = np.array([[1.0, 5.0, 2.0]]), np.array([0.5, 2.0]), np.array([0.1, 0.3])
    mean = np.full(n.shape, 2.0)
    weights, states, exits = [], [], []
    for path in np.ndindex(2, 2, 2):
        p = (0.75, 0.25)[path[0]]
        for t in range(3):
            p *= (2.0 * factors[path[t]]) ** n[0, t] * np.exp(-2.0 * factors[path[t]])
        for a, b in zip(path, path[1:], strict=False):
            p *= leave[a] if a != b else 1.0 - leave[a]
        weights.append(p)
        states.append([[1.0 - m, m] for m in path])
        exits.append([sum(a == m != b for a, b in zip(path, path[1:], strict=False)) for m in (0, 1)])
    share = np.array(weights) / sum(weights)
    likelihood, weight, moved = _expected_states(n, mean, factors, leave)
    assert likelihood == pytest.approx(np.log(sum(weights)) - n.sum() * np.log(2.0))
    np.testing.assert_allclose(weight[0], np.tensordot(share, np.array(states), 1))
    np.testing.assert_allclose(moved, share @ np.array(exits))


@pytest.mark.parametrize("counts, expected", [([[1.0]], 1.0), ([[1.0, -1.0]], 1.0), ([[1.0, 2.0]], [1.0, 0.0])])
def test_what_is_not_allowed_is_refused(counts: list[list[float]], expected: float | list[float]) -> None:
    with pytest.raises(ValueError, match="allowed: counts >= 0"):
        estimate_modes(counts, expected, STEP_S)
