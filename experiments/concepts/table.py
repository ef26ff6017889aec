"""Declaration of all concepts. The command, its result files, its page and its tests use it."""

from __future__ import annotations

from experiments.concepts import (
    advisors,
    after,
    arrivals,
    blending,
    calling_in,
    calling_rules,
    channels,
    coaching,
    customers,
    deferring,
    dialing,
    goals,
    idle_order,
    inbound,
    leads,
    patience,
    rosters,
)
from experiments.concepts.concept import Concept

PARTS: dict[str, tuple[Concept, ...]] = {
    "Inbound contacts": (*inbound.CONCEPTS, *after.CONCEPTS, *deferring.CONCEPTS),
    "Machines and chats": channels.CONCEPTS,
    "Patience and handle times": patience.CONCEPTS,
    "Customers and the order of service": customers.CONCEPTS,
    "Advisors": (*rosters.CONCEPTS, *advisors.CONCEPTS, *coaching.CONCEPTS, *idle_order.CONCEPTS),
    "Arrivals and days": arrivals.CONCEPTS,
    "Attempts": dialing.CONCEPTS,
    "Lists of leads": (*leads.CONCEPTS, *calling_in.CONCEPTS),
    "Goals outbound": goals.CONCEPTS,
    "The calling rules": calling_rules.CONCEPTS,
    "Blending": blending.CONCEPTS,
}
CONCEPTS = tuple(concept for part in PARTS.values() for concept in part)


def chosen(only: list[str]) -> dict[str, tuple[Concept, ...]]:
    """The parts with the concepts of the given names; all parts if `only` is empty.

    Raises:
        ValueError: If a name is not that of a concept.
    """
    names = [concept.name for concept in CONCEPTS]
    unknown = sorted(set(only) - set(names))
    if unknown:
        raise ValueError(f"concepts.only = {unknown[0]!r}: not a concept; allowed: {', '.join(names)}")
    parts = {part: tuple(c for c in concepts if not only or c.name in only) for part, concepts in PARTS.items()}
    return {part: concepts for part, concepts in parts.items() if concepts}
