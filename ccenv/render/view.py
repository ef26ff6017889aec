"""What a picture of a centre shows at one instant, as plain values; text and image are drawn from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.kpis import KPIS, KpiTable, kpi_table
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE
from ccenv.kpis.numbers import as_text as figure
from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.roster import advisors
from ccenv.sim.state.fields import FIELDS

MOST_QUEUES, MOST_GROUPS, MOST_CAMPAIGNS = 12, 12, 6  # rows of a picture; the others are added up in one more row

UNLIMITED = int(next(field.high for field in FIELDS if field.name == "leads_left"))  # the observation is clipped here


class Headline(NamedTuple):
    """One of the few KPIs that a picture shows: its label, its column in a KPI table, and the axis that it is of."""

    label: str
    column: str
    axis: str


HEADLINES = (
    Headline("service level", "served_within_T_of_offered", "queue"),
    Headline("abandonment", "abandonment", "queue"),
    Headline("dropped share", RUN_TOTAL_SHARE, "campaign"),
    Headline("goals", "n_sales", "campaign"),
)


def headlines(scenario: Scenario) -> tuple[Headline, ...]:
    """Return those of `HEADLINES` that the centre has entities for."""
    there = {"queue": bool(scenario.queues), "campaign": bool(scenario.campaigns)}
    return tuple(headline for headline in HEADLINES if there[headline.axis])


class QueueRow(NamedTuple):
    """A queue: contacts in line and the longest wait [s]; `late`: it is above the threshold of the service level."""

    name: str
    waiting: int
    longest_s: float
    late: bool


class GroupRow(NamedTuple):
    """A group: advisors by state; those with chats are `inbound`."""

    name: str
    inbound: int
    outbound: int
    wrap_up: int
    reserved: int
    idle: int
    away: int

    @property
    def on_duty(self) -> int:
        """Advisors in all states."""
        return sum(self[1:])


class CampaignRow(NamedTuple):
    """A campaign: its lines by state, leads left, numerator, denominator and limit of its dropped share so far.

    The limit is 0 in a sum over campaigns, which has none.
    """

    name: str
    ringing: int
    waiting: int
    talking: int
    leads_left: int
    dropped: float
    dropped_of: float
    limit: float

    @property
    def share(self) -> str:
        """Dropped share so far, and the limit if there is one."""
        text = in_unit(RUN_TOTAL_SHARE, self.dropped / self.dropped_of if self.dropped_of else math.nan)
        return f"{text} (limit {100.0 * self.limit:g} %)" if self.limit else text

    @property
    def left(self) -> str:
        """Leads left as text."""
        return f"{self.leads_left:,}" if self.leads_left < UNLIMITED else "unlimited"


STATES = tuple(field.replace("_", "-") for field in GroupRow._fields[1:])
"""Names of the states of an advisor, in the order of a group's row."""
LINES = CampaignRow._fields[1:4]
"""Names of the states of a line, in the order of a campaign's row."""


class View(NamedTuple):
    """One instant of a centre.

    Attributes:
        title: Name of the scenario.
        task: What the policy does, in a few words.
        clock: Time of day, `hh:mm:ss`, beyond 24:00:00 after midnight.
        day: Day of the episode, from 1.
        stage: `open` or `closed`.
        kpis: Label and value of each headline so far, then of the reward so far.
        action: Name of the action just taken; "" before the first.
        paid: Reward of the last step, as text; "" before the first.
        queues, groups, campaigns: Rows, the busiest entities by declaration, in the order of the file.
        more_queues, more_groups, more_campaigns: The other entities added up, named "and 12 more"; None if none.
    """

    title: str
    task: str
    clock: str
    day: int
    stage: str
    kpis: tuple[tuple[str, str], ...]
    action: str
    paid: str
    queues: tuple[QueueRow, ...]
    more_queues: QueueRow | None
    groups: tuple[GroupRow, ...]
    more_groups: GroupRow | None
    campaigns: tuple[CampaignRow, ...]
    more_campaigns: CampaignRow | None


def look(
    scenario: Scenario,
    snapshot: np.void,
    counters: Mapping[str, np.ndarray],
    *,
    task: str = "",
    day: int = 1,
    action: str = "",
    paid: float | None = None,
    reward: float = 0.0,
) -> View:
    """Return the view of a centre.

    Args:
        scenario: The centre.
        snapshot: A record of the observation's fields in natural units.
        counters: Counters of the episode so far by axis, (1, entities), as `kpi_table` takes them.
        task: What the policy does.
        day: Day of the episode, from 1.
        action: Name of the action just taken.
        paid: Reward of the last step.
        reward: Reward of the episode so far.
    """
    shown = headlines(scenario)
    table = kpi_table(scenario, counters, [0], kpis=[headline.column for headline in shown])
    kpis = [(headline.label, in_unit(headline.column, float(table[headline.column][0]))) for headline in shown]
    kpis.append(("reward", figure(reward, decimals=2)))
    centre = scenario.centre
    queues, more_queues = _parted(
        _queues(scenario, snapshot),
        [float(np.mean(queue.arrivals_per_hour)) for queue in centre.queues.values()],
        MOST_QUEUES,
    )
    groups, more_groups = _parted(
        _groups(scenario, snapshot), [float(advisors(group)) for group in centre.groups.values()], MOST_GROUPS
    )
    campaigns, more_campaigns = _parted(
        _campaigns(scenario, snapshot, table), [0.0] * len(centre.campaigns), MOST_CAMPAIGNS
    )
    return View(
        title=scenario.name,
        task=task,
        clock=clock(float(snapshot["time_of_day_s"])),
        day=day,
        stage="closed" if snapshot["closed"] else "open",
        kpis=tuple(kpis),
        action=action,
        paid="" if paid is None else figure(paid, decimals=3, sign=True),
        queues=queues,
        more_queues=more_queues,
        groups=groups,
        more_groups=more_groups,
        campaigns=campaigns,
        more_campaigns=more_campaigns,
    )


