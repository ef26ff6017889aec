"""Warm transfers by which all advisors may wait for one another."""

import pytest

from ccenv.scenarios.check.held_transfers import HeldTransferWarning
from tests.scenarios.inbound import centre

OFFLINE = {  # nobody but `late` takes the third queue, and `late` hands over to it
    "queues.second.transfer": {},
    "groups.early.skills": ["second"],
}


def warned(**changes):
    with pytest.warns() as caught:
        centre(**changes)
    return [str(w.message) for w in caught if w.category is HeldTransferWarning]


def test_a_group_that_hands_over_to_itself_is_warned_of():
    (message,) = warned(**OFFLINE)
    assert message.startswith(
        "mapping: queues.third.patience_s: contacts never abandon, and all groups with this skill (late)"
    )
    assert "hand over to it warm, from first." in message


def test_groups_that_hand_over_from_different_queues_are_warned_of_together():
    changes = {"queues.second.transfer.kind": "warm", "groups.early.skills": ["second", "third"]}
    (message,) = warned(**changes)
    assert "(early, late) hand over to it warm, from first, second." in message


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "changes",
    [
        {"queues.third.patience_s": 300},
        {"queues.first.transfer.kind": "cold"},
        {"queues.first.transfer.p": 0},
        {"groups.early.skills": ["second", "third"]},  # who hand over cold
    ],
)
def test_who_can_be_relieved_is_not_warned_of(changes):
    centre(**{**OFFLINE, **changes})
