"""Section "Outbound", part "Dropped shares": what counts as dropped, and in which windows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ccenv.scenarios import schema
from ccenv.sim.state import definitions as legal
from tests.oracle.entities import CampaignState, Contact

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

HOUR_S = 3_600

DROPPED, JOINED, HUNG_UP, LEFT_EARLY = range(4)  # the last: hung up before the detector had decided


class Tally(NamedTuple):
    """The amounts that one connect adds to numerator and denominator of a dropped share."""

    t: float
    day: int
    over: float
    base: float


class Share:
    """The dropped share of a campaign under one definition."""

    def __init__(
        self, campaign: CampaignState, name: str, definition: legal.Definition | schema.Compliance | None
    ) -> None:
        self.campaign = campaign
        self.name = name
        self.definition = definition or schema.Compliance(threshold_s=None, hang_ups="none")  # as `run_total`
        self.tallies: list[Tally] = []

    def over(self, how: int, wait_s: float) -> bool:
        """Whether a connect that ended in the way `how` after `wait_s` counts as over."""
        d = self.definition
        greeting_s = self.campaign.declared.greeting_s if d.start == "greeting_end" else 0.0
        late = d.threshold_s is not None and wait_s > greeting_s + d.threshold_s
        if how in (HUNG_UP, LEFT_EARLY):
            return d.hang_ups == "all" or (d.hang_ups == "late" and late)
        return how == DROPPED or late

    def tally(self, machine: bool, how: int, wait_s: float, t: float, day: int) -> Tally | None:
        """The amounts that a connect or machine adds; None if it does not count."""
        if machine and self.definition.base == "live":
            return None
        missed = 0.0  # persons taken for machines, per recognised person
        if self.definition.false_positives == "estimated" and not machine and how != LEFT_EARLY:
            detector = self.campaign.declared.detector
            p = 0.0 if detector == "none" else detector.p_false_positive
            missed = p / (1 - p)
        return Tally(t, day, self.over(how, wait_s) + missed, 1 + missed)

    def window_ends(self, day: int) -> bool:
        """Whether a window ends with the end of this day."""
        return self.definition.window != "period_30d" or (day + 1) % legal.PERIOD_DAYS == 0

    def is_covered(self, now: float) -> bool:
        """Whether the window that ends now lies within the run; only a rolling window may begin before it."""
        first_hour = math.floor(now / HOUR_S) - (legal.ROLLING_HOURS - 1)
        return self.definition.window != "rolling_24h" or first_hour >= 0

    def in_window(self, tally: Tally, day: int, now: float) -> bool:
        """Whether a tally lies in the window that ends now."""
        match self.definition.window:
            case "day":
                return tally.day == day
            case "period_30d":
                return tally.day // legal.PERIOD_DAYS == day // legal.PERIOD_DAYS
            case "rolling_24h":
                return math.floor(now / HOUR_S) - math.floor(tally.t / HOUR_S) < legal.ROLLING_HOURS


class Compliance:
    """The dropped shares of all campaigns, under all definitions."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.shares = [
            [Share(campaign, name, definition) for name, definition in self.definitions(campaign).items()]
            for campaign in sim.campaigns
        ]

    def definitions(self, campaign: CampaignState) -> dict[str, legal.Definition | schema.Compliance | None]:
        """The definitions by name, the campaign's own last; None stands for `run_total`."""
        named: dict[str, legal.Definition | schema.Compliance | None] = {d.name: d for d in legal.DEFINITIONS}
        own = campaign.declared.compliance
        return {**named, legal.OWN: own if isinstance(own, schema.Compliance) else named.get(own)}

    def record(self, contact: Contact, how: int) -> None:
        """Count a connect or machine that was joined, dropped or has hung up."""
        for share in self.shares[contact.index]:
            from_s = contact.queues_since if share.definition.start == "decided" else contact.waits_since
            wait_s = 0.0 if how == LEFT_EARLY and share.definition.start == "decided" else self.sim.now - from_s
            tally = share.tally(contact.machine, how, wait_s, self.sim.now, self.sim.clock.day)
            if tally is not None:
                share.tallies.append(tally)
                self.count(share, "over", tally.over)
                self.count(share, "base", tally.base)

    def count(self, share: Share, counter: str, amount: float) -> None:
        """Add to a counter of a definition."""
        self.sim.ledger.count("campaign", share.campaign.index, f"{share.name}_{counter}", amount)

    def end_day(self) -> None:
        """End the windows that end with the day."""
        day, now = self.sim.clock.day, self.sim.now
        if self.sim.clock.continuous:
            now -= 1.0  # the day's last hour is over, and the next one has not begun
        for share in [share for shares in self.shares for share in shares]:
            if share.window_ends(day) and share.is_covered(now):
                inside = [tally for tally in share.tallies if share.in_window(tally, day, now)]
                self.end_window(share, sum(x.over for x in inside), sum(x.base for x in inside))

    def end_window(self, share: Share, over: float, base: float) -> None:
        """Count a covered window that ends."""
        self.count(share, "windows", 1)
        self.count(share, "windows_above", over > share.campaign.declared.drop_limit * base)
        self.count(share, "window_over", over)
        self.count(share, "window_base", base)
