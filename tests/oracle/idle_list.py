"""The order of a group's idle advisors (section "Advisors", "Idle list")."""

from __future__ import annotations

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, GroupState
from tests.oracle.randomness import child_key, uniform


def idle_key(group: GroupState, advisor: Advisor, now: float) -> float:
    """The value by which the group orders an advisor who becomes idle now; the smallest comes first."""
    match group.declared.advisor_order:
        case "longest_idle":
            return now
        case "fewest_contacts":
            return advisor.n_contacts
        case "least_talk":
            return advisor.talk_s
        case "linear":
            return advisor.number
        case "fastest":
            return advisor.speed
        case "random":
            return uniform(child_key(advisor.key, codes.IDLE_STEP, advisor.n_idle), codes.IDLE_ORDER)
        case _:
            return 0.0  # the turn of round robin changes with every advisor taken: see `first_idle`


def first_idle(group: GroupState) -> Advisor:
    """The first advisor of the idle list; ties go to the one who became idle first."""
    if group.declared.advisor_order == "round_robin":
        return min(group.idle, key=lambda advisor: (advisor.number - group.turn) % len(group.advisors))
    return min(group.idle, key=lambda advisor: advisor.idle_key)
