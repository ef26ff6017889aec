"""Page of the room above the rules, made from its result file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.kpis.numbers import as_text
from experiments.jobs.markdown import NOTHING, estimate, table, text
from experiments.room.bounds import ESTIMATE, EXACT, KINDS
from experiments.room.contest import P0


def page(result: Mapping[str, Any]) -> str:
    """Return the page of a result of `python -m experiments.room`."""
    kinds = "\n".join(f"- *{kind}*: {meaning}." for kind, meaning in KINDS.items())
    intro = text(
        "Written by `python -m experiments.room`; do not edit.",
        """Beside each centre: what its own rules, the opponent (the tuned rules to beat) and the best planner earn, and
        what no policy can exceed. So a gain of some percent can be read against what is left. All figures are mean
        undiscounted rewards of an episode under the centre's own reward, on evaluation days, with 95 % intervals over
        the days. The bound is of one of these kinds:""",
    )
    about_left = text(
        """Left: the distance from the best figure of the row to the bound, and what that is in percent of the distance
        from the own rules to it, which is the most room that the centre can have. A planner counts only if the interval
        of its gain lies above 0. The tuned rule is the opponent that validation days chose. The planner shown is the
        one with the larger gain on the days shown. A bound is no promise: a fluid bound knows no chance within a slot,
        so where chance makes contacts wait, most of what is left below it cannot be won. An exact optimum holds in
        steady state; a finite episode may pass it by the value of a few contacts."""
    )
    planners = text(
        f"""A planner has more than a rule: copies of the present centre with futures drawn anew (simulator), the events
        of the last minutes (record), or the forecast. Planners are ranked apart from rules. Behind each stand the
        centre's own rules, and the gain is the paired difference to these on the same days. A planner begins no further
        days after {result["planner_cpu_s"]:g} s of CPU time; the column days says how many it had. Time is CPU time for
        each decision at which it planned. A star marks episodes of one day in place of many."""
    )
    parts = ["# Room above the rules", intro, kinds, about_left, _overview(result)]
    parts += [*_hidden(result), "## Planners", planners]
    parts += [_planners(result), "## Assumptions of the estimates", "\n".join(_assumptions(result))]
    return "\n\n".join(parts) + "\n"


def _hidden(result: Mapping[str, Any]) -> list[str]:
    if not result["hidden"]:
        return []
    about = text(
        """The optimum of a policy that does not see the mode of the load, but knows its rates and keeps the exact
        probability of each mode, its belief. It lies between two bounds: a policy on a grid of beliefs, evaluated
        exactly, and the optimum of that grid (`ccenv.theory.models.HiddenBlending`). Beside it stand, both exact, the
        best number of advisors kept idle that is the same in both modes, and the optimum of a policy that sees the
        mode. All are mean rewards of an episode in steady state. Won: the part of the distance between these two that
        the hidden optimum has, from the middle of its bounds."""
    )
    head = ["centre", "same reserve in both modes", "hidden optimum: bounds", "apart", "beliefs", "seen optimum", "won"]
    rows = []
    for row in result["hidden"]:
        middle = 0.5 * (row["low"] + row["high"])
        apart = (row["high"] - row["low"]) / max(abs(middle), 1e-12)
        won = (middle - row["fixed"]) / max(row["seen"] - row["fixed"], 1e-12)
        rows.append(
            [row["centre"], f"{row['fixed']:.5g} (reserve {row['reserve']})", f"{row['low']:.5g} to {row['high']:.5g}",
             f"{100 * apart:.2f} %", f"{row['points']}", f"{row['seen']:.5g}", f"{100 * won:.0f} %"]
        )  # fmt: skip
    return ["## With the mode hidden", about, table(head, rows)]


def best_planner(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the planner with the largest mean gain among those with whole episodes; None if there is none."""
    whole = [each for each in row["planners"] if each.get("episode_days") == row["episode_days"]]
    return max(whole, key=lambda each: each["gain"]["mean"], default=None)


def opponent(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the highest rung tuned, which was chosen on validation days among the others too; None if none is."""
    return next((each for each in reversed(row["rules"]) if each["rung"] != P0), None)


def best_figure(row: Mapping[str, Any]) -> float:
    """Return the best figure: of the own rules, of the opponent, or of the own rules plus a sure gain of a planner."""
    own = next(each["mean"] for each in row["rules"] if each["rung"] == P0)
    tuned, planner = opponent(row), best_planner(row)
    found = [own] if tuned is None else [own, tuned["mean"]]
    if planner is not None and (planner["gain"]["low"] or 0.0) > 0.0:
        found.append(own + planner["gain"]["mean"])
    return max(found)


def left(row: Mapping[str, Any]) -> float:
    """Return the distance from the best figure to the bound, as a share of that from the own rules to the bound."""
    own = next(each["mean"] for each in row["rules"] if each["rung"] == P0)
    return (row["bound"]["value"] - best_figure(row)) / max(row["bound"]["value"] - own, 1e-12)


def _left(row: Mapping[str, Any]) -> str:
    return f"{as_text(row['bound']['value'] - best_figure(row))}, {100 * left(row):.0f} %"


def _overview(result: Mapping[str, Any]) -> str:
    head = ["centre", "unit of the reward", "own rules (P0)", "opponent", "best planner: gain", "bound", "kind"]
    rows = []
    for row in result["centres"]:
        own = next(each for each in row["rules"] if each["rung"] == P0)
        best = opponent(row)
        planner = best_planner(row)
        rows.append(
            [
                row["centre"],
                row["unit"],
                estimate(own),
                NOTHING if best is None else f"{best['rung']}: {estimate(best)}",
                NOTHING if planner is None else f"{planner['name']}: {_gain(planner)}",
                _bound(row["bound"]),
                row["bound"]["kind"],
                _left(row),
            ]
        )
    return table([*head, "left"], rows)


def _gain(planner: Mapping[str, Any]) -> str:
    """Return the gain of a planner with its interval; without ends all days are equal, and it says so."""
    gain = planner["gain"]
    return estimate({**gain, "bound": gain["low"] is None and planner["days"] > 1}, sign=True)


def _planners(result: Mapping[str, Any]) -> str:
    head = ["centre", "planner", "needs", "numbers", "days", "gain", "ms a decision", "planned", "changed"]
    rows = []
    for row in result["centres"]:
        for each in row["planners"]:
            if "skipped" in each:
                rows.append([row["centre"], each["name"], each["skipped"], *[NOTHING] * 6])
                continue
            star = "" if each["episode_days"] == row["episode_days"] else "\\*"
            numbers = ", ".join(f"{name} {value:g}" for name, value in each["settings"].items())
            share = f"{each['planned'] / max(1, each['asked']):.0%} of {each['asked']:,}"
            changed = f"{each['changed'] / max(1, each['planned']):.0%}"
            rows.append(
                [row["centre"], each["name"], ", ".join(each["needs"]), numbers, f"{each['days']}{star}",
                 _gain(each), f"{each['ms']:.2f}", share, changed]
            )  # fmt: skip
    return table(head, rows)


def _assumptions(result: Mapping[str, Any]) -> list[str]:
    return [
        f"- {row['centre']}: {'; '.join(row['bound']['assumed'])}."
        for row in result["centres"]
        if row["bound"]["kind"] == ESTIMATE
    ]


def _bound(bound: Mapping[str, Any]) -> str:
    if bound["kind"] == EXACT or bound["high"] - bound["low"] < 1e-6 * max(1.0, abs(bound["value"])):
        return f"{bound['value']:.5g}"
    return f"{bound['value']:.5g} ± {0.5 * (bound['high'] - bound['low']):.2g}"
