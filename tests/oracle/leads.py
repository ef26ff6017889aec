"""Section "Outbound", parts "Rows" and "The end of an attempt": touched leads between and after attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.sim.state import codes
from tests.oracle.entities import CampaignState, Contact
from tests.oracle.events import Kind
from tests.oracle.lawful import GRID_S, grid_time, lawful_time
from tests.oracle.randomness import Dist, uniform
from tests.oracle.segments import HELD, READY, WAITING, Lead

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator


class Leads:
    """Rows that wait, become ready, are settled and closed."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def count(self, campaign: CampaignState, counter: str, amount: float = 1.0) -> None:
        """Add to a counter of a campaign."""
        self.sim.ledger.count("campaign", campaign.index, counter, amount)

    # waiting and becoming ready

    def start_day(self) -> None:
        """At the opening, make the due rows of all campaigns ready."""
        for campaign in self.sim.campaigns:
            self.make_ready(campaign)

    def become_due(self, campaign: CampaignState) -> None:
        """Handle a leads due event of a campaign."""
        campaign.leads_due = None
        self.sim.log.clock(self.sim.now, codes.LOG_LEADS_DUE, campaign.index)
        self.make_ready(campaign)

    def make_ready(self, campaign: CampaignState) -> None:
        """Make all due rows ready, segment by segment; then schedule the next leads due event."""
        for segment in campaign.segments:
            while due := [lead for lead in segment.leads if lead.state == WAITING and lead.due <= self.sim.now]:
                lead = min(due, key=lambda x: (x.due, x.number))
                if lead.why == codes.PROMISED:
                    self.settle_promise(campaign, lead)
                else:
                    lead.state = READY
        times = [lead.due for segment in campaign.segments for lead in segment.leads if lead.state == WAITING]
        now, closing = self.sim.now, self.sim.clock.closing
        times += [self.sim.hours.next_begin(segment, now, closing) for segment in campaign.segments]
        self.schedule(campaign, min((t for t in times if t > self.sim.now), default=codes.INFINITY))

    def schedule(self, campaign: CampaignState, t: float) -> None:
        """Schedule the next leads due event; it replaces a scheduled one."""
        if campaign.leads_due is not None:
            campaign.leads_due.cancelled = True
        closing = self.sim.clock.closing
        campaign.leads_due = self.sim.agenda.add_before(closing, t, Kind.CLOCK, lambda: self.become_due(campaign))

    def wait(self, campaign: CampaignState, lead: Lead, why: int, due: float) -> None:
        """Set a row waiting until `due`; the leads due event moves forward if necessary."""
        lead.state, lead.why, lead.due = WAITING, why, due
        scheduled = codes.INFINITY if campaign.leads_due is None else campaign.leads_due.time
        if due < min(scheduled, self.sim.clock.closing):
            self.schedule(campaign, due)

    # promises

    def settle_promise(self, campaign: CampaignState, lead: Lead) -> None:
        """Settle a promise that is due: kept or broken."""
        follow_up = campaign.declared.follow_up
        assert follow_up is not None
        key = lead.attempt_key(lead.n_attempts)
        if uniform(key, codes.KEPT) < follow_up.p_kept:
            self.sim.log.lead(self.sim.now, codes.LOG_KEPT, campaign, lead, key, lead.segment.index)
            self.count(campaign, "kept")
            self.count(campaign, "sale_value", lead.promised_value)
        else:
            self.sim.log.lead(self.sim.now, codes.LOG_BROKEN, campaign, lead, key, lead.segment.index)
            self.count(campaign, "broken")
            if follow_up.retry_broken and lead.n_attempts < campaign.max_attempts:
                locked = max(self.quiet_until(campaign, lead), self.drop_until(campaign, lead))
                due = lawful_time(lead, max(self.sim.now, locked), self.sim.hours)
                self.sim.log.lead(self.sim.now, codes.LOG_PUT_BACK, campaign, lead, key, codes.RETRYING)
                self.wait(campaign, lead, codes.RETRYING, due)
                return
        self.sim.log.lead(self.sim.now, codes.LOG_CLOSED, campaign, lead, key, 0)
        self.close(campaign, lead)

    # the attempt is over

    def end_attempt(self, contact: Contact, after: int | None) -> None:
        """End an attempt; `after` is its outcome as a key of retries, None if no retry is possible."""
        campaign, lead = self.sim.campaigns[contact.index], contact.lead
        assert lead is not None
        if not campaign.keeps:
            self.close(campaign, lead)
            return
        lead.grid_times.append(grid_time(self.sim.now))
        lead.local_days.append(self.sim.hours.local_day(lead.segment, GRID_S * lead.grid_times[-1]))
        if after == codes.AFTER_TALKED:
            lead.last_talk = lead.grid_times[-1]
        lead.was_dropped = after == codes.AFTER_DROPPED
        plan = self.what_follows(campaign, lead, contact, after)
        call = self.sim.return_calls.after_attempt(contact, after)
        if plan is None and call is not None:
            lead.state = HELD
        elif plan is None:
            self.sim.log.contact(self.sim.now, codes.LOG_CLOSED, contact)
            self.close(campaign, lead)
        else:
            why, due = plan
            self.sim.log.contact(self.sim.now, codes.LOG_PUT_BACK, contact, detail=why)
            self.wait(campaign, lead, why, due)
        if call is not None:
            self.sim.return_calls.wait(call)

    def what_follows(
        self, campaign: CampaignState, lead: Lead, contact: Contact, after: int | None
    ) -> tuple[int, float] | None:
        """The reason and the due time of the lead's waiting; None if the lead is closed."""
        key, now = contact.key, self.sim.now
        if contact.buys:
            if campaign.kept_delay is None:
                return None
            lead.promised_value = self.sim.goals.value_of(campaign, lead, contact.key)
            return codes.PROMISED, now + campaign.kept_delay.draw(key, codes.KEPT_DELAY)
        may_retry = lead.n_attempts < campaign.max_attempts
        if after == codes.AFTER_TALKED:
            if uniform(key, codes.STOP) < campaign.declared.p_stop:
                self.count(campaign, "stopped")
                return None
            agreed_delay = self.agreed_delay(campaign, key)
            if may_retry and agreed_delay is not None:
                self.count(campaign, "agreed")
                return codes.AGREED, lawful_time(lead, now + agreed_delay, self.sim.hours)
        dist = self.retry_dist(campaign, after)
        if not may_retry or dist is None:
            return None
        due = max(now + dist.draw(key, codes.RETRY), now + self.lockout_s(campaign, after))
        if after != codes.AFTER_TALKED:
            due = max(due, self.quiet_until(campaign, lead))
        elif lead.was_dropped:  # the talk is that of a return call
            due = max(due, self.drop_until(campaign, lead))
        return codes.RETRYING, lawful_time(lead, due, self.sim.hours)

    def quiet_until(self, campaign: CampaignState, lead: Lead) -> float:
        """End of the lockout after the lead's last talk, by its grid time."""
        if lead.last_talk is None:
            return -codes.INFINITY
        return GRID_S * lead.last_talk + campaign.declared.calling_rules.quiet_after_talk_s

    def drop_until(self, campaign: CampaignState, lead: Lead) -> float:
        """End of the lockout after the last attempt, if it was dropped, by its grid time."""
        if not lead.was_dropped:
            return -codes.INFINITY
        return GRID_S * lead.grid_times[-1] + campaign.declared.calling_rules.lockout_after_drop_s

    def agreed_delay(self, campaign: CampaignState, key: int) -> float | None:
        """Delay of an agreed callback in seconds; None if the person does not agree to one."""
        agreed = campaign.declared.agreed_callback
        if agreed is None or campaign.agreed_delay is None or uniform(key, codes.AGREE) >= agreed.p:
            return None
        return campaign.agreed_delay.draw(key, codes.AGREE_DELAY)

    def retry_dist(self, campaign: CampaignState, after: int | None) -> Dist | None:
        """Distribution of the delay of a retry; None if there is no retry after this outcome."""
        return None if after is None else campaign.retry.get(codes.AFTER[after])

    def lockout_s(self, campaign: CampaignState, after: int | None) -> float:
        """Length of the lockout after a drop or after the talk of a person, else 0."""
        calling_rules = campaign.declared.calling_rules
        if after == codes.AFTER_DROPPED:
            return calling_rules.lockout_after_drop_s
        return calling_rules.quiet_after_talk_s if after == codes.AFTER_TALKED else 0.0

    # closed

    def close(self, campaign: CampaignState, lead: Lead) -> None:
        """Close a touched lead: it will not be dialed again."""
        lead.segment.leads.remove(lead)
        self.count_closed(campaign, lead)

    def count_closed(self, campaign: CampaignState, lead: Lead) -> None:
        """Count a closed lead."""
        self.count(campaign, "closed")
        self.count(campaign, "closed_value", lead.segment.declared.value_left)
