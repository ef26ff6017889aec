import numpy as np
import pytest

from ccenv.kpis import kpi_table
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE, cost_weights, judgement, share_column, within_limits
from ccenv.rewards.terms import compile_reward
from ccenv.scenarios import load_scenario
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.layout import layout
from tests.kpis.tiny import counters_of

OWN = {"threshold_s": 5.0, "base": "queue"}
CAMPAIGN = {"p_answer": 0.3, "handle_s": 60}


def centre(**chosen):
    """Campaigns by name, each with the definition that it chooses; None leaves it out."""
    campaigns = {
        name: CAMPAIGN | ({} if definition is None else {"compliance": definition})
        for name, definition in chosen.items()
    }
    return load_scenario(
        {
            "name": "definitions",
            "description": "one group, some campaigns",
            "clock": {"kind": "steady"},
            "groups": {"g": {"skills": list(campaigns), "staffing": 3}},
            "campaigns": campaigns,
        }
    )


def runs(scenario, **counted):
    return kpi_table(scenario, counters_of(scenario, (2,), **counted), [1, 2])


def counted_by(scenario, weights):
    """What weights make of counters that are all different, in the kernel's own record."""
    env = np.zeros(1, layout(scenario.size.name).env)
    for i in range(len(scenario.campaigns)):
        for k, counter in enumerate(COUNTERS["campaign"]):
            env["campaign_count"][counter.name][0, i] = 2.0**k * (1 + 2 * i)
    return env["campaign_count"][0], compile_reward(scenario, weights) @ env["counts"][0]


@pytest.mark.parametrize(
    ("definition", "above", "below"),
    [
        (None, ["dropped"], ["joined", "dropped"]),
        ("run_total", ["dropped"], ["joined", "dropped"]),
        ("ofcom_24h", ["ofcom_24h_over"], ["ofcom_24h_base"]),
        (OWN, ["own_over"], ["own_base"]),
    ],
)
def test_cost_counts_the_definition_of_the_campaign(definition, above, below):
    scenario = centre(first="ftc_30d", other=definition)

    for weights, of_first, of_other in zip(
        cost_weights(scenario), ("ftc_30d_over", "ftc_30d_base"), (above, below), strict=True
    ):
        counted, total = counted_by(scenario, weights)
        assert total == counted[0][of_first] + sum(counted[1][name] for name in of_other)


def test_a_centre_without_campaigns_costs_nothing():
    inbound = load_scenario(
        {
            "name": "inbound",
            "description": "one queue",
            "clock": {"kind": "steady"},
            "queues": {"q": {"arrivals_per_hour": 60, "handle_s": 120}},
            "groups": {"g": {"skills": ["q"], "staffing": 3}},
        }
    )

    assert not any(compile_reward(inbound, weights).any() for weights in cost_weights(inbound))
    assert within_limits(inbound, runs(inbound).summary(), share_column(inbound, runs(inbound)))


@pytest.mark.parametrize(
    ("chosen", "column"),
    [
        ({"a": None}, "run_total"),
        ({"a": "ftc_30d", "b": "ftc_30d"}, "ftc_30d"),
        ({"a": OWN}, "own"),
        ({"a": "ftc_30d", "b": "ofcom_24h"}, "own"),
        ({"a": "ftc_30d", "b": "run_total"}, "own"),
    ],
)
def test_runs_are_judged_by_the_definition_of_the_campaigns_where_a_window_was_covered(chosen, column):
    scenario = centre(**chosen)
    windows = {f"{name}_windows": [[1], [0]] for name in ("ftc_30d", "ofcom_24h", "own")}

    assert share_column(scenario, runs(scenario, **windows)) == f"dropped_share_{column}"
    assert share_column(scenario, runs(scenario, joined=9)) == RUN_TOTAL_SHARE


def test_every_campaign_has_to_keep_its_own_limit():
    """Two equal runs leave 0.8 events in 100 possible beside those that were seen."""
    scenario = centre(a=OWN, b=OWN)

    def kept(over_a, over_b, limit_b=0.03):
        changed = scenario.replace(**{"campaigns.b.drop_limit": limit_b})
        table = runs(changed, own_windows=1, own_window_over=[over_a, over_b], own_window_base=100)
        return within_limits(changed, table.summary(), share_column(changed, table))

    assert kept(2, 0) and kept(0, 2)
    assert not kept(3, 0) and not kept(0, 3)
    assert kept(0, 3, limit_b=0.05)


def test_the_whole_interval_has_to_lie_within_the_limit():
    scenario = centre(a=OWN)
    even, uneven = (runs(scenario, own_windows=1, own_window_over=n, own_window_base=100) for n in (2, [[0], [4]]))

    assert even.summary()["dropped_share_own"].value == uneven.summary()["dropped_share_own"].value == 0.02
    assert within_limits(scenario, even.summary(), "dropped_share_own")
    assert not within_limits(scenario, uneven.summary(), "dropped_share_own")


def test_judgement_says_share_windows_and_limit_of_each_campaign():
    scenario = centre(a="ftc_30d", b="ftc_30d")
    counted = {"joined": [95, 90], "dropped": [5, 10]}
    windows = {"ftc_30d_windows": 2, "ftc_30d_windows_above": [0, 1], "ftc_30d_window_over": [2, 8]}

    covered = judgement(scenario, runs(scenario, **counted, **windows, ftc_30d_window_base=100))
    uncovered = judgement(scenario, runs(scenario, **counted))

    equal = "(equal in all runs)"
    assert covered[0] == (
        f"a: dropped share 0.02 [0.01224, 0.02776] {equal} by ftc_30d; 0.05 [0.04224, 0.05776] {equal} by run_total; "
        f"windows covered 4, share above the limit 0 [0, 0.6024] {equal}; within the limit 0.03"
    )
    assert covered[1].endswith("share above the limit 0.5 [0.06759, 0.9324]; not wholly within the limit 0.03")
    assert uncovered[1] == (
        f"b: dropped share 0.1 [0.09224, 0.1078] {equal} by run_total; windows covered n/a; "
        "not wholly within the limit 0.03"
    )
    assert judgement(centre(a=None), runs(centre(a=None), joined=9)) == [
        f"a: dropped share 0 [0, 0.08627] {equal} by run_total; not wholly within the limit 0.03"
    ]


def test_who_reaches_nobody_is_within_the_limit_and_one_run_is_taken_as_it_is():
    scenario = centre(a=None)
    dropped = runs(scenario, dropped=1, joined=9)

    assert within_limits(scenario, runs(scenario).summary(), RUN_TOTAL_SHARE)
    assert not within_limits(scenario, dropped[:1].summary(), RUN_TOTAL_SHARE)
