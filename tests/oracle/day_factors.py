"""Section "Service": factors of handle times by slot, and by day and group."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccenv.scenarios import schema
from ccenv.sim.state import codes
from tests.oracle.entities import Advisor, Contact, by_slot
from tests.oracle.randomness import child_key, entity_key, normal, stream

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class DayFactors:
    """What multiplies the handle times of a slot, or of a group on a day."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def declared(self, contact: Contact) -> schema.Queue | schema.Campaign:
        """The queue or campaign of a contact."""
        return (self.sim.campaigns if contact.is_lead else self.sim.queues)[contact.index].declared

    def of_slot(self, contact: Contact) -> float:
        """Factor of the present slot: the declared value over the mean of the values, weighted by the forecast."""
        declared = self.declared(contact)
        values = declared.handle_by_slot
        if not values:
            return 1.0
        weights = [1.0] * len(values)
        if not contact.is_lead:
            forecasts = [self.sim.snapshots.forecast(self.sim.queues[contact.index], k) for k in range(len(values))]
            weights = forecasts if any(forecasts) else weights
        mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
        return by_slot(values, self.sim.clock.slot) / mean

    def of_day(self, advisor: Advisor) -> float:
        """Factor of the group on this day: lognormal with mean 1."""
        variance = math.log1p(self.sim.groups[advisor.group].declared.busyness_cv ** 2)
        day = entity_key(self.sim.root, stream("day"), self.sim.clock.day)
        z = normal(child_key(day, codes.GROUP_DAY, advisor.group), codes.BUSYNESS)
        return math.exp(math.sqrt(variance) * z - variance / 2)
