import math

import numpy as np
import pytest

from ccenv.scenarios.compile.dists import dist_values, survival
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Constant, Exponential, Lognormal, Never, PiecewiseHazard, Uniform

# hazard of abandoning, all types together, Anonymous Bank 1999 (January, May, October), here per 1,000 s
BANK = PiecewiseHazard(
    from_s=[0, 5, 10, 20, 30, 45, 60, 75, 90, 120, 180, 240, 420],
    hazard_per_s=[r / 1000 for r in (2.5, 5.3, 4.2, 2.9, 2.4, 3.3, 2.8, 2.6, 1.9, 2.0, 1.7, 1.4, 1.5)],
)


@pytest.mark.parametrize(
    ("dist", "mean"),
    [
        (Constant(7.0), 7.0),
        (Exponential(120.0), 120.0),
        (Uniform(10.0, 30.0), 20.0),
        (Lognormal(5.0, 0.8), math.exp(5.32)),
        (PiecewiseHazard(from_s=[0.0], hazard_per_s=[0.01]), 100.0),
        (PiecewiseHazard(from_s=[0.0, 50.0], hazard_per_s=[0.01, 0.01]), 100.0),
        # nobody ends in the first minute, then a mean of 20 s more
        (PiecewiseHazard(from_s=[0.0, 60.0], hazard_per_s=[0.0, 0.05]), 80.0),
        # a pause of 30 s for the exp(-0.5) that are left after 50 s
        (
            PiecewiseHazard(from_s=[0.0, 50.0, 80.0], hazard_per_s=[0.01, 0.0, 0.02]),
            100.0 * (1.0 - math.exp(-0.5)) + math.exp(-0.5) * (30.0 + 50.0),
        ),
        (PiecewiseHazard(from_s=[0.0, 60.0], hazard_per_s=[0.05, 0.0]), math.inf),
        (Never(), math.inf),
        (90, 90.0),
        (0.0, 0.0),
    ],
)
def test_mean_is_the_closed_form(dist, mean):
    assert mean_s(dist) == pytest.approx(mean, rel=1e-14)


@pytest.mark.parametrize("dist", [Exponential(120.0), Uniform(10.0, 30.0), Lognormal(4.0, 0.6), BANK])
def test_mean_is_the_integral_of_the_survival_function(dist):
    values = dist_values(dist)
    edges = np.linspace(0.0, 20_000.0, 200_001)

    integral = np.trapezoid([survival(values, x) for x in edges], edges)

    assert mean_s(dist) == pytest.approx(integral, rel=1e-5)  # the trapezoids of 0.1 s and the tail beyond 20,000 s
