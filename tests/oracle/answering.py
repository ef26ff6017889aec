"""Section "Advisors", "Answering service": lines of another firm, which are no advisors of the centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes

if TYPE_CHECKING:
    from tests.oracle.entities import Advisor, GroupState
    from tests.oracle.simulator import Simulator

AT_WORK = (codes.ADVISOR_TALKING, codes.ADVISOR_WRAP_UP)


def quality_that_changes_nothing(declared: schema.Group) -> float:
    """The quality at which a contact has the probabilities that its queue declares."""
    service = declared.answering_service
    if service is None or service.own_quality is None:
        return declared.quality.mean
    return service.own_quality


def own_groups(sim: Simulator, queue: str) -> list[GroupState]:
    """The groups of own advisors with the skill for a queue."""
    return [group for group in sim.groups if group.can_handle(queue) and group.declared.answering_service is None]


def count_begun(sim: Simulator, advisor: Advisor) -> None:
    """A contact that an advisor, or a line of an answering service, begins to handle; the service has its price."""
    service = sim.groups[advisor.group].declared.answering_service
    if service is None:
        sim.ledger.count("group", advisor.group, "handled")
        sim.fairness.begins(advisor)
    else:
        sim.ledger.count("group", advisor.group, "service_contacts")
        sim.ledger.count("group", advisor.group, "service_fees", service.price_per_contact)
