"""Random answering services."""

from __future__ import annotations

from tests.oracle.dice import Dice, Plain

SERVICE_BASE = 11  # answering services have their own dice


class ServiceMaker(Dice):
    """Makes random answering services that use the whole schema."""

    def __init__(self, number: int) -> None:
        super().__init__(number, SERVICE_BASE)

    def add_to(self, groups: Plain, queues: list[str]) -> Plain:
        """The groups, in some scenarios with an answering service before or after them."""
        if not queues or self.chance(0.6):
            return groups
        service = {"s0": self.service([queue for queue in queues if self.chance(0.6)] or queues[:1])}
        return {**service, **groups} if self.chance(0.3) else {**groups, **service}

    def service(self, skills: list[str]) -> Plain:
        """A service for some queues, with or without a quality of its own."""
        declared: Plain = {"lines": self.whole(1, 4), "price_per_contact": self.one_of(0.0, self.between(0.5, 9))}
        if self.chance(0.6):
            declared["own_quality"] = self.between(40, 95)
        group: Plain = {"skills": skills, "answering_service": declared}
        if self.chance(0.5):
            group["handle_s"] = {skill: self.time(f"s0 {skill}", 30, p_zero=0.03) for skill in skills}
        if self.chance(0.6):
            group["quality"] = {
                "mean": self.between(40, 95), "sd": self.between(0, 20),
                "on_repeat": self.between(0, 0.08), "on_sale": self.between(0, 0.08),
            }  # fmt: skip
        if self.chance(0.4):
            group["speed_cv"] = self.between(0.1, 0.6)
        return group
