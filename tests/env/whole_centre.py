"""Half an hour of a centre that switches on everything that may happen to a contact or an advisor."""

from __future__ import annotations

from typing import Any

from ccenv.scenarios import Scenario, load_scenario

OPEN_S, CLOSE_S = 32_400, 34_200
WHOLE_CENTRE: dict[str, Any] = {
    "name": "whole_centre",
    "description": "made by the tests: every inbound, outbound and advisor concept, so that every counter counts",
    "clock": {"open_s": OPEN_S, "close_s": CLOSE_S, "slot_s": 900, "overtime_s": 60},
    "trunks": 14,
    "day_level_cv": 0.2,
    "slot_level": {"cv": 0.2, "correlation": 0.5},
    "switching": {"mean_s": [600, 300], "arrivals": [0.9, 1.4], "answers": [1.0, 0.8], "observed": True},
    "surge": {"p": 1.0, "factor": 1.5, "from_s": 33_000, "until_s": 33_300, "lasts_s": 300, "queues": ["orders"]},
    "queues": {
        "orders": {
            "arrivals_per_hour": [150, 200],
            "interpolation": "linear",
            "handle_s": {"dist": "lognormal", "mu": 4.5, "sigma": 0.5},
            "handle_by_slot": [1.1, 0.9],
            "ivr": {
                "time_s": {"dist": "uniform", "low_s": 5, "high_s": 20},
                "p_contained": 0.1,
                "p_hangup": 0.1,
                "p_resolved_easy": 0.4,
                "p_resolved_hard": 0.0,
                "price_per_minute": 0.2,
                "handoff_factor": 0.9,
                "routes": {"help": 0.2},
                "detect_s": 15,
            },
            "p_balk": 0.1,
            "announcement": {"tolerance_s": 60, "patience_factor": 1.3},
            "patience_s": {"dist": "exponential", "mean_s": 90},
            "callback": {
                "offer_above_s": 5,
                "p_accept": 0.5,
                "ring_s": 8,
                "p_answer": 0.35,
                "max_tries": 2,
                "retry_s": 400,
            },
            "wrap_up_s": 10,
            "transfer": {"p": 0.2, "to": "help", "kind": "warm", "handover_s": 10},
            "priority": {"p": 0.2, "credit_s": 40},
            "customer": {
                "p_identified": 0.7,
                "p_returning": 0.4,
                "returning_factor": 0.8,
                "value_classes": [{"share": 0.2, "value_factor": 3, "credit_s": 30}],
                "p_preferred": 0.5,
                "preferred_factor": 0.9,
            },
            "sale": {"p": 0.5, "value": 30, "handle_s": 120},
            "satisfaction": {
                "base": 90,
                "per_wait_minute": 5,
                "per_transfer": 10,
                "per_repeat": 10,
                "per_quality": 0.5,
            },
            "redial": {"p": 0.5, "delay_s": 100, "max_times": 2},
        },
        "help": {
            "arrivals_per_hour": 60,
            "handle_s": 150,
            "patience_s": 100,
            "transfer": {"p": 0.2, "to": "experts"},
            "repeat": {"p": 0.4, "delay_s": 200, "max_times": 2},
        },
        "experts": {"arrivals_per_hour": 10, "handle_s": 150, "patience_s": 300},
        "web": {
            "arrivals_per_hour": 100,
            "handle_s": 150,
            "patience_s": 150,
            "chat": {"rate_by_level": [1, 0.8, 0.6], "p_silent": 0.5, "detect_s": 20},
            "repeat": {"p": 0.2, "delay_s": 200},
        },
        "mails": {
            "arrivals_per_hour": 40,
            "handle_s": 60,
            "wrap_up_s": 5,
            "deferrable": {"due_s": {"dist": "exponential", "mean_s": 400}, "interruptible": True, "resume_s": 5},
            "repeat": {"p": 0.3, "delay_s": 300},
        },
    },
    "groups": {
        "first": {
            "skills": ["orders"],
            "shifts": [
                {"n": 3, "from_s": OPEN_S, "until_s": CLOSE_S, "breaks": [{"at_s": 32_700, "length_s": 300}]},
                {"n": 1, "from_s": 33_000, "until_s": 33_900},
            ],
            "shrinkage": 0.1,
            "speed_cv": 0.2,
            "quality": {"mean": 75, "sd": 8, "on_repeat": 0.02, "on_sale": 0.01},
            "learning": {"excess": 0.4, "tenure_days": 3},
            "fatigue": {"strength": 0.5, "threshold": 0.5, "time_constant_s": 900},
            "script": {"strength": 0.3, "quality_cost": 2},
            "monitoring": {"share": 0.3, "cost": 4, "gain": 0.3, "drift_per_day": 0.5},
            "advisor_order": "fewest_contacts",
            "wage_per_hour": 18,
            "no_pick_up": {"p": 0.1, "ring_s": 6, "away_s": 20},
            "busyness_cv": 0.2,
        },
        "blended": {
            "skills": ["orders", "help", "experts", "survey"],
            "staffing": [3, 2],
            "wage_per_hour": 20,
            "no_pick_up": {"p": 0.05, "ring_s": 5},
        },
        "clerks": {"skills": ["mails", "experts"], "staffing": 1},
        "outside": {
            "skills": ["help", "experts"],
            "answering_service": {"lines": 2, "price_per_contact": 3, "own_quality": 75},
            "quality": {"mean": 65, "on_repeat": 0.02},
        },
        "digital": {
            "skills": ["web", "help"],
            "staffing": 3,
            "capacity": {"chats": 3, "chats_beside_voice": 1},
            "wage_per_hour": 16,
        },
    },
    "campaigns": {
        "survey": {
            "p_answer": 0.35,
            "p_machine": 0.2,
            "p_busy": 0.05,
            "p_invalid": 0.05,
            "by_attempt": [1.0, 0.9],
            "detector": {"p_false_positive": 0.1, "p_machine_passed": 0.2, "decide_s": 1.5},
            "p_right_party": 0.7,
            "handle_wrong_party_s": 60,
            "ring_s_by_outcome": {"person": 6, "machine": 8, "busy": 2, "invalid": 1, "no_answer": 12},
            "handle_s": 60,
            "handle_sale_s": 80,
            "handle_by_slot": [0.9, 1.1],
            "wrap_up_s": 10,
            "handle_machine_s": 8,
            "drop_after_s": 3,
            "hang_up_s": {"dist": "exponential", "mean_s": 4},
            "max_lines": 8,
            "goal": "appointment",
            "p_sale": [0.5, 0.3],
            "contact_number": [0.7, 0.3],
            "follow_up": {"p_kept": 0.6, "after_s": 200, "retry_broken": True},
            "p_stop": 0.1,
            "sale_value": 5,
            "value_cv": 0.5,
            "value_handle_correlation": 0.4,
            "segments": {
                "near": {"size": 40, "p_consent": 0.8, "score": 2, "value_left": 1},
                "far": {
                    "size": "unlimited",
                    "p_answer": [0.3, 0.4],
                    "by_attempt": [1.0],
                    "propensity": 1.2,
                    "sale_value": 6,
                    "zone_s": -3_600,
                    "p_do_not_call": 0.2,
                    "weight": 2,
                },
            },
            "order": {"retries": "score", "fresh_every": 2, "mix": "random"},
            "retries": {
                "max_attempts": 3,
                "no_answer": 200,
                "busy": 120,
                "machine": 240,
                "dropped": 300,
                "hung_up": 300,
                "talked": 400,
                "wrong_party": 300,
            },
            "return_calls": {
                "queue": "help",
                "p_by_outcome": {"no_answer": 0.02, "machine": 0.02, "dropped": 0.2, "hung_up": 0.2},
                "delay_s": 120,
            },
            "agreed_callback": {"p": 0.5, "after_s": 150, "window_s": 1, "answer_factor": 2},
            "calling_rules": {
                "calling_from_s": OPEN_S - 3_600,
                "calling_until_s": CLOSE_S + 3_600,
                "max_per_24h": 3,
                "max_per_7_days": 3,
                "lockout_after_drop_s": 400,
                "quiet_after_talk_s": 120,
                "needs_consent": True,
            },
            "drop_limit": 0,
            "compliance": {"threshold_s": 1, "start": "greeting_end", "base": "queue", "hang_ups": "all"},
            "greeting_s": 0.5,
            "line_cost_per_hour": 2,
            "drop_penalty": 0.5,
        }
    },
    "rules": {"pacing": {"name": "progressive_unreserved"}},
    "reward": "service",
    "goals_unpaid": True,
}


def whole_centre() -> Scenario:
    """The scenario."""
    return load_scenario(WHOLE_CENTRE)


def last_day_of_the_month() -> Scenario:
    """The whole centre with a history of 29 days, so windows of 30 days end within the episode."""
    return whole_centre().replace(**{"history.kind": "steady", "history.days": 29})
