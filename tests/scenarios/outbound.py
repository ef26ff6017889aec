"""A centre that uses every outbound concept, with numbers that can be told from one another."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.files.overrides import override

CENTRE: dict[str, Any] = {
    "name": "outbound",
    "description": "every outbound concept once",
    "clock": {"open_s": 28_800, "close_s": 72_000, "slot_s": 21_600, "overtime_s": 900},
    "queues": {"desk": {"arrivals_per_hour": 10, "handle_s": 120, "patience_s": 90}},
    "campaigns": {
        "plain": {"p_answer": [0.2, 0.4], "handle_s": 50, "ring_s": 9, "leads": 70, "value_left": 0.25},
        "debts": {
            "p_answer": [0.3, 0.5],
            "by_attempt": [1, 0.75, 0.5],
            "p_machine": 0.2,
            "p_busy": 0.06,
            "p_invalid": 0.04,
            "detector": {
                "p_false_positive": 0.1,
                "p_machine_passed": 0.3,
                "decide_s": {"dist": "constant", "value_s": 61},
            },
            "p_right_party": 0.9,
            "handle_wrong_party_s": {"dist": "constant", "value_s": 62},
            "ring_s_by_outcome": {
                "person": {"dist": "constant", "value_s": 11},
                "machine": {"dist": "constant", "value_s": 12},
                "busy": {"dist": "constant", "value_s": 13},
                "invalid": {"dist": "constant", "value_s": 14},
                "no_answer": {"dist": "constant", "value_s": 15},
            },
            "max_lines": 9,
            "segments": {
                "early": {"size": 30, "zone_s": -3_600, "propensity": 1.5, "score": 2.5, "value_left": 0.5},
                "late": {
                    "size": "unlimited",
                    "p_answer": 0.15,
                    "by_attempt": [0.9, 0.8],
                    "sale_value": 7,
                    "p_right_party": 0.6,
                    "zone_s": 7_200,
                    "p_consent": 0.85,
                    "p_do_not_call": 0.05,
                    "score": -1,
                    "weight": 3,
                },
                "small": {"size": 5, "p_answer": [0.1, 0.6]},
            },
            "order": {"retries": "longest_since", "fresh_every": 4, "mix": "score"},
            "retries": {
                "max_attempts": 6,
                "no_answer": {"dist": "constant", "value_s": 21},
                "machine": {"dist": "constant", "value_s": 22},
                "dropped": {"dist": "constant", "value_s": 23},
                "talked": {"dist": "constant", "value_s": 24},
                "wrong_party": {"dist": "constant", "value_s": 25},
            },
            "agreed_callback": {
                "p": 0.35,
                "after_s": {"dist": "constant", "value_s": 31},
                "window_s": 600,
                "answer_factor": 2.5,
            },
            "return_calls": {
                "queue": "desk",
                "p_by_outcome": {"no_answer": 0.11, "machine": 0.12, "dropped": 0.13},
                "delay_s": {"dist": "constant", "value_s": 61},
            },
            "drop_after_s": {"dist": "constant", "value_s": 41},
            "hang_up_s": {"dist": "constant", "value_s": 42},
            "goal": "promise",
            "follow_up": {"p_kept": 0.65, "after_s": {"dist": "constant", "value_s": 51}, "retry_broken": True},
            "p_stop": 0.08,
            "handle_s": 200,
            "p_sale": [0.5, 0.25],
            "contact_number": [0.5, 0.3, 0.2],
            "sale_value": 4,
            "value_cv": 0.75,
            "value_handle_correlation": -0.4,
            "dial_from_s": 32_400,
            "dial_until_s": 68_400,
            "calling_rules": {
                "calling_from_s": 30_600,
                "calling_until_s": 75_000,
                "max_per_24h": 2,
                "max_per_7_days": 7,
                "lockout_after_drop_s": 3_000,
                "quiet_after_talk_s": 5_000,
                "needs_consent": True,
            },
            "drop_limit": 0.02,
            "compliance": {
                "threshold_s": 3.5,
                "start": "greeting_start",
                "base": "queue",
                "hang_ups": "all",
                "false_positives": "estimated",
                "window": "rolling_24h",
            },
            "greeting_s": 1.5,
        },
        "survey": {
            "p_answer": 0.3,
            "handle_s": 80,
            "ring_s": 6,
            "p_machine": 0.25,
            "detector": "none",
            "retries": {"max_attempts": 3, "hung_up": 60},
            "compliance": "ofcom_24h",
            "goal": "survey",
        },
    },
    "groups": {"all": {"skills": ["desk", "plain", "debts", "survey"], "staffing": 3}},
}


def changed(**changes: Any) -> dict[str, Any]:
    """The document with other values at dotted keys."""
    data = copy.deepcopy(CENTRE)
    assert override(data, changes, "outbound") == []
    return data


def centre(**changes: Any) -> Scenario:
    """The scenario with other values at dotted keys."""
    return load_scenario(changed(**changes))


def write(folder: Path, **changes: Any) -> Path:
    """A scenario file with other values at dotted keys."""
    path = folder / "outbound.yaml"
    path.write_text(yaml.safe_dump(changed(**changes), sort_keys=False))
    return path
