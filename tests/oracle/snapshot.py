"""The snapshot by its specification: one short function for each field, from the objects of the simulator."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ccenv.scenarios.catalogue import Pair, make_pairs
from ccenv.scenarios.compile.finish import finish_table, hazard_table
from ccenv.scenarios.compile.roster import staffing
from ccenv.sim.state import codes
from ccenv.sim.state.fields import FINISH_HORIZONS_S, N_OLDEST, RECENT_LONG_S, RECENT_S, RINGING_AGES_S
from ccenv.sim.state.layout import FINISH_BINS, FINISH_STEP_S
from tests.oracle.entities import CampaignState, Contact, GroupState, QueueState, by_slot
from tests.oracle.segments import READY, WAITING, Lead

if TYPE_CHECKING:
    from tests.oracle.simulator import Simulator

MANY = 1_000_000  # what stands for an unlimited number
IN_TALK = (codes.TALKING, codes.HANDING_OVER, codes.HOLDING, codes.IN_CHAT)
PERSON = (codes.CONNECT, codes.FALSE_POSITIVE)
Snapshot = dict[str, Any]


class Snapshots:
    """Writes the snapshot of a simulator, and remembers when a policy was asked last."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.last_decision = 0.0
        self.n_read = 0  # rows of the log so far
        self.by_code: defaultdict[tuple[int, int, bool], array] = defaultdict(lambda: array("d"))

    def take(self) -> Snapshot:
        """All fields by name, in natural units: numbers, or nested lists along the field's axis and width."""
        sim = self.sim
        pairs = make_pairs(sim.centre)
        found: Snapshot = {}
        for fields, entities in (
            (CENTRE, None),
            (QUEUE, sim.queues),
            (GROUP, sim.groups),
            (CAMPAIGN, sim.campaigns),
            (PAIR, pairs),
        ):
            for name, value in fields.items():
                found[name] = value(self) if entities is None else [value(self, entity) for entity in entities]
        return found

    # what several fields need

    def head(self, queue: QueueState) -> Contact | None:
        """The first contact in a queue's line."""
        return queue.line[0] if queue.line else None

    def of_head(self, queue: QueueState, value: Callable[[Contact], float]) -> float:
        """A value of the first in line; 0 if the line is empty."""
        head = self.head(queue)
        return 0.0 if head is None else value(head)

    def rows_of(self, code: int, index: int, lead: bool) -> np.ndarray:
        """Times and values of the log's rows with a code that are about a queue, or about leads of a campaign, (R, 2).

        Each row of the log is read once, since some runs have tens of thousands.
        """
        log = self.sim.log.rows
        for r in log[self.n_read :]:
            self.by_code[r[3], r[5], r[4] == codes.LEAD].extend((r[0], r[8]))
        self.n_read = len(log)
        return np.frombuffer(self.by_code[code, index, lead]).reshape(-1, 2)

    def rate(self, queue: QueueState, codes_: tuple[int, ...]) -> float:
        """Decayed count of the log's rows of a queue with these codes, per hour."""
        ago = np.concatenate([self.rows_of(code, queue.index, False)[:, 0] for code in codes_]) - self.sim.now
        return float(np.exp(ago / RECENT_S).sum()) * 3600 / RECENT_S

    def forecast(self, queue: QueueState, slot: int) -> float:
        """Mean of the profile over a slot."""
        profile = queue.declared.arrivals_per_hour
        rate = by_slot(profile, slot)
        if queue.declared.interpolation != "linear":
            return rate
        return 0.5 * (rate + by_slot(profile, self.sim.clock.slot_after(slot)))

    @property
    def next_slot(self) -> int:
        """The slot after this one."""
        return self.sim.clock.slot_after(self.sim.clock.slot)

    def attempts(self, campaign: CampaignState, *phases: int) -> list[Contact]:
        """The attempts of a campaign that are in one of these phases."""
        return [x for x in self.sim.contacts if x.is_lead and x.index == campaign.index and x.phase in phases]

    def inbound(self) -> list[Contact]:
        """The inbound contacts."""
        return [x for x in self.sim.contacts if not x.is_lead]

    def lines(self, campaign: CampaignState) -> int:
        """Telephone lines that a campaign uses."""
        return sum(x.holds_line for x in self.sim.contacts if x.is_lead and x.index == campaign.index)

    def open_rows(self, campaign: CampaignState) -> list[Lead]:
        """Rows that are ready in segments that may be dialed now."""
        return [lead for segment in self.sim.lists.open_segments(campaign) for lead in segment.ready]

    def rows(self, campaign: CampaignState, *states: int) -> list[Lead]:
        """Rows of a campaign in one of these states."""
        return [lead for segment in campaign.segments for lead in segment.leads if lead.state in states]

    def in_talk(self, pair: Pair) -> list[Contact]:
        """The contacts of a compatible pair that an advisor talks to, or holds for."""
        return [
            x
            for x in self.sim.contacts
            if x.phase in IN_TALK
            and x.advisor is not None
            and x.advisor.group == pair.group
            and x.is_lead == (pair.kind == "campaign")
            and x.index == pair.index
        ]

    def finishes(self, group: GroupState) -> list[float]:
        """Expected ends of talk within each horizon: the declared table, linear between its ages.

        Of a chat the age is the work done, and the work to come within a horizon decides, linear between the horizons.
        """
        total = [0.0] * len(FINISH_HORIZONS_S)
        for pair in make_pairs(self.sim.centre):
            if pair.group != group.index:
                continue
            table = finish_table(self.sim.centre, pair)
            for contact in self.in_talk(pair):
                if self.sim.day_factors.declared(contact).handle_by_slot:
                    self.add_scaled(total, pair, contact)
                    continue
                age_s, rate = self.sim.now - contact.handled_since, 1.0
                if contact.phase == codes.IN_CHAT:
                    assert contact.advisor is not None
                    rate = self.sim.chats.rate(contact)
                    age_s = contact.work_done + (self.sim.now - contact.advisor.worked_until) * rate
                x = min(age_s / FINISH_STEP_S, FINISH_BINS - 1.000001)
                i, part = int(x), x - int(x)
                ends = [(1 - part) * table[i][h] + part * table[i + 1][h] for h in range(len(total))]
                for h, horizon_s in enumerate(FINISH_HORIZONS_S):
                    total[h] += float(np.interp(rate * horizon_s, (0.0, *FINISH_HORIZONS_S), (0.0, *ends)))
        return total

    def add_scaled(self, total: list[float], pair: Pair, contact: Contact) -> None:
        """Add the expected end of a talk scaled by its slot, from the integrated hazard, linear between its ages."""
        table = hazard_table(self.sim.centre, pair)

        def until(age: float) -> float:
            x = age / contact.scale / FINISH_STEP_S
            i = min(int(x), FINISH_BINS - 1)
            return table[i] + (x - i) * (table[i + 1] - table[i])

        age = self.sim.now - contact.handled_since
        for h, horizon in enumerate(FINISH_HORIZONS_S):
            total[h] += 1 - math.exp(until(age) - until(age + horizon))

    def answer_rate(self, campaign: CampaignState, time_s: float) -> float:
        """Decayed share of ended attempts that a person or a passed machine answered."""
        if not campaign.ends:
            return 0.0
        times, answered = np.array(campaign.ends, float).T
        weights = np.exp((times - times[-1]) / time_s)  # as of the last end, from which both decay alike
        return float(weights @ answered / weights.sum())

    def window(self, campaign: CampaignState, which: str) -> list[float]:
        """Numerators (`over`) or denominators (`base`) of the windows of now, by definition."""
        clock = self.sim.clock
        return [
            sum(getattr(x, which) for x in share.tallies if share.in_window(x, clock.day, self.sim.now))
            for share in self.sim.compliance.shares[campaign.index]
        ]

    def total(self, campaign: CampaignState, counter: str) -> float:
        """A running total of a campaign."""
        return self.sim.ledger.totals["campaign", campaign.index, counter]

    def ages(self, campaign: CampaignState) -> list[int]:
        """Ringing lines by age class."""
        edges = (*RINGING_AGES_S, codes.INFINITY)
        ages = [self.sim.now - x.dialed_at for x in self.attempts(campaign, codes.RINGING, codes.DECIDING)]
        return [sum(low <= age < high for age in ages) for low, high in zip(edges, edges[1:], strict=False)]

    def n_in_state(self, group: GroupState, state: int) -> int:
        """Advisors of a group in a state."""
        return sum(advisor.state == state for advisor in group.advisors)

    def left(self, campaign: CampaignState) -> float:
        """Leads that are not closed, attempts under way excluded."""
        total = 0.0
        for segment in campaign.segments:
            kept = sum(lead.state in (READY, WAITING) for lead in segment.leads)
            total = min(total + kept + min(segment.n_fresh, MANY), MANY)
        return total


