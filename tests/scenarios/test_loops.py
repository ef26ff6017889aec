"""A loop of events that takes no time is refused by name when the scenario is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from ccenv import load_scenario
from ccenv.files.errors import ScenarioError
from ccenv.scenarios import Scenario

NOW = {"dist": "constant", "value_s": 0}
ALWAYS = {"p": 1, "delay_s": 0, "max_times": 10**9}


def centre(queue: dict[str, Any], **changes: Any) -> Scenario:
    """Return a centre of one queue."""
    return load_scenario(
        {
            "name": "loop",
            "description": "a contact may go round and round",
            "clock": {"close_s": 3600, "slot_s": 1800, "overtime_s": 600},
            "queues": {"q": {"arrivals_per_hour": 20, "handle_s": 100, "patience_s": 60, **queue}},
            "groups": {"g": {"skills": ["q"], "staffing": 2}},
        }
        | changes
    )


CALLBACK = {"p_answer": 0, "ring_s": 0, "retry_s": 0, "max_tries": 10**9}


@pytest.mark.parametrize(
    ("queue", "changes", "key"),
    [
        ({"redial": ALWAYS}, {"trunks": 1}, r"queues\.q\.redial\.delay_s"),
        ({"redial": ALWAYS, "patience_s": 0}, {}, r"queues\.q\.redial\.delay_s"),
        ({"redial": ALWAYS, "patience_s": NOW}, {}, r"queues\.q\.redial\.delay_s"),
        ({"redial": ALWAYS | {"delay_s": 1e-6}}, {"trunks": 1}, r"queues\.q\.redial\.delay_s"),
        ({"redial": ALWAYS | {"p": 0.99999}}, {"trunks": 1}, r"queues\.q\.redial\.delay_s"),
        ({"repeat": ALWAYS, "handle_s": 0}, {}, r"queues\.q\.repeat\.delay_s"),
        ({"callback": CALLBACK}, {}, r"queues\.q\.callback\.retry_s"),
        ({}, {"switching": {"mean_s": [1e-9, 1e-9]}}, r"switching\.mean_s"),
        ({}, {"clock": {"close_s": 3600, "slot_s": 1800, "review_s": 1e-12}}, r"clock\.review_s"),
        ({"arrivals_per_hour": 1e30}, {}, r"queues\.q\.arrivals_per_hour"),
        ({"arrivals_per_hour": 1e7}, {"switching": {"mean_s": [60, 60], "arrivals": [0, 20]}}, "arrivals_per_hour"),
    ],
)
def test_a_loop_without_end_is_refused_by_name(queue: dict[str, Any], changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ScenarioError, match=key):
        centre(queue, **changes)


@pytest.mark.parametrize(
    ("queue", "changes"),
    [
        ({"redial": ALWAYS}, {}),  # they wait first
        ({"redial": ALWAYS | {"max_times": 1000}}, {"trunks": 1}),
        ({"redial": ALWAYS | {"p": 0.9}}, {"trunks": 1}),
        ({"redial": ALWAYS | {"delay_s": 1}}, {"trunks": 1}),
        ({"repeat": ALWAYS}, {}),  # they are served first
        ({"callback": CALLBACK | {"retry_s": 1}}, {}),
        ({"callback": CALLBACK | {"p_answer": 0.5}}, {}),
        ({}, {"switching": {"mean_s": [1e-9, 1]}}),
        ({}, {"clock": {"close_s": 3600, "slot_s": 1800, "review_s": 0}}),
        ({"arrivals_per_hour": 100_000}, {}),
    ],
)
def test_a_loop_that_takes_time_or_ends_is_allowed(queue: dict[str, Any], changes: dict[str, Any]) -> None:
    assert centre(queue, **changes).name == "loop"
