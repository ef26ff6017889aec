"""Small centres of the tests of planners and bounds."""

from typing import Any

from ccenv.scenarios import Scenario, load_scenario


def one_queue(**queue: Any) -> Scenario:
    """One advisor, open for one slot of an hour; 60 contacts of 120 s are expected."""
    return load_scenario(
        {
            "name": "one_queue",
            "description": "One advisor for an hour.",
            "clock": {"kind": "day", "open_s": 0.0, "close_s": 3600.0, "overtime_s": 0.0, "slot_s": 3600.0},
            "queues": {
                "calls": {
                    "arrivals_per_hour": 60,
                    "handle_s": {"dist": "constant", "value_s": 120},
                    "patience_s": {"dist": "never"},
                    **queue,
                }
            },
            "groups": {"team": {"skills": ["calls"], "staffing": 1}},
            "reward": "service",
            "sources": {"*": "a test"},
        }
    )


def patient_and_not() -> Scenario:
    """One advisor, constant handle times of 120 s: contacts without patience limit, and one that leaves after 60 s."""
    handle = {"dist": "constant", "value_s": 120}
    return load_scenario(
        {
            "name": "patient_and_not",
            "description": "A patient queue and an impatient one.",
            "clock": {"kind": "day", "open_s": 0.0, "close_s": 3600.0, "overtime_s": 0.0, "slot_s": 3600.0},
            "queues": {
                "patient": {"arrivals_per_hour": 0, "trace_s": [1.0, 50.0], "handle_s": handle},
                "impatient": {
                    "arrivals_per_hour": 0,
                    "trace_s": [100.0],
                    "handle_s": handle,
                    "patience_s": {"dist": "constant", "value_s": 60},
                },
            },
            "groups": {"team": {"skills": ["patient", "impatient"], "staffing": 1}},
            "rules": {"routing": {"name": "priority", "params": {"order": ["patient", "impatient"]}}},
            "reward": "service",
            "sources": {"*": "a test"},
        }
    )


def blended(staffing: int, per_hour: float) -> Scenario:
    """A queue of contacts of 180 s, and dials that sell with probability 0.01 in 90 s, for one group."""
    return load_scenario(
        {
            "name": "blended",
            "description": "One blended group.",
            "clock": {"kind": "day", "open_s": 0.0, "close_s": 36_000.0, "slot_s": 3600.0},
            "queues": {"calls": {"arrivals_per_hour": per_hour, "handle_s": 180, "patience_s": 120}},
            "campaigns": {
                "sales": {
                    "p_answer": 0.5,
                    "ring_s": 10,
                    "handle_s": 90,
                    "p_sale": 0.01,
                    "sale_value": 1,
                    "max_lines": 20,
                }
            },
            "groups": {"team": {"skills": ["calls", "sales"], "staffing": staffing}},
            "rules": {"pacing": {"name": "progressive_unreserved"}},
            "reward": "bank_blended",
            "sources": {"*": "a test"},
        }
    )


def short_and_long() -> Scenario:
    """Five advisors for contacts of 60 s and of 600 s, equally patient."""
    return load_scenario(
        {
            "name": "short_and_long",
            "description": "Two handle times.",
            "clock": {"kind": "day", "open_s": 0.0, "close_s": 36_000.0, "slot_s": 3600.0},
            "queues": {
                name: {"arrivals_per_hour": rate, "handle_s": handle_s, "patience_s": 120}
                for name, rate, handle_s in (("short", 300, 60), ("long", 60, 600))
            },
            "groups": {"team": {"skills": ["short", "long"], "staffing": 5}},
            "reward": "service",
            "sources": {"*": "a test"},
        }
    )