def _preferred(s: Snapshots, pair: Pair) -> float:
    head = s.head(s.sim.queues[pair.index]) if pair.kind == "queue" else None
    if head is None or not head.identified or head.preferred is None:
        return 0.0
    return float(head.preferred.group == pair.group and head.preferred.state == codes.IDLE)


def _mode(s: Snapshots) -> float:
    switching = s.sim.centre.switching
    return float(s.sim.levels.mode) if switching is not None and switching.observed else 0.0


def _oldest(s: Snapshots, queue: QueueState) -> list[float]:
    waits = [s.sim.now - contact.entry_s for contact in queue.line[:N_OLDEST] if not contact.is_work]
    return waits + [0.0] * (N_OLDEST - len(waits))


def _idle_longest(s: Snapshots, group: GroupState) -> float:
    return s.sim.now - s.sim.advisors.first_idle(group).since if group.idle else 0.0


def _agreed(s: Snapshots, campaign: CampaignState) -> int:
    return sum(lead.why == codes.AGREED for lead in s.open_rows(campaign))


def _promised(s: Snapshots, campaign: CampaignState) -> int:
    return sum(lead.why == codes.PROMISED for lead in s.rows(campaign, WAITING))


CENTRE: dict[str, Callable[[Snapshots], Any]] = {
    "epoch_kind": lambda s: s.sim.decisions.kind,
    "event_number": lambda s: s.sim.n_events,
    "closed": lambda s: float(s.sim.clock.stage != codes.OPEN),
    "lines_left": lambda s: min(s.sim.lines_free(), MANY),
    "time_of_day_s": lambda s: s.sim.now - s.sim.clock.day * codes.DAY_S,
    "to_close_s": lambda s: 0.0 if s.sim.clock.never_closes else max(0.0, s.sim.clock.closing - s.sim.now),
    "since_last_s": lambda s: s.sim.now - s.last_decision,
    "mode": _mode,
    "in_ivr": lambda s: sum(x.phase == codes.IN_IVR for x in s.sim.contacts),
}
QUEUE: dict[str, Callable[[Snapshots, QueueState], Any]] = {
    "queue_length": lambda s, q: len(q.line),
    "head_entry_wait_s": lambda s, q: s.of_head(q, lambda x: 0.0 if x.is_work else s.sim.now - x.entry_s),
    "head_total_wait_s": lambda s, q: s.of_head(
        q, lambda x: 0.0 if x.is_work else s.sim.now - x.entry_s + x.wait_credit_s
    ),
    "head_age_s": lambda s, q: s.of_head(q, lambda x: s.sim.now - x.entry_s if x.is_work else 0.0),
    "overdue": lambda s, q: sum(x.is_work and x.due < s.sim.now for x in q.line),
    "head_callback": lambda s, q: s.of_head(q, lambda x: float(x.virtual)),
    "head_returning": lambda s, q: s.of_head(q, lambda x: float(x.identified and x.returning)),
    "head_value_class": lambda s, q: s.of_head(q, lambda x: float(x.value_class) if x.identified else 0.0),
    "head_transfers": lambda s, q: s.of_head(q, lambda x: float(x.n_transfers)),
    "head_campaign": lambda s, q: s.of_head(q, lambda x: 1.0 + x.campaign if x.kind == codes.RETURN_CALL else 0.0),
    "oldest_wait_s": _oldest,
    "head_priority": lambda s, q: s.of_head(q, lambda x: float(x.priority)),
    "arrivals_recent_per_hour": lambda s, q: s.rate(q, (codes.LOG_WAITING, codes.LOG_CALLBACK_ACCEPTED)),
    "abandoned_recent_per_hour": lambda s, q: s.rate(q, (codes.LOG_ABANDONED,)),
    "callbacks_pending": lambda s, q: sum(x.virtual and x.index == q.index for x in s.sim.contacts if not x.is_lead),
    "alerting": lambda s, q: sum(x.phase == codes.ALERTING and x.index == q.index for x in s.inbound()),
    "service_level_recent": lambda s, q: s.sim.served.level(q.index),
    "estimated_wait_s": lambda s, q: s.sim.served.last_wait_s[q.index],
    "forecast_per_hour": lambda s, q: s.forecast(q, s.sim.clock.slot),
    "forecast_next_per_hour": lambda s, q: s.forecast(q, s.next_slot),
}
GROUP: dict[str, Callable[[Snapshots, GroupState], Any]] = {
    "idle": lambda s, g: len(g.idle),
    "idle_longest_s": _idle_longest,
    "interruptible": lambda s, g: len(s.sim.beside.busy_takers(g)),
    "reserved": lambda s, g: s.n_in_state(g, codes.AWAITING_ANSWER),
    "wrap_up": lambda s, g: s.n_in_state(g, codes.ADVISOR_WRAP_UP),
    "away": lambda s, g: s.n_in_state(g, codes.AWAY),
    "chatting": lambda s, g: s.n_in_state(g, codes.ADVISOR_CHATTING),
    "chat_levels": lambda s, g: [len(s.sim.chats.takers(g, n)) for n in range(1, codes.MOST_CHATS + 1)],
    "staffed": lambda s, g: len(g.advisors) - s.n_in_state(g, codes.OFF),
    "staffed_next": lambda s, g: staffing(g.declared, s.sim.centre.clock)[s.next_slot],
    "finishes": Snapshots.finishes,
}
CAMPAIGN: dict[str, Callable[[Snapshots, CampaignState], Any]] = {
    "ringing": lambda s, c: len(s.attempts(c, codes.RINGING, codes.DECIDING)),
    "deciding": lambda s, c: len(s.attempts(c, codes.DECIDING)),
    "connects_waiting": lambda s, c: len(c.line) + len(s.attempts(c, codes.ALERTING)),
    "lines_free": lambda s, c: max(0, min(s.sim.max_lines(c) - s.lines(c), s.sim.lines_free())),
    "leads_dialable": lambda s, c: min(s.sim.lists.n_dialable(c), MANY),
    "agreed_ready": _agreed,
    "dialing_open": lambda s, c: float(bool(s.sim.lists.open_segments(c))),
    "ringing_by_age": Snapshots.ages,
    "answer_rate": lambda s, c: [s.answer_rate(c, RECENT_S), s.answer_rate(c, RECENT_LONG_S)],
    "dropped": lambda s, c: s.total(c, "dropped"),
    "joined_or_dropped": lambda s, c: s.total(c, "dropped") + s.total(c, "joined"),
    "leads_left": Snapshots.left,
    "retries_ready": lambda s, c: len(s.rows(c, READY)),
    "retries_waiting": lambda s, c: len(s.rows(c, WAITING)) - _promised(s, c),
    "promises_pending": _promised,
    "compliance_over": lambda s, c: s.window(c, "over"),
    "compliance_base": lambda s, c: s.window(c, "base"),
}
PAIR: dict[str, Callable[[Snapshots, Pair], Any]] = {
    "head_preferred": _preferred,
    "in_service": lambda s, p: len(s.in_talk(p)),
}
