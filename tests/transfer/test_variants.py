"""Variants of a centre: other numbers of advisors and queues at the same load for an advisor."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.offered import offered
from experiments.transfer.variants import SAME, variants, whole


def busy(scenario):
    """Work of the centre by advisor, in all slots together."""
    load = offered(scenario.centre)
    return np.nansum(load.of_group) / load.staff.sum()


def n_advisors(scenario):
    return sum(advisors(group) for group in scenario.centre.groups.values())


@pytest.mark.parametrize(("name", "fewer"), [("x_design", "cards"), ("surge_day", "bills"), ("hybrid_small", "orders")])
def test_a_centre_has_four_variants_of_about_its_load(name, fewer):
    found = variants(name)
    same = found[SAME]

    assert list(found) == [SAME, "half the advisors", "twice the advisors", "one queue more", "one queue fewer"]
    assert same.digest == load_scenario(name).digest
    ratios = {variant: n_advisors(each) / n_advisors(same) for variant, each in found.items()}
    assert ratios["twice the advisors"] == 2.0
    assert 0.5 <= ratios["half the advisors"] < 0.6
    assert set(same.queues) - set(found["one queue fewer"].queues) == {fewer}
    assert len(set(found["one queue more"].queues) - set(same.queues)) == 1
    for variant, each in found.items():
        # other pairs have other handle times, so a queue fewer changes the load a little
        assert busy(each) == pytest.approx(busy(same), rel=0.12 if "fewer" in variant else 0.01), variant


def test_lists_and_lines_grow_with_the_advisors():
    found = variants("hybrid_small")
    for variant, leads, lines, trunks in (("half the advisors", 2000, 8, 20), ("twice the advisors", 8000, 32, 80)):
        campaign = found[variant].centre.campaigns["renewals"]
        assert (campaign.leads, campaign.max_lines, found[variant].centre.trunks) == (leads, lines, trunks)


def test_a_queue_that_other_keys_name_stays_and_one_queue_alone_too():
    assert variants("surge_day")["one queue fewer"].queues == ("faults",)  # its surge names them
    assert "one queue fewer" not in variants("switching_load")


def test_whole_numbers_round_halves_up_and_nobody_is_lost():
    assert whole([0, 1, 5, 9], 0.5) == [0, 1, 3, 5]


def test_recorded_arrivals_are_refused():
    with pytest.raises(ValueError, match="centres: 'tiny:recorded' has the recorded queue 'support'; allowed: centres"):
        variants("tiny:recorded")
