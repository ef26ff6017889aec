"""The page and the drawing of the comparison within the same limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccenv.files.writing import write_atomic
from ccenv.kpis.numbers import as_text
from experiments.frontier.measure import POLICY, RULES
from experiments.jobs.markdown import NOTHING, estimate, table, text
from experiments.reports.figures.style import BEST_RULE, LEARNED, WIDTH, styled, svg

NONE = "none keeps both"


def page(centres: Sequence[Mapping[str, Any]]) -> str:
    """Return the page in Markdown, made from the result file."""
    parts = [
        "# Rules and policies within the same limits of abandonment and drops",
        text(
            "Written by `python -m experiments.frontier`; do not edit. The reward of a centre sets a price on a lost "
            "contact. A manager asks in another way: as many goals of the campaigns as possible, with abandonment of "
            "at most A and drops within the limit. The price is the multiplier of this constraint.",
            "For each price, rules are tuned (rung P2, from the frozen opponent as well) for twice the CPU time of a "
            "policy, which is searched from them and chosen on validation days. Then, before each day, one of the "
            "tuned rules is drawn at random, and one of the policies. The probabilities are those that gain most on "
            "other validation days with abandonment at most A and drops within the limit. All figures are from "
            "evaluation days.",
        ),
        "![Gain against abandonment, rules and policies](frontier.svg)",
    ]
    for each in centres:
        parts += _section(each)
    return "\n\n".join(parts) + "\n"


def _section(centre: Mapping[str, Any]) -> list[str]:
    effort, n = centre["effort"], centre["replicates"]
    limit = "no limit" if centre["limit"] is None else f"a limit of {100 * centre['limit']:g} %"
    return [
        f"## `{centre['centre']}`",
        text(
            f"{_verdict(centre['levels'], n)} Gain: {centre['gain']} a day. Dropped share: {limit}. {n} "
            f"replicate{'s' if n != 1 else ''} of each price, {effort['cpu_s']:g} CPU seconds of a search, "
            f"{effort['validation_days']} validation days of the choice and as many others of the probabilities, "
            f"{effort['evaluation_days']} evaluation days; {centre['cpu_s']:.0f} CPU seconds together. Made with "
            f"`{centre['command']}`."
        ),
        _levels(centre["levels"]),
        text(
            "A: largest abandonment allowed: that of the rules tuned under one price, on validation days. More: paired "
            "difference of the policies to the rules with its 95 % interval. Rules kept, in the table of prices: "
            "replicates in which no policy is better than the rules of its start."
        ),
        _prices(centre["prices"]),
    ]


def _verdict(levels: Sequence[Mapping[str, Any]], replicates: int) -> str:
    known = {_percent(each["abandonment"]): each["over"]["gain"] for each in levels if each["over"]}
    ahead = sum(each["low"] is not None and each["low"] > 0.0 for each in known.values())
    behind = sum(each["high"] is not None and each["high"] < 0.0 for each in known.values())
    over = "days" if replicates == 1 else "replicates and days"
    return (
        f"At {ahead} of {len(known)} different levels of abandonment the policies gain more than the rules by an "
        f"interval above 0, at {behind} less by one below 0; intervals are over {over}, one level at a time."
    )


def _figures(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return [NONE, NOTHING, NOTHING]
    return [as_text(found["gain"]), _percent(found["abandonment"]), _percent(found["dropped_share"])]


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{100 * share:.2f}"


def _levels(levels: Sequence[Mapping[str, Any]]) -> str:
    head = [
        "A, %", "rules: gain", "abandoned, %", "dropped, %", "policies: gain", "abandoned, %", "dropped, %",
        "more gain", "more abandoned, points",
    ]  # fmt: skip
    rows = []
    for each in levels:
        over = each["over"] or {"gain": None, "abandonment": None}
        more = [estimate(over["gain"], sign=True), estimate(over["abandonment"], scale=100.0, sign=True)]
        rows.append([_percent(each["abandonment"]), *_figures(each[RULES]), *_figures(each[POLICY]), *more])
    return table(head, rows)


def _prices(prices: Sequence[Mapping[str, Any]]) -> str:
    head = [
        "price", "rules", "gain", "abandoned, %", "dropped, %", "policy: gain", "abandoned, %", "dropped, %",
        "rules kept",
    ]  # fmt: skip
    rows = [
        [as_text(each["price"]), ", ".join(f"`{rule}`" for rule in each["labels"]), *_figures(each[RULES]),
         *_figures(each[POLICY]), str(each["rules_chosen"])]
        for each in prices
    ]  # fmt: skip
    return table(head, rows)


def drawing(centres: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw gain against abandonment, one panel for each centre, and write it as SVG."""
    with styled():
        figure = Figure(figsize=(WIDTH, 3.4 * len(centres)))
        panels = figure.subplots(len(centres), 1, squeeze=False)[:, 0]
        for axes, centre in zip(panels, centres, strict=True):
            _panel(axes, centre)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        write_atomic(path, svg(figure))


def _panel(axes: Axes, centre: Mapping[str, Any]) -> None:
    for who, colour, marker in ((RULES, BEST_RULE, "D"), (POLICY, LEARNED, "o")):
        points = [each[who] for each in centre["prices"]]
        axes.plot(*_points(points), color=colour, linestyle="", marker=marker, markersize=4, alpha=0.45,
                  label=f"{who}, by price")  # fmt: skip
        known = sorted((each[who] for each in centre["levels"] if each[who]), key=lambda each: each["abandonment"])
        axes.plot(*_points(known), color=colour, label=f"best mixture of {'policies' if who == POLICY else who}")
    axes.set_title(centre["centre"])
    axes.set_xlabel("Abandoned [% of offered]")
    axes.set_ylabel(f"{centre['gain'].capitalize()}\n[a day]")


def _points(found: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float]]:
    return [100.0 * each["abandonment"] for each in found], [each["gain"] for each in found]
