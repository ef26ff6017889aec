"""Ratios of other systems, over one counter record whose figures were divided by hand."""

import numpy as np
import pytest

from ccenv.kpis import KPIS, kpi_table
from ccenv.kpis.elsewhere import MEASURES, figure, measures
from tests.kpis.tiny import RUN, counters_of, tiny

# the run of `tiny.py`, with connects counted by three definitions of the dropped share
COUNTED = RUN | {
    "own_over": (4,),
    "own_base": (50,),
    "genesys_queue_over": (5,),
    "genesys_queue_base": (53,),
    "vicidial_today_over": (22,),
    "vicidial_today_base": (62,),
}
# Arrivals: sales 50 + 8 + 2 = 60, support 12 + 0 + 4 = 16. Balked 7 and 0, blocked 10 and 0. Offered 40 and 20.
# Answered 30 and 20, in time 24 and 15; abandoned 6 and 0, in time 4 and 0; unserved 1 and 0; callbacks 8 and 1.
# Left silently 1 and 0.
# Campaign: 250 attempts, 62 connects, 10 dropped, 12 hung up.
#: in total, then sales and support, or the survey
EXPECTED = {
    ("ContactCenters", "SERVICELEVEL"): (39 / 65, 24 / 49, 15 / 16),
    ("ContactCenters", "SERVICELEVEL2"): (50 / 76, 35 / 60, 15 / 16),
    ("ContactCenters", "ABANDONMENTRATIO"): (13 / 76, 13 / 60, 0),
    ("ContactCenters", "BLOCKRATIO"): (10 / 76, 10 / 60, 0),
    ("ContactCenters", "ABANDONMENTRATIO, outbound type"): (22 / 62, 22 / 62),
    ("SSJ", "Proportion of waiting times < s"): (50 / 62, 35 / 50, 15 / 12),
    ("SSJ", "Proportion of calls lost"): (13 / 62, 13 / 50, 0),
    ("Amazon Connect", "Service level X"): (52 / 69, 36 / 48, 16 / 21),
    ("Amazon Connect", "Abandonment rate"): (6 / 69, 6 / 48, 0),
    ("Amazon Connect", "Campaign contacts abandoned after X rate"): (0.08, 0.08),
    ("Genesys Cloud", "Service level, abandons and short abandons included"): (39 / 56, 24 / 36, 0.75),
    ("Genesys Cloud", "Service level, short abandons excluded"): (0.75, 0.75, 0.75),
    ("Genesys Cloud", "Service level, abandons excluded"): (0.78, 0.8, 0.75),
    ("Genesys Cloud", "Service level, flow-outs included"): (39 / 57, 24 / 37, 0.75),
    ("Genesys Cloud", "Abandoned rate"): (0.1, 0.15, 0),
    ("Genesys Cloud", "Compliance abandon, of calls that reached the queue"): (5 / 53, 5 / 53),
    ("Genesys Cloud", "Compliance abandon, of all calls"): (0.02, 0.02),
    ("Genesys Cloud", "True abandon, of calls answered by a person"): (12 / 62, 12 / 62),
    ("ViciDial", "drops_answers_today_pct"): (22 / 62, 22 / 62),
    ("ViciDial", "drops_today_pct"): (0.088, 0.088),
    ("Asterisk", "ServicelevelPerf"): (0.78, 0.8, 0.75),
    ("Asterisk", "ServicelevelPerf2"): (43 / 56, 28 / 36, 0.75),
    ("NHS 111", "Calls answered within 60 seconds"): (0.78, 0.8, 0.75),
    ("NHS 111", "Calls abandoned after 30 seconds"): (2 / 60, 2 / 40, 0),
}


@pytest.fixture(scope="module")
def table():
    return kpi_table(tiny(), counters_of(tiny(), (1,), **COUNTED), [7])


@pytest.mark.parametrize("measure", MEASURES, ids=lambda each: f"{each.system}-{each.name}")
def test_ratio_is_what_the_hand_says(measure, table):
    expected = EXPECTED[measure.system, measure.name]
    entities = ("survey",) if len(expected) == 2 else ("sales", "support")

    assert figure(measure, table) == pytest.approx(expected[0])
    assert [figure(measure, table, name) for name in entities] == pytest.approx(expected[1:])


def test_every_expected_ratio_is_declared_once():
    declared = [(measure.system, measure.name) for measure in MEASURES]

    assert sorted(declared) == sorted(EXPECTED) and len(set(declared)) == len(declared)


def test_the_kpi_of_the_same_formula_has_the_same_figure(table):
    same = {measure.name: measure.kpi for measure in MEASURES if measure.kpi}

    assert same == {
        "BLOCKRATIO": "blocking",
        "Service level, abandons excluded": "sl_of_served",
        "Abandoned rate": "abandonment",
        "True abandon, of calls answered by a person": "hang_up_share",
        "ServicelevelPerf": "sl_of_served",
        "Calls answered within 60 seconds": "sl_of_served",
    }
    for measure in MEASURES:
        if measure.kpi:
            assert figure(measure, table) == pytest.approx(table[measure.kpi][0]) and measure.kpi in KPIS


def test_ratios_are_ratios_of_totals_over_runs():
    counted = {"offered": [[10, 0], [30, 10]], "abandoned": [[5, 0], [3, 2]]}
    runs = kpi_table(tiny(), counters_of(tiny(), (2,), **counted), [1, 2])
    (measure,) = [each for each in MEASURES if each.name == "Abandoned rate"]

    assert figure(measure, runs) == pytest.approx(10 / 50)
    assert np.isnan(figure(measure, runs[1:][:0]))


def test_measures_of_a_system():
    assert [each.name for each in measures("NHS 111")] == [
        "Calls answered within 60 seconds",
        "Calls abandoned after 30 seconds",
    ]
    assert measures() == MEASURES
    with pytest.raises(ValueError, match="system = 'Cisco'; allowed: ContactCenters, SSJ, Amazon Connect, Genesys"):
        measures("Cisco")


def test_what_a_table_lacks_is_named(table):
    with pytest.raises(
        ValueError, match=r"ContactCenters, SERVICELEVEL: the table has no column 'n_answered_in_time:x'"
    ):
        figure(MEASURES[0], table, "x")
