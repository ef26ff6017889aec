"""The scenario `tiny` with counters made by hand, instead of by the simulator."""

import functools

import numpy as np
from hypothesis import strategies as st

from ccenv.kpis import LABELS, interval_table, kpi_table
from ccenv.scenarios import Scenario, load_scenario
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.definitions import NAMES


@functools.cache
def tiny() -> Scenario:
    """Queues sales and support; groups first (wage 18) and blended (20); campaign survey."""
    return load_scenario(
        "tiny",
        **{
            "campaigns.survey.goal": "appointment",
            "campaigns.survey.line_cost_per_hour": 9.0,
            "campaigns.survey.drop_penalty": 1.5,
        },
    )


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
    return kpi_table(tiny(), counters_of(tiny(), (3,), **counted), [3, 1, 2])


def by_interval(seeds, **more):
    counted = {"offered": [[[10, 0], [15, 10]]], **more}
    shape = (len(seeds), len(np.atleast_3d(counted["offered"])[0]))
    return interval_table(tiny(), counters_of(tiny(), shape, **counted), seeds, np.arange(shape[1]) * 1800.0)


# one run in which all that enters is accounted for; sales and support, first and blended
RUN = {
    "fresh": (50, 12),
    "redials": (8, 0),
    "repeats": (2, 4),
    "blocked": (10, 0),
    "contained": (4, 0),
    "contained_unresolved": (1, 0),
    "handed_off": (45, 16),
    "ivr_s": (900, 300),
    "ivr_cost": (4, 1),
    "ivr_hangup": (1, 0),
    "misrouted_out": (2, 1),
    "misrouted_in": (1, 2),
    "balked": (7, 0),
    "transfers_in": (3, 3),
    "transferred_out": (3, 3),
    "offered": (40, 20),
    "answered": (30, 20),
    "abandoned": (6, 0),
    "unserved": (1, 0),
    "silent": (1, 0),
    "silent_s": (30, 0),
    "callback_offered": (10, 2),
    "callback_accepted": (8, 1),
    "callback_tries": (10, 2),
    "callback_answered": (6, 1),
    "callback_lost": (2, 0),
    "callback_wait_s": (1_800, 100),
    "answered_in_time": (24, 15),
    "abandoned_in_time": (4, 0),
    "waited": (20, 5),
    "wait_answered_s": (300, 100),
    "wait_abandoned_s": (200, 0),
    "wait_unserved_s": (100, 0),
    "fresh_answered": (20, 10),
    "fresh_resolved": (20, 8),
    "orders": (12, 3),
    "items": (30, 10),
    "items_begun": (20, 5),
    "items_done": (16, 4),
    "items_done_in_time": (12, 1),
    "item_age_s": (1_600, 800),
    "item_work_s": (480, 320),
    "interruptions": (4, 1),
    "backlog_s": (7_200, 3_600),
    "backlog_time_s": (3_600, 3_600),
    "backlog_closing": (3, 6),
    "closings": (1, 2),
    "order_value": (480, 90),
    "scored": (25, 10),
    "score": (2_000, 900),
    "talk_s": (6_000, 4_000),
    "wrap_up_s": (600, 0),
    "idle_s": (3_600, 7_200),
    "reserved_s": (0, 3_600),
    "talking_s": (9_000, 14_400),
    "wrapping_s": (1_800, 3_600),
    "away_s": (3_600, 7_200),
    "handled": (30, 70),
    "chatting_s": (3_600, 0),
    "chat_s": (7_200, 0),
    "not_picked_up": (6, 5),
    "alerting_s": (90, 60),
    "advisor_days": (2, 4),
    "group_days": (1, 1),
    "uneven_contacts": (8, 4),
    "occupancy_spread_sum": (0.1, 0.2),
    "occupancy_range_sum": (0.3, 0.4),
    "occupancy_gap_sum": (0.05, 0.15),
    "sampled": (4, 1),
    "sampled_quality": (300, 90),
    "coaching_cost": (12, 0),
    "service_contacts": (5, 0),
    "service_fees": (15, 0),
    "attempts": (250,),
    "touched": (160,),
    "connects": (62,),
    "joined": (40,),
    "right_party": (30,),
    "wrong_party": (10,),
    "dropped": (10,),
    "hung_up": (12,),
    "mp_joined": (10,),
    "ringing_s": (4_900,),
    "deciding_s": (100,),
    "joined_delay_s": (20,),
    "dropped_wait_s": (30,),
    "hung_up_wait_s": (50,),
    "sales": (8,),
    "first_joined": (32,),
    "first_call_sales": (4,),
    "kept": (3,),
    "broken": (2,),
    "agreed": (10,),
    "agreed_kept": (6,),
    "agreed_late": (2,),
    "returned": (25,),
    "returns_answered": (20,),
    "returns_joined": (10,),
    "return_sales": (1,),
    "closed_value": (70,),
    **{
        f"{name}_{counter}": (value + k,)
        for k, name in enumerate(NAMES)
        for counter, value in (("windows", 10), ("windows_above", 2), ("window_over", 3), ("window_base", 50))
    },
    "sale_value": (800,),
    "campaign_talk_s": (4_800,),
    "mp_talk_s": (100,),
    "campaign_wrap_up_s": (600,),
}
OF_CENTRE = {"n_illegal": 3, "n_decisions": 12}  # of the same run
# total, then the entities, by hand
EXPECTED = {
    "illegal_share": (0.25,),
    "served_within_T_of_arrivals": (39 / 82, 24 / 62, 0.75),
    "wait_s": (700, 600, 100),
    "n_entered": (66, 50, 16),
    "blocking": (10 / 76, 1 / 6, 0),
    "containment": (4 / 66, 0.08, 0),
    "containment_resolved": (3 / 66, 0.06, 0),
    "ivr_resolution": (0.75, 0.75, np.nan),
    "handoff_share": (61 / 66, 0.9, 1),
    "ivr_minutes": (20, 15, 5),
    "ivr_hangup_share": (1 / 66, 0.02, 0),
    "misrouting": (3 / 61, 2 / 45, 1 / 16),
    "balking": (7 / 61, 7 / 44, 0),
    "fcr": (28 / 30, 1.0, 0.8),
    "asa_s": (400 / 43, 12.5, 100 / 19),
    "mean_wait_s": (700 / 51, 18.75, 100 / 19),
    "atq_s": (28, 30, 20),
    "p_wait": (25 / 51, 0.625, 5 / 19),
    "aht_s": (212, 220, 200),
    "contact_duration_s": (208, 210, 205),
    "abandonment": (0.1, 0.15, 0),
    "silent_share": (1 / 60, 0.025, 0),
    "unserved_share": (1 / 60, 0.025, 0),
    "transfer_rate": (0.12, 0.1, 0.15),
    "served_within_T_of_offered": (39 / 60, 0.6, 0.75),
    "p_wait_le_T_incl_abandoners": (43 / 60, 0.7, 0.75),
    "sl_excl_short_abandons": (39 / 56, 24 / 36, 0.75),
    "sl_of_served": (0.78, 0.8, 0.75),
    "callback_acceptance": (0.75, 0.8, 0.5),
    "callback_answer_rate": (7 / 12, 0.6, 0.5),
    "mean_callback_wait_s": (1_900 / 7, 300, 100),
    "csat": (2_900 / 35, 80, 90),
    "order_conversion": (0.3, 0.4, 0.15),
    "mean_order_value": (38, 40, 30),
    "backlog": (1.5, 2, 1),
    "backlog_at_closing": (3, 3, 3),
    "done_in_time": (0.65, 0.75, 0.25),
    "item_mean_age_s": (120, 100, 200),
    "item_handle_s": (40, 30, 80),
    "interruptions_per_item": (0.2, 0.2, 0.2),
    "work_s": (32_400, 14_400, 18_000),
    "concurrency": (2, 2, np.nan),
    "staffed_s": (57_600, 21_600, 36_000),
    "staffed_h": (16, 6, 10),
    "wages": (308, 108, 200),
    "cost": (335, 135, 200),
    "outbound_advisor_days": (1.25, 0, 1.25),
    "outbound_advisor_h": (10, 0, 10),
    "occupancy": (9 / 13, 0.8, 0.625),
    "utilisation": (0.5625, 2 / 3, 0.5),
    "contacts_per_advisor_hour": (6.25, 5, 7),
    "wait_between_contacts_s": (144, 120, 10_800 / 70),
    "occupancy_spread": (0.15, 0.1, 0.2),
    "occupancy_range": (0.35, 0.3, 0.4),
    "occupancy_gap": (0.1, 0.05, 0.15),
    "contacts_variance": (2, 4, 1),
    "no_pick_up_share": (11 / 111, 1 / 6, 1 / 15),
    "call_quality": (78, 75, 90),
    "conversion": (0.16, 0.16),
    "right_party_share": (0.75, 0.75),
    "connect_rate": (0.248, 0.248),
    "calls_per_account": (1.5625, 1.5625),
    "hit_rate": (0.032, 0.032),
    "first_call_close": (0.125, 0.125),
    "n_appointments": (8, 8),
    "n_promises": (0, 0),
    "n_surveys": (0, 0),
    "kept_share": (0.6, 0.6),
    "agreed_kept_share": (0.75, 0.75),
    "return_rate": (0.1, 0.1),
    "returns_answered_share": (0.8, 0.8),
    "return_conversion": (0.1, 0.1),
    "hang_up_share": (6 / 31, 6 / 31),
    "dropped_share_run_total": (0.2, 0.2),
    "dropped_share_ftc_30d": (3 / 50, 3 / 50),
    "dropped_share_ofcom_24h": (4 / 51, 4 / 51),
    "dropped_share_vicidial_today": (5 / 52, 5 / 52),
    "dropped_share_genesys_queue": (6 / 53, 6 / 53),
    "dropped_share_connect_rolling_24h": (7 / 54, 7 / 54),
    "dropped_share_own": (8 / 55, 8 / 55),
    "windows_above_ftc_30d": (2 / 10, 2 / 10),
    "windows_above_ofcom_24h": (3 / 11, 3 / 11),
    "windows_above_vicidial_today": (4 / 12, 4 / 12),
    "windows_above_genesys_queue": (5 / 13, 5 / 13),
    "windows_above_connect_rolling_24h": (6 / 14, 6 / 14),
    "windows_above_own": (7 / 15, 7 / 15),
    "average_talk_s": (120, 120),
    "outbound_aht_s": (110, 110),
    "mean_connect_delay_s": (0.5, 0.5),
    "line_s": (10_000, 10_000),
    "line_cost": (25, 25),
    "penalties": (15, 15),
    "attempts_per_advisor_day": (200,),
    "right_party_per_hour": (3,),
    "revenue": (1_370,),
    "operating_cost": (365,),
    "overflow_share": (0.1,),
    "cost_per_contact": (365 / 104,),
    "business_impact": (990,),
}
