"""Pictures of the site, drawn from the committed results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import ccenv
from ccenv.description import pictures as of_description
from experiments.reports.figures.style import BEST_RULE, LEARNED, OTHER, WIDTH, hours, styled, svg
from experiments.site.centre_results import Results

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8A8A8A")
MOST_TICKS = 7
NAMED = 8  # queues with a colour of their own; more are drawn as one sum
TEXT: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
}  # text stays text: files are small, and words are found


def pictures(results: Results) -> dict[str, bytes]:
    """Return, by name, SVGs of each centre that has slots: a mean day, the load, and the load of each group."""
    found = {}
    for name, centre in results.centres.items():
        if centre["day"] is not None:
            found[name] = drawn(centre["day"])
        facts = ccenv.describe(name).as_dict()
        if facts["queues"] and len(facts["slots"]) > 1:
            found[f"{name}-load"] = of_description.load(facts).encode()
            found[f"{name}-busy"] = of_description.busy(facts).encode()
    return found


def drawn(series: Mapping[str, Any]) -> bytes:
    """Return the picture of a mean day as SVG."""
    with styled(), matplotlib.rc_context(TEXT):
        return svg(day(series))


def day(series: Mapping[str, Any]) -> Figure:
    """Draw a mean day: contacts offered, advisors, waiting and, with campaigns, dialing."""
    inbound, outbound = [_offered, _advisors, _waiting], [_advisors, _dialing]
    panels = ([*inbound, _dialing] if "attempts" in series else inbound) if series["offered"] else outbound
    rows = (len(panels) + 1) // 2
    figure = Figure(figsize=(WIDTH, 2.1 * rows))
    axes = list(figure.subplots(rows, 2, sharex=True, squeeze=False).flat)
    start = np.array(series["start_s"], float)
    edges = np.append(start, start[-1] + series["slot_s"]) / 3600
    for panel, draw in zip(axes, panels, strict=False):
        draw(panel, edges, series)
        panel.set_ylim(bottom=0.0)
        hours(panel, start[0], start[-1] + series["slot_s"])
        ticks = panel.get_xticks()
        if len(ticks) > MOST_TICKS:
            panel.set_xticks(ticks[::2], [label.get_text() for label in panel.get_xticklabels()[::2]])
    for panel in axes[len(panels) :]:
        panel.set_axis_off()
    for panel in axes[-2:]:
        panel.set_xlabel("time of day")
    return figure


def _offered(panel: Axes, edges: np.ndarray, series: Mapping[str, Any]) -> None:
    offered = {name: values for name, values in series["offered"].items() if any(values)}  # deferrable work is not
    if len(offered) > NAMED:
        offered = {f"all {len(offered)} queues": np.sum(list(offered.values()), axis=0)}
    below = np.zeros(len(edges) - 1)
    for colour, (name, values) in zip(COLOURS, offered.items(), strict=False):
        top = below + np.array(values)
        panel.stairs(top, edges, baseline=below, fill=True, color=colour, alpha=0.85, label=name)
        below = top
    panel.set_title("Contacts offered")
    panel.set_ylabel("per hour")
    if offered:
        panel.legend(fontsize=7, ncols=2, loc="upper right")
    panel.set_ylim(top=1.35 * max(below.max(), 1e-9))


def _advisors(panel: Axes, edges: np.ndarray, series: Mapping[str, Any]) -> None:
    panel.stairs(series["staffed"], edges, color=OTHER, linewidth=1.4, label="on duty")
    panel.stairs(series["working"], edges, fill=True, color=BEST_RULE, alpha=0.5, label="in talk or wrap-up")
    panel.set_title("Advisors")
    panel.set_ylabel("mean number")
    panel.set_ylim(top=1.3 * max(series["staffed"]))
    panel.legend(fontsize=7, ncols=2, loc="upper right")


def _waiting(panel: Axes, edges: np.ndarray, series: Mapping[str, Any]) -> None:
    middle = (edges[:-1] + edges[1:]) / 2
    panel.plot(middle, np.array(series["mean_wait_s"], float), color=BEST_RULE)
    panel.set_title("Mean wait (blue), abandoned (orange)")
    panel.set_ylabel("s", color=BEST_RULE)
    _share(panel, middle, series["abandonment"], "% of offered")


def _share(panel: Axes, middle: np.ndarray, share: Any, label: str) -> None:
    twin = panel.twinx()
    twin.plot(middle, 100.0 * np.array(share, float), color=LEARNED)
    twin.set_ylim(bottom=0.0)
    twin.set_ylabel(label, color=LEARNED)
    twin.grid(False)
    twin.spines["right"].set_visible(True)


def _dialing(panel: Axes, edges: np.ndarray, series: Mapping[str, Any]) -> None:
    panel.stairs(series["attempts"], edges, fill=True, color="#009E73", alpha=0.4, label="dialed")
    panel.stairs(series["joined"], edges, fill=True, color=BEST_RULE, alpha=0.7, label="joined")
    panel.stairs(series["dropped"], edges, fill=True, color=LEARNED, label="dropped")
    panel.set_title("Dialing")
    panel.set_ylabel("per hour")
    panel.set_ylim(top=1.3 * max(max(series["attempts"]), 1e-9))
    panel.legend(fontsize=7, ncols=3, loc="upper right")