def clock(seconds: float) -> str:
    """Return a time of day as `hh:mm:ss`.

    >>> clock(34_245.9)
    '09:30:45'
    """
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def wait(seconds: float) -> str:
    """Return a duration as `m:ss`, or `h:mm:ss` from an hour on.

    >>> wait(92.4), wait(3_700.0)
    ('1:32', '1:01:40')
    """
    whole = int(seconds)
    return (
        f"{whole // 60}:{whole % 60:02d}"
        if whole < 3600
        else f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    )


def in_unit(column: str, value: float) -> str:
    """Return a KPI as text: a share in percent, a count as it is, "n/a" if it is not defined yet."""
    unit = KPIS[column].unit if column in KPIS else "1"
    if math.isnan(value):
        return "n/a"
    return f"{100.0 * value:.1f} %" if unit == "share" else figure(value)


def _queues(scenario: Scenario, snapshot: np.void) -> list[QueueRow]:
    rows = []
    for i, (name, queue) in enumerate(scenario.centre.queues.items()):
        longest_s = float(snapshot["oldest_wait_s"][i, 0])
        rows.append(QueueRow(name, int(snapshot["queue_length"][i]), longest_s, longest_s > queue.service_level_s))
    return rows


def _groups(scenario: Scenario, snapshot: np.void) -> list[GroupRow]:
    outbound = [0] * len(scenario.groups)
    for p, pair in enumerate(scenario.pairs):
        if pair.kind == "campaign":
            outbound[pair.group] += int(snapshot["in_service"][p])
    rows = []
    for g, name in enumerate(scenario.groups):
        staffed, wrap_up, reserved, idle, away = (
            int(snapshot[field][g]) for field in ("staffed", "wrap_up", "reserved", "idle", "away")
        )
        inbound = staffed - wrap_up - reserved - idle - away - outbound[g]
        rows.append(GroupRow(name, inbound, outbound[g], wrap_up, reserved, idle, away))
    return rows


def _campaigns(scenario: Scenario, snapshot: np.void, table: KpiTable) -> list[CampaignRow]:
    talking = [0] * len(scenario.campaigns)
    for p, pair in enumerate(scenario.pairs):
        if pair.kind == "campaign":
            talking[pair.index] += int(snapshot["in_service"][p])
    rows = []
    for i, (name, campaign) in enumerate(scenario.centre.campaigns.items()):
        ringing, waiting, left = (int(snapshot[field][i]) for field in ("ringing", "connects_waiting", "leads_left"))
        dropped, answered = (float(table[f"n_{counter}:{name}"][0]) for counter in ("dropped", "joined"))
        rows.append(
            CampaignRow(name, ringing, waiting, talking[i], left, dropped, answered + dropped, campaign.drop_limit)
        )
    return rows


def _parted(rows: Sequence[Any], weights: Sequence[float], most: int) -> tuple[tuple[Any, ...], Any]:
    """Return the rows with the largest weights, in their order, and the sum of the others; None if there is none."""
    if len(rows) <= most:
        return tuple(rows), None
    shown = busiest(weights, most)
    others = [row for i, row in enumerate(rows) if i not in shown]
    return tuple(rows[i] for i in shown), _summed(others)


def busiest(weights: Sequence[float], most: int) -> list[int]:
    """Return the places of the largest weights, at most `most`, in their order; of equal ones the first."""
    return sorted(sorted(range(len(weights)), key=lambda i: -weights[i])[:most])


def with_rest(rows: Sequence[Any], more: Any) -> list[Any]:
    """Return rows, and after them the sum of the others if there is one."""
    return [*rows, *([more] if more is not None else [])]


def _summed(rows: Sequence[Any]) -> Any:
    name = f"and {len(rows)} more"
    if isinstance(rows[0], QueueRow):
        longest = max(rows, key=lambda row: row.longest_s)
        return QueueRow(name, sum(row.waiting for row in rows), longest.longest_s, any(row.late for row in rows))
    if isinstance(rows[0], CampaignRow):
        return CampaignRow._make([name, *(sum(column) for column in list(zip(*rows, strict=True))[1:-1]), 0.0])
    return GroupRow(name, *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
