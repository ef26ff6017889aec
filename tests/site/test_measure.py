"""The measurement of the centres under the rules: which pairs of rules it compares."""

from __future__ import annotations

import pytest

from ccenv.scenarios import load_scenario
from experiments.pipeline.evaluation import own_pair
from experiments.pipeline.tuning import Halving
from experiments.site.measure import entrants


@pytest.mark.parametrize(("name", "pacing"), [("n_design", 1), ("tiny", 2)])
def test_every_centre_compares_its_own_pair_with_others(name: str, pacing: int):
    """A centre without campaigns has no pacing rules to tune; its routing rules are compared all the same."""
    scenario = load_scenario(name)
    pairs = entrants(scenario, Halving((2, 4), 0.5))

    assert pairs[0] == own_pair(scenario)
    assert len({pair.routing.name for pair in pairs}) > 3
    assert len({pair.pacing.name for pair in pairs}) >= pacing
