"""Which of the idle advisors of a group comes first (section "Advisors", paragraph "Freed")."""

from __future__ import annotations

from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, GroupState
from tests.oracle.randomness import child_key, uniform


def idle_key(group: GroupState, advisor: Advisor, now: float) -> float:
    """What the group's order of advisors looks at, at the moment at which one becomes idle; small goes first."""
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
            return 0.0  # round robin changes with every advisor that is taken: `first_idle`


def first_idle(group: GroupState) -> Advisor:
    """First in the idle list; of equals, who became idle first."""
    if group.declared.advisor_order == "round_robin":
        return min(group.idle, key=lambda advisor: (advisor.number - group.turn) % len(group.advisors))
    return min(group.idle, key=lambda advisor: advisor.idle_key)
