"""Section "Outbound", "Hours" and "The next lead": the next lead that a campaign dials."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import CampaignState
from tests.oracle.randomness import entity_key, uniform
from tests.oracle.segments import IN_ATTEMPT, Lead, SegmentState

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Lists:
    """The lists of all campaigns."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def is_open(self, segment: SegmentState) -> bool:
        """Whether the segment may be dialed now."""
        return self.sim.clock.stage == codes.OPEN and self.sim.hours.hold(segment, self.sim.now)

    def open_segments(self, campaign: CampaignState) -> list[SegmentState]:
        """The segments that may be dialed now."""
        return [segment for segment in campaign.segments if self.is_open(segment)]

    def n_dialable(self, campaign: CampaignState) -> float:
        """Number of leads that are ready, or fresh and not looked at yet, in open segments."""
        return sum(len(segment.ready) + segment.n_fresh for segment in self.open_segments(campaign))

    def take_next(self, campaign: CampaignState) -> Lead | None:
        """Take the next lead from its list; None if none of the rest may be dialed."""
        while (choice := self.choose(campaign)) is not None:
            if isinstance(choice, Lead):
                campaign.retries_since_fresh += choice.why != codes.AGREED
                choice.state = IN_ATTEMPT
                return choice
            lead = choice.look_at_next(self.sim.root)
            if not self.scrub(campaign, lead):
                campaign.n_fresh_taken += 1
                campaign.retries_since_fresh = 0
                campaign.segment_last_taken = choice.index
                choice.leads.append(lead)
                return lead
        return None

    def choose(self, campaign: CampaignState) -> Lead | SegmentState | None:
        """A ready row, or the segment of the next fresh lead; None if there is neither."""
        segments = self.open_segments(campaign)
        ready = [lead for segment in segments for lead in segment.ready]
        agreed = [lead for lead in ready if lead.why == codes.AGREED]
        if agreed:
            return min(agreed, key=lambda lead: (lead.due, lead.segment.index, lead.number))
        retry = min(ready, key=lambda lead: self.sort_key(campaign, lead), default=None)
        with_fresh = [segment for segment in segments if segment.n_fresh > 0]
        if not with_fresh:
            return retry
        if retry is None or self.is_turn_of_fresh(campaign):
            return self.mix(campaign, with_fresh)
        return retry

    def is_turn_of_fresh(self, campaign: CampaignState) -> bool:
        """Whether a fresh lead goes before a retry."""
        every = campaign.declared.order.fresh_every
        return every > 0 and campaign.retries_since_fresh >= every - 1

    def sort_key(self, campaign: CampaignState, lead: Lead) -> tuple[float, float, int, int]:
        """Sort key of a retry; the smallest goes first."""
        value: float
        match campaign.declared.order.retries:
            case "due":
                value = lead.due
            case "score":
                value = -lead.segment.declared.score
            case "least_attempts":
                value = lead.n_attempts
            case "longest_since":
                value = lead.grid_times[-1]
            case "newest":
                value = -lead.number
            case "random":
                value = uniform(lead.attempt_key(lead.n_attempts + 1), codes.LIST_ORDER)
        return value, lead.due, lead.segment.index, lead.number

    def mix(self, campaign: CampaignState, segments: list[SegmentState]) -> SegmentState:
        """The segment, among those with fresh leads, of the next fresh lead."""
        match campaign.declared.order.mix:
            case "in_order":
                return segments[0]
            case "score":
                return max(segments, key=lambda segment: (segment.declared.score, -segment.index))
            case "even":
                n, last = len(campaign.segments), campaign.segment_last_taken
                return min(segments, key=lambda segment: (segment.index - last - 1) % n)
            case "random":
                return self.by_weight(campaign, segments)

    def by_weight(self, campaign: CampaignState, segments: list[SegmentState]) -> SegmentState:
        """Draw a segment by weight."""
        u = uniform(entity_key(self.sim.root, campaign.stream, campaign.n_fresh_taken), codes.MIX)
        weights = [segment.declared.weight for segment in segments]
        cumulative = accumulate(weight / sum(weights) for weight in weights)
        return next((segment for segment, c in zip(segments, cumulative, strict=True) if c > u), segments[-1])

    def scrub(self, campaign: CampaignState, lead: Lead) -> bool:
        """Whether a fresh lead may not be dialed at all; it is then counted and closed."""
        calling_rules, declared = campaign.declared.calling_rules, lead.segment.declared
        if calling_rules.needs_consent and uniform(lead.key, codes.CONSENT) >= declared.p_consent:
            counter, detail = "without_consent", 0
        elif uniform(lead.key, codes.DO_NOT_CALL) < declared.p_do_not_call:
            counter, detail = "do_not_call", 1
        else:
            return False
        self.sim.log.lead(self.sim.now, codes.LOG_SCRUBBED, campaign, lead, lead.key, detail)
        self.sim.ledger.count("campaign", campaign.index, counter)
        self.sim.leads.count_closed(campaign, lead)
        return True
