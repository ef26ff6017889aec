"""A centre that uses every inbound and advisor concept, with numbers that can be told from one another."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.files.overrides import override

OPEN_S, CLOSE_S, SLOT_S = 28_800, 36_000, 1_800
CENTRE: dict[str, Any] = {
    "name": "inbound",
    "description": "every inbound concept once",
    "clock": {"open_s": OPEN_S, "close_s": CLOSE_S, "slot_s": SLOT_S, "overtime_s": 600},
    "day_level_cv": 0.5,
    "day_level_dist": "gamma",
    "slot_level": {"cv": 0.3, "correlation": -0.6},
    "switching": {"mean_s": [900, 300], "arrivals": [0.8, 1.6], "answers": [1.0, 0.5], "observed": True},
    "surge": {
        "p": 0.25,
        "factor": 3,
        "from_s": 30_000,
        "until_s": 33_000,
        "lasts_s": {"dist": "weibull", "shape": 2, "scale_s": 700},
        "queues": ["second"],
    },
    "queues": {
        "first": {
            "arrivals_per_hour": [10, 30, 20, 40],
            "interpolation": "linear",
            "handle_s": {"dist": "erlang", "k": 3, "mean_s": 150},
            "ivr": {
                "time_s": {"dist": "gamma", "shape": 4, "mean_s": 40},
                "p_contained": 0.2,
                "p_hangup": 0.05,
                "routes": {"third": 0.1, "second": 0.3},
                "detect_s": 35,
            },
            "p_balk": 0.07,
            "announcement": {"tolerance_s": {"dist": "never"}, "patience_factor": 1.5},
            "patience_s": {"dist": "weibull", "shape": 1.5, "scale_s": 240},
            "callback": {
                "offer_above_s": 45,
                "p_accept": 0.4,
                "ring_s": {"dist": "constant", "value_s": 12},
                "p_answer": 0.8,
                "max_tries": 3,
                "retry_s": 1200,
            },
            "transfer": {"p": 0.15, "to": "third", "kind": "warm", "handover_s": 25},
            "customer": {
                "p_identified": 0.6,
                "p_returning": 0.5,
                "returning_factor": 0.9,
                "value_classes": [
                    {"share": 0.1, "value_factor": 3, "credit_s": 120},
                    {"share": 0.25, "value_factor": 0.5},
                ],
                "p_preferred": 0.2,
                "preferred_factor": 0.85,
            },
            "sale": {"p": 0.3, "value": 40, "handle_s": {"dist": "empirical", "quantiles_s": [60, 120, 120, 400]}},
            "satisfaction": {
                "base": 88,
                "per_wait_minute": 2,
                "per_transfer": 5,
                "per_repeat": 7,
                "per_quality": 0.3,
            },
        },
        "second": {
            "arrivals_per_hour": 25,
            "handle_s": {"dist": "hyper_exponential", "p": [0.75, 0.25], "mean_s": [60, 400]},
            "trace_s": [28_800, 28_801.5, 28_801.5, 115_300],
            "transfer": {"p": 0.2, "to": "third"},
        },
        "third": {"arrivals_per_hour": [1, 2, 3, 4], "handle_s": 90},
    },
    "groups": {
        "early": {
            "skills": ["first", "second"],
            "shifts": [
                {"n": 2, "from_s": 28_800, "until_s": 34_200, "breaks": [{"at_s": 30_000, "length_s": 600}]},
                {
                    "n": 1,
                    "from_s": 29_700,
                    "until_s": 36_000,
                    "breaks": [{"at_s": 30_600, "length_s": 900}, {"at_s": 31_500, "length_s": 60}],
                },
            ],
            "shrinkage": 0.1,
            "advisor_order": "round_robin",
            "speed_cv": 0.2,
            "quality": {"mean": 75, "sd": 8, "on_repeat": 0.02, "on_sale": 0.01},
            "learning": {"excess": 0.6, "time_constant_days": 15, "tenure_days": 4},
            "fatigue": {"strength": 0.5, "threshold": 0.8, "time_constant_s": 1800},
            "script": {"strength": 0.4, "quality_cost": 3},
            "monitoring": {"share": 0.05, "cost": 6, "gain": 0.3, "drift_per_day": 0.7},
        },
        "late": {"skills": ["first", "third"], "staffing": [0, 2, 1, 3], "handle_s": {"first": 170}},
    },
    "history": {"kind": "steady", "days": 5},
}


def changed(**changes: Any) -> dict[str, Any]:
    """The document with other values at dotted keys."""
    data = copy.deepcopy(CENTRE)
    assert override(data, changes, "inbound") == []
    return data


def centre(**changes: Any) -> Scenario:
    """The scenario with other values at dotted keys."""
    return load_scenario(changed(**changes))


def write(folder: Path, **changes: Any) -> Path:
    """A scenario file with other values at dotted keys."""
    path = folder / "inbound.yaml"
    path.write_text(yaml.safe_dump(changed(**changes), sort_keys=False))
    return path
