"""Section "Advisors", "Traits": the traits of advisors, and their effect on handle times and results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.answering import quality_that_changes_nothing
from tests.oracle.entities import Advisor, Contact, GroupState
from tests.oracle.randomness import Dist, entity_key, normal, stream, uniform

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

WORKING = (codes.ADVISOR_TALKING, codes.ADVISOR_WRAP_UP, codes.ADVISOR_CHATTING)


def n_advisors(declared: schema.Group) -> int:
    """Number of advisors, or lines of an answering service, that a group has over the whole run."""
    if declared.answering_service is not None:
        return declared.answering_service.lines
    if declared.shifts:
        return sum(shift.n for shift in declared.shifts)
    staffing = declared.staffing
    return max(staffing) if isinstance(staffing, Sequence) else staffing


def make_advisor(declared: schema.Group, root: int, group: int, number: int, place: int) -> Advisor:
    """An advisor in the state at the start of a run; `place` counts through all groups."""
    key = entity_key(root, stream("advisors"), place)
    variance = math.log1p(declared.speed_cv**2)
    quality = declared.quality.mean + declared.quality.sd * normal(key, codes.QUALITY)
    quality = min(100.0, max(0.0, quality))
    return Advisor(
        group,
        number,
        place,
        key,
        speed=math.exp(math.sqrt(variance) * normal(key, codes.SPEED) - variance / 2),
        quality=quality,
        first_quality=quality,
        tenure_days=declared.learning.tenure_days,
    )


def make_groups(centre: schema.Centre, root: int) -> list[GroupState]:
    """The groups with all their advisors."""
    groups: list[GroupState] = []
    for index, (name, declared) in enumerate(centre.groups.items()):
        handle = [Dist(declared.handle_s.get(queue, q.handle_s)) for queue, q in centre.queues.items()]
        first = sum(len(group.advisors) for group in groups)
        advisors = [make_advisor(declared, root, index, j, first + j) for j in range(n_advisors(declared))]
        groups.append(GroupState(index, name, declared, handle, advisors))
    return groups


class Traits:
    """Speed, quality, learning, fatigue, scripts and monitoring."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def declared(self, advisor: Advisor) -> schema.Group:
        """The declaration of the advisor's group."""
        return self.sim.groups[advisor.group].declared

    def quality(self, advisor: Advisor) -> float:
        """The quality that counts, in points: after the script's cost."""
        return max(0.0, advisor.quality - self.declared(advisor).script.quality_cost)

    def above_mean(self, advisor: Advisor) -> float:
        """Points of quality above those that change nothing: the group's mean, or what a service names."""
        return self.quality(advisor) - quality_that_changes_nothing(self.declared(advisor))

    def sale_factor(self, advisor: Advisor) -> float:
        """Factor of the probability of a sale."""
        return math.exp(self.declared(advisor).quality.on_sale * self.above_mean(advisor))

    def repeat_factor(self, advisor: Advisor) -> float:
        """Factor of the probability of a repeat."""
        return math.exp(-self.declared(advisor).quality.on_repeat * self.above_mean(advisor))

    def load_now(self, advisor: Advisor) -> float:
        """The load at the current time."""
        time_constant_s = self.declared(advisor).fatigue.time_constant_s
        kept = math.exp(-(self.sim.now - advisor.since) / time_constant_s)
        return advisor.load * kept + (1 - kept) * (advisor.state in WORKING)

    def handle_factor(self, advisor: Advisor) -> float:
        """Factor of handle times: speed, learning and fatigue."""
        learning, fatigue = self.declared(advisor).learning, self.declared(advisor).fatigue
        learned = 1 + learning.excess * math.exp(-advisor.tenure_days / learning.time_constant_days)
        tired = 1 + fatigue.strength * max(0.0, self.load_now(advisor) - fatigue.threshold)
        return advisor.speed * learned * tired

    def handle_s(self, dist: Dist, contact: Contact, advisor: Advisor, key: int | None = None) -> float:
        """Handle time with this advisor, from a distribution that the group's script narrows.

        `key`: of its uniform; by default that of the contact.
        """
        time_s = dist.draw(contact.key if key is None else key, codes.HANDLE)
        strength = self.declared(advisor).script.strength
        if strength > 0:
            time_s = dist.mean_s + (1 - strength) * (time_s - dist.mean_s)
        return (
            time_s
            * self.handle_factor(advisor)
            * self.sim.day_factors.of_day(advisor)
            * self.sim.day_factors.of_slot(contact)
        )

    def maybe_sample(self, contact: Contact, advisor: Advisor) -> None:
        """Draw whether the contact is sampled; count a sample and coach the advisor."""
        monitoring = self.declared(advisor).monitoring
        if uniform(contact.key, codes.MONITOR) >= monitoring.share:
            return
        self.sim.ledger.count("group", advisor.group, "sampled")
        self.sim.ledger.count("group", advisor.group, "sampled_quality", self.quality(advisor))
        self.sim.ledger.count("group", advisor.group, "coaching_cost", monitoring.cost)
        advisor.quality += monitoring.gain * (advisor.first_quality - advisor.quality)

    def end_day(self, advisor: Advisor) -> None:
        """An advisor who was on duty gains a day of tenure and loses quality by the drift."""
        if advisor.worked:
            advisor.tenure_days += 1
            advisor.quality = max(0.0, advisor.quality - self.declared(advisor).monitoring.drift_per_day)
        advisor.worked = False
