"""The scenario `tiny` with counters made by hand, instead of by the simulator."""

import numpy as np
from hypothesis import strategies as st

from ccenv.kpis import LABELS, interval_table, kpi_table
from ccenv.scenarios import load_scenario
from ccenv.sim.counters import COUNTERS

TINY = load_scenario("tiny")  # queues sales and support; groups first (wage 18) and blended (20); campaign survey

# for each run abandoned and offered of each queue, or other pairs
COUNTS = st.lists(st.tuples(*[st.integers(0, 1000)] * 4), min_size=1, max_size=6)


def counters_of(scenario, shape, **counted):
    """Counters of runs by axis, zero but for those given by label; values broadcast to (*shape, entities)."""
    sizes = {"queue": len(scenario.queues), "group": len(scenario.groups), "campaign": len(scenario.campaigns)}
    out = {axis: np.zeros((*shape, n), [(c.name, "f8") for c in COUNTERS[axis]]) for axis, n in sizes.items()}
    for label, values in counted.items():
        out[LABELS[label].axis][LABELS[label].counter.name] = values
    return out


def three_runs(**more):
    counted = {"offered": [[10, 0], [30, 10], [0, 50]], "abandoned": [[5, 0], [3, 2], [0, 0]], **more}
    return kpi_table(TINY, counters_of(TINY, (3,), **counted), [3, 1, 2])


def by_interval(seeds, **more):
    counted = {"offered": [[[10, 0], [15, 10]]], **more}
    shape = (len(seeds), len(np.atleast_3d(counted["offered"])[0]))
    return interval_table(TINY, counters_of(TINY, shape, **counted), seeds, np.arange(shape[1]) * 1800.0)


# one run; sales and support
RUN = {
    "fresh": (30, 20),
    "offered": (40, 20),
    "blocked": (10, 0),
    "answered": (30, 20),
    "abandoned": (8, 0),
    "unserved": (2, 0),
    "answered_in_time": (24, 15),
    "abandoned_in_time": (4, 0),
    "waited": (20, 5),
    "wait_answered_s": (300, 100),
    "wait_abandoned_s": (200, 0),
    "wait_unserved_s": (100, 0),
    "fresh_answered": (20, 15),
    "fresh_resolved": (20, 12),
    "talk_s": (6_000, 4_000),
    "wrap_up_s": (600, 0),
    "idle_s": (3_600, 7_200),
    "reserved_s": (0, 3_600),
    "talking_s": (12_600, 14_400),
    "wrapping_s": (1_800, 3_600),
    "attempts": (200,),
    "touched": (160,),
    "connects": (50,),
    "joined": (40,),
    "dropped": (10,),
    "mp_joined": (10,),
    "joined_delay_s": (20,),
    "sales": (8,),
    "sale_value": (800,),
    "campaign_talk_s": (4_800,),
    "mp_talk_s": (100,),
    "campaign_wrap_up_s": (600,),
}
# total, then the entities, by hand
EXPECTED = {
    "wait_s": (700, 600, 100),
    "fcr": (32 / 35, 1.0, 0.8),
    "asa_s": (8, 10, 5),
    "mean_wait_s": (700 / 60, 15, 5),
    "atq_s": (28, 30, 20),
    "p_wait": (25 / 60, 0.5, 0.25),
    "aht_s": (212, 220, 200),
    "contact_duration_s": (208, 210, 205),
    "abandonment": (8 / 60, 0.2, 0),
    "unserved_share": (2 / 60, 0.05, 0),
    "blocking": (1 / 7, 0.2, 0),
    "served_within_T_of_offered": (39 / 60, 0.6, 0.75),
    "p_wait_le_T_incl_abandoners": (43 / 60, 0.7, 0.75),
    "sl_excl_short_abandons": (39 / 56, 24 / 36, 0.75),
    "sl_of_served": (0.78, 0.8, 0.75),
    "work_s": (32_400, 14_400, 18_000),
    "staffed_s": (46_800, 18_000, 28_800),
    "staffed_h": (13, 5, 8),
    "wages": (250, 90, 160),
    "outbound_advisor_days": (1, 0, 1),
    "occupancy": (9 / 13, 0.8, 0.625),
    "utilisation": (9 / 13, 0.8, 0.625),
    "conversion": (0.2, 0.2),
    "connect_rate": (0.25, 0.25),
    "calls_per_account": (1.25, 1.25),
    "hit_rate": (0.04, 0.04),
    "dropped_share_run_total": (0.2, 0.2),
    "average_talk_s": (120, 120),
    "outbound_aht_s": (110, 110),
    "mean_connect_delay_s": (0.5, 0.5),
    "attempts_per_advisor_day": (200,),
    "wait_between_contacts_s": (144,),
    "cost_per_contact": (250 / 90,),
    "business_impact": (550,),
}
