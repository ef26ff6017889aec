"""Models under random parameters: bounds are close, limits are kept, and the policy has the stated value."""

import numpy as np
import pytest

from ccenv.theory.models import (
    BlendedPacing,
    Blending,
    HoldingBlending,
    NDesign,
    Pacing,
    SlowServer,
    SwitchingBlending,
    SwitchingPacing,
)
from tests.samples import samples


class Dice:
    """Source of random parameters."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def between(self, low: float, high: float) -> float:
        """A random number between two positive numbers, uniform on the log scale."""
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def rate(self, n: int, aht_s: float, most: float) -> float:
        """Random contacts per hour that keep up to `most` of n advisors at work."""
        return float(self.random.uniform(0.0, most)) * n * 3600.0 / aht_s


def blending(dice: Dice):
    n, aht_s, patient = int(dice.random.integers(1, 6)), dice.between(10, 900), dice.random.random() < 0.5
    patience_s, most = (0.0, 0.95) if patient else (dice.between(5, 900), 1.6)
    model = Blending(n, dice.rate(n, aht_s, most), aht_s, dice.between(10, 900), patience_s)
    return model, "outbound_per_h", {"p_wait": dice.between(0.2, 0.9)}


def switching_blending(dice: Dice):
    n, aht_s = int(dice.random.integers(1, 4)), dice.between(10, 900)
    rates, mean_s = (dice.rate(n, aht_s, 1.5), dice.rate(n, aht_s, 1.5)), (dice.between(10, 9e3), dice.between(10, 9e3))
    model = SwitchingBlending(n, rates, aht_s, dice.between(10, 900), dice.between(5, 600), mean_s)
    return model, "outbound_per_h", {"p_abandon": dice.between(0.3, 0.9)}


def pacing(dice: Dice):
    n, talk_s, wraps = int(dice.random.integers(1, 4)), dice.between(20, 600), dice.random.random() < 0.3
    grace_s = 0.0 if wraps else float(dice.random.choice([0.0, 3.0]))
    wrap_s = talk_s * float(dice.random.uniform(0.1, 0.9)) if wraps else 0.0
    model = Pacing(n, float(dice.random.uniform(0.2, 1.0)), dice.between(3, 60), talk_s, grace_s, wrap_s)
    return model, "connects_per_h", {"drop_rate": dice.between(0.005, 0.5)}


def switching_pacing(dice: Dice):
    answers = (float(dice.random.uniform(0.2, 1.0)), float(dice.random.uniform(0.2, 1.0)))
    mean_s = (dice.between(30, 9e3), dice.between(30, 9e3))
    model = SwitchingPacing(
        int(dice.random.integers(1, 3)), answers, dice.between(3, 60), dice.between(20, 600), mean_s
    )
    return model, "connects_per_h", {"drop_rate": 0.03}


def blended_pacing(dice: Dice):
    n, aht_s = int(dice.random.integers(1, 3)), dice.between(30, 600)
    model = BlendedPacing(
        *(n, dice.rate(n, aht_s, 1.2), aht_s, dice.between(10, 200), dice.between(30, 600), dice.between(5, 40)),
        float(dice.random.uniform(0.2, 1.0)),
    )
    return model, "connects_per_h", {"inbound_abandon": dice.between(0.4, 0.9)}


def n_design(dice: Dice):
    rates_and_times = (dice.between(1, 60) for _ in range(2)), (dice.between(30, 300) for _ in range(5))
    n = dice.random.integers(1, 4, 2).tolist()
    model = NDesign(*n, *rates_and_times[0], *rates_and_times[1], *(dice.between(0.1, 5) for _ in range(4)))
    return model, "cost_per_h", {"p_abandon1": dice.between(0.5, 0.9)}


@pytest.mark.parametrize("seed", [*range(4), *samples((), range(4, 8))])
@pytest.mark.parametrize(
    "make", [blending, switching_blending, pacing, switching_pacing, blended_pacing, n_design], ids=lambda f: f.__name__
)
def test_the_best_policy_is_worth_what_the_solver_says(make, seed):
    model, objective, limits = make(Dice(seed))

    for limit in ({}, limits):
        try:
            best = model.solve(limit)
        except ValueError as refusal:
            unbounded = not limit and make in (pacing, switching_pacing)
            expected = "nothing bounds the lines" if unbounded else "no policy meets"
            assert expected in str(refusal)  # the only expected faults of these parameters
            continue
        found = model.evaluate(best.policy)
        assert getattr(found, objective) == pytest.approx(abs(best.optimal_value), rel=1e-8, abs=1e-9)
        assert best.upper - best.lower <= 1e-6 * abs(best.upper) + 1e-8
        for name, most in limit.items():
            assert getattr(found, name) <= most * (1 + 1e-7)


@pytest.mark.parametrize("seed", range(6))
def test_models_without_limits_keep_their_bounds(seed):
    dice = Dice(seed)
    fast = dice.between(0.1, 10)
    slow = fast * float(dice.random.uniform(0.02, 1.0))
    queue = SlowServer((fast + slow) * float(dice.random.uniform(0.02, 0.95)), fast, slow).solve()
    patience_s = float(dice.random.choice([0.0, dice.between(20, 300)]))
    times = dice.between(30, 300), dice.between(30, 300)
    holding = HoldingBlending(
        int(dice.random.integers(1, 4)), *times, 0.9, patience_s, dice.between(1, 50), 2.0
    ).solve()

    assert queue.lower * (1 - 1e-7) <= queue.mean_number_best <= queue.upper * (1 + 1e-7)
    assert holding.loss_of_inbound_first >= -1e-7 * abs(holding.full_action_gain)
