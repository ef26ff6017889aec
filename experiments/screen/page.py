"""The page of the screen: every variant that was run, the losers too, with amplitude and price beside each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.jobs.markdown import NOTHING, estimate, table, text
from experiments.screen.declared import Parameter, Variant
from experiments.screen.judge import CRITERIA, judged, kind_of, room_of, scale_of, shares_of
from experiments.screen.variants import VARIANTS

WORDS = {True: "yes", False: "no", None: "not tried"}
BY_NAME = {variant.name: variant for variant in VARIANTS}


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the page in Markdown, made from results of variants, in the order of the declaration."""
    parts = [
        "# Screen of centres",
        text(_about(), _criteria(), _summary(results)),
        *(_measured(results) if results else []),
        "## Parameters",
        text(
            "All declared variants with the levels of their parameters; all other keys are those of the centre. Half "
            "of each range is tried, around the level, where a variant meets the other criteria."
        ),
        _variants(results),
        _parameters(),
    ]
    return "\n\n".join(parts) + "\n"


def _measured(results: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "## Room above the tuned rules",
        _rooms(results),
        text(
            "Lead: paired difference to P2 on the evaluation days with its 95 % interval. Of the score: that lead in "
            "the lead of the best policy known over P0, the best of the rules as shipped. Halves: the routing, or the "
            "pacing, of the searched policy beside the other half of P2; share of the lead that is left. Amplitude: "
            "coefficient of variation of the hidden factor of the arrival rates. Price: cost of a lost contact, mean "
            "over queues, in the dearest goal of the centre's campaigns, or in units of the reward without campaigns."
        ),
        "## Figures",
        _figures(results),
        "## Rules",
        _rules(results),
    ]


def _about() -> str:
    return (
        "Written by `python -m experiments.screen`; do not edit. Each variant is a centre of the library with other "
        "values of a few parameters. On each, rules are tuned as P1 (one named rule a half) and as P2 (with one "
        "state-dependent term more), and a policy S is searched: CMA-ES over index policies, from P2, on training "
        "days, chosen on validation days among its own stages and P2. All three have the same CPU time, once, so a "
        "row is a hint where to look and no verdict."
    )


def _criteria() -> str:
    return (
        "A flagship is accepted where (a) S is ahead of P2 by at least 5 % of the score within the limit of dropped "
        "connects, (b) its routing half and its pacing half alone keep 20 to 80 % of the gain each, (c) every "
        "parameter has a source, a fit or a stated range, and S is surely ahead at both ends of half of each "
        "range, and (d) S is surely ahead of P2, so one term more does not win it."
    )


def _summary(results: Sequence[Mapping[str, Any]]) -> str:
    if not results:
        return f"None of the {len(VARIANTS)} declared variants has been run."
    kinds = [kind_of(_criteria_of(each), each) for each in results]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    effort = results[0]["effort"]
    spent = sum(each["cpu_s"] + sum(end["cpu_s"] for end in each["ends"]) for each in results)
    missing = [variant.name for variant in VARIANTS if variant.name not in {each["variant"] for each in results}]
    not_run = f" Not run: {', '.join(f'`{name}`' for name in missing)}." if missing else ""
    return (
        f"Run: {len(results)} of {len(VARIANTS)} declared variants ({counts}). {effort['cpu_s']:g} CPU seconds a rung, "
        f"{effort['validation_days']} validation days, {effort['evaluation_days']} evaluation days; {spent:.0f} CPU "
        f"seconds together.{not_run}"
    )


def _criteria_of(figures: Mapping[str, Any]) -> dict[str, bool | None]:
    return judged(BY_NAME[figures["variant"]], figures, figures["ends"])


def _beside(figures: Mapping[str, Any]) -> list[str]:
    return [f"`{figures['variant']}`", f"{figures['amplitude']:.2f}", f"{figures['price']:.3g}"]


def _rooms(results: Sequence[Mapping[str, Any]]) -> str:
    head = ["variant", "amplitude", "price", "blended", "lead over P2", "of the score, %", "routing half, %",
            "pacing half, %", *(f"({letter})" for letter in CRITERIA), "shows"]  # fmt: skip
    rows = []
    for each in results:
        shares, criteria = shares_of(each), _criteria_of(each)
        halves = [f"{100 * shares[half]:.0f}" if half in shares else NOTHING for half in ("routing", "pacing")]
        lead = "P2 itself" if each["search"]["rules_chosen"] else estimate(each["over_p2"], sign=True)
        rows.append(
            [*_beside(each), f"{each['blended']:g}", lead, f"{100 * room_of(each):+.1f}", *halves,
             *(WORDS[criteria[letter]] for letter in CRITERIA), kind_of(criteria, each)]
        )  # fmt: skip
    return table(head, rows)


def _figures(results: Sequence[Mapping[str, Any]]) -> str:
    head = ["variant", "amplitude", "price", "P0", "P1", "P2", "S", "lead over P1", "score", "dropped, % (P2, S)",
            "abandoned, % (P2, S)", "limit, %", "generations", "CPU s"]  # fmt: skip
    rows = []
    for each in results:
        rungs = each["rungs"]
        pairs = [
            ", ".join(NOTHING if rungs[rung][key] is None else f"{100 * rungs[rung][key]:.2f}" for rung in ("P2", "S"))
            for key in ("dropped_share", "abandonment")
        ]
        limit = NOTHING if each["limit"] is None else f"{100 * each['limit']:g}"
        rows.append(
            [*_beside(each), *(f"{rungs[rung]['value']:.5g}" for rung in ("P0", "P1", "P2", "S")),
             estimate(each["over_p1"], sign=True), f"{scale_of(each):.4g}", *pairs, limit,
             str(each["search"]["generations"]), f"{each['cpu_s']:.0f}"]
        )  # fmt: skip
    return table(head, rows)


def _rules(results: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [*_beside(each), f"`{each['rungs']['P1']['label']}`", f"`{each['rungs']['P2']['label']}`", each["unit"]]
        for each in results
    ]
    return table(["variant", "amplitude", "price", "P1", "P2", "unit of the reward"], rows)


def _variants(results: Sequence[Mapping[str, Any]]) -> str:
    run = {each["variant"] for each in results}
    rows = [
        [f"`{each.name}`", each.theme, f"`{each.base}`", _levels(each) or NOTHING, "yes" if each.name in run else "no"]
        for each in VARIANTS
    ]
    return table(["variant", "theme", "centre", "parameters", "run"], rows)


def _levels(variant: Variant) -> str:
    found = []
    for parameter, level in variant.levels:
        found.append(parameter.name if parameter.range is None else f"{parameter.name}: {level:.4g}")
    return "; ".join(found)


def _parameters() -> str:
    found: dict[str, Parameter] = {p.name: p for variant in VARIANTS for p, _ in variant.levels}
    rows = [
        [p.name, p.evidence, NOTHING if p.range is None else f"{p.range[0]:g} to {p.range[1]:g}", p.text]
        for p in found.values()
    ]
    return table(["parameter", "evidence", "range", "source, fit, or why this range"], rows)
