"""A day of a centre, by slot: arrivals, queues, occupancy, lines and dropped connects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from ccenv.comparison import Comparison, Row, compare
from ccenv.files.errors import shown
from ccenv.kpis import KPIS
from ccenv.kpis.kpi import add_up
from ccenv.plot.style import (
    GREY,
    common_legend,
    hours,
    in_legend,
    labelled,
    look,
    panel,
    panels,
    policy_band,
    styling,
    times,
)
from ccenv.scenarios import Scenario, load_scenario

MANY = 3  # curves of a panel without room for their legend
RARE = 0.1  # least denominator of a ratio that is drawn, as a share of the busiest slot's


class Panel(NamedTuple):
    """A panel of the day.

    Attributes:
        title: Its title.
        column: Column of the KPI table.
        unit: Unit of the vertical axis.
        of: Attribute of the scenario with the entities that have a curve each.
        rate: How a figure becomes what is drawn: `hour` and `second` divide a sum by the length of the slot in hours or
            seconds; `percent` multiplies a share by 100.
    """

    title: str
    column: str
    unit: str
    of: str
    rate: str


PANELS = {
    "arrivals": Panel("Contacts offered to the queues", "n_offered", "contacts per hour", "queues", "hour"),
    "queues": Panel("Contacts waiting on a line", "waiting_s", "mean number of contacts", "queues", "second"),
    "occupancy": Panel("Occupancy of the advisors", "occupancy", "% of the time ready", "groups", "percent"),
    "lines": Panel("Outbound lines in use", "line_s", "mean number of lines", "campaigns", "second"),
    "drops": Panel("Dropped connects", "dropped_share_run_total", "% of connects", "campaigns", "percent"),
}


def day(
    scenario: Scenario | str | Mapping[str, Any],
    policies: Any = None,
    what: str | None = None,
    *,
    seeds: Iterable[int] = range(16),
    ax: Axes | None = None,
) -> Any:
    """Draw the first day of a centre by slot: means over seeds with 95 % intervals.

    One policy has a curve for each queue, group or campaign; several have one each, over all of them. The last slot
    holds what is counted after closing. Time of outbound lines is counted when ringing or talk has ended. A ratio is
    left out of slots in which its denominator is less than 10 % of that of its busiest slot.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts. Its clock is not `steady`.
        policies: A mapping of policies by name, as `ccenv.compare` takes it; or one policy that is no mapping; None:
            the scenario's rules.
        what: A key of `PANELS`: `arrivals`, `queues`, `occupancy`, `lines` or `drops`; None: all that the scenario
            has, each in a panel of its own.
        seeds: Seeds of the days.
        ax: Axes for one of them; None: a new figure.

    Returns:
        The axes; without `what` an array of them.

    Raises:
        ValueError: If an argument is not allowed.

    Example:
        ```
        ccenv.plot.day("tiny")
        ccenv.plot.day("tiny", {"lwt": ("lwt", None), "fifo": ("fifo", None)}, "queues")
        ```
    """
    centre = load_scenario(scenario)
    if centre.centre.clock.kind == "steady":
        raise ValueError(f"scenario = {centre.name}: its clock is steady and has no day; allowed: day, continuous")
    has = [key for key, each in PANELS.items() if getattr(centre, each.of)]
    if what is not None and what not in has:
        raise ValueError(f"what = {shown(what)}; allowed for {centre.name}: {', '.join(has)}, or None for all")
    if what is None and ax is not None:
        raise ValueError("ax: axes for one panel; allowed: with `what`, or None for all panels")
    entrants = policies if isinstance(policies, Mapping) else {"": policies}
    chosen = has if what is None else [what]
    columns = [column for key in chosen for column in _columns(centre, PANELS[key], len(entrants))]
    compared = compare(centre, entrants, seeds=seeds, by="interval", kpis=columns, days=1)
    with styling(ax):
        if what is not None:
            return _draw(panel(ax, 2.6), centre, PANELS[what], compared)
        grid = panels(len(has), 1.9, min(2, len(has)))
        for axes, key in zip(grid, has, strict=True):
            _draw(axes, centre, PANELS[key], compared, alone=False)
        if len(entrants) > 1:
            common_legend(grid[0])
    return np.array(grid)


def _rare(compared: Comparison, rows: list[Row]) -> np.ndarray:
    """Return for each slot whether a ratio counts too little there to be drawn; never, if it is no ratio."""
    labels = KPIS[rows[0].kpi].denominator if rows[0].kpi in KPIS else ()
    table = compared.tables[rows[0].policy].interval
    if not labels or table is None:
        return np.zeros(len(rows), np.bool_)
    suffix = f":{rows[0].entity}" if rows[0].entity else ""
    counted = add_up(labels, {name: table[name] for name in table.dtype.names or ()}, suffix).sum(axis=0)
    return np.asarray(counted < RARE * counted.max())


def _columns(centre: Scenario, drawn: Panel, n_policies: int) -> list[str]:
    if n_policies > 1:
        return [drawn.column]
    return [f"{drawn.column}:{name}" for name in getattr(centre, drawn.of)]


def _draw(axes: Axes, centre: Scenario, drawn: Panel, compared: Comparison, *, alone: bool = True) -> Axes:
    slot_s = centre.centre.clock.slot_s
    factor = {"hour": 3_600.0 / slot_s, "second": 1.0 / slot_s, "percent": 100.0}[drawn.rate]
    by_policy = len(compared.policies) > 1
    curves: dict[str, list[Row]] = {}
    for row in compared.rows:
        if row.kpi == drawn.column:
            curves.setdefault(row.policy if by_policy else row.entity, []).append(row)
    for place, (name, rows) in enumerate(curves.items()):
        starts = np.array([row.start_s for row in rows])
        rare = _rare(compared, rows)
        figures = [times(row.value, np.nan if left_out else factor) for row, left_out in zip(rows, rare, strict=True)]
        policy_band(axes, (starts + slot_s / 2) / 3_600, figures, look(place), name)
    if drawn.column.startswith("dropped_share"):
        for limit in sorted({campaign.drop_limit for campaign in centre.centre.campaigns.values()}):
            axes.axhline(100.0 * limit, color=GREY, linestyle=":", linewidth=1.2, label=f"limit {100.0 * limit:g} %")
    hours(axes, starts[0], starts[-1] + slot_s)
    crowded = len(curves) > MANY and not by_policy
    axes.set_ylim(0.0, axes.get_ylim()[1] * (1.3 if crowded else 1.0))
    axes.set_title(drawn.title)
    axes.set_ylabel(drawn.unit)
    axes.set_xlabel(labelled("time of day", "h:min"))
    if not by_policy and len(curves) == 1:
        axes.set_title(f"{drawn.title}: {next(iter(curves))}")
    handles, labels = axes.get_legend_handles_labels()
    policies = [in_legend(policy) for policy in compared.policies]
    shown_here = [k for k, label in enumerate(labels) if alone or label not in policies]
    if len(labels) > 1 and shown_here:
        axes.legend(
            [handles[k] for k in shown_here],
            [labels[k] for k in shown_here],
            loc="best",
            fontsize=7,
            ncols=2 if crowded else 1,
        )
    return axes
