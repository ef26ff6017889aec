"""The page `manager.html`: one self-contained file, made from the content of `manager.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments.manager.columns import judged, shown, text, with_interval
from experiments.manager.figure import by_hour
from experiments.pipeline.evaluation import VALUE
from experiments.reports.figures.style import data_uri, styled, svg

TEMPLATES = (Path(__file__).parent, Path(__file__).parents[1] / "reports" / "templates")
ROLES = ("new", "rule")
VERDICTS = {
    "better": "is better than the best rule",
    "worse": "is worse than the best rule",
    "": "is not surely different from the best rule",
}


def page(result: Mapping[str, Any]) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    columns = result["columns"]
    return environment.get_template("manager.html.j2").render(
        scenario=result["scenario"],
        unit=result["unit"],
        days=result["days"],
        names={"bundle": result["bundle"], "rule": result["rule"], "fallback": result["fallback"]},
        verdict=_verdict(result),
        goals=[_goal(goal) for goal in result["goals"]],
        all_kept=all(goal["kept"] for goal in result["goals"]),
        heads=[shown(name) for name in columns],
        figures=_figures(result),
        figure=_figure(result),
        waits={role: result["waits"][role]["day"] for role in ROLES},
        worst=[
            {"seed": day["seed"], "pairs": [[text(name, day[role][name]) for role in ROLES] for name in columns]}
            for day in result["worst"]
        ],
        losers=[_part(part) for part in result["parts"] if judged(part["kpi"], part["difference"]) == "worse"],
        winners=sum(judged(part["kpi"], part["difference"]) == "better" for part in result["parts"]),
        n_parts=len(result["parts"]),
        situations=[_situation(each, columns) for each in result["situations"]],
        tree=_tree(result["tree"], columns),
        numbers=result["range_numbers"],
    )


def _verdict(result: Mapping[str, Any]) -> dict[str, str]:
    difference = result["differences"][VALUE]
    outcome = judged(VALUE, difference)
    kept = all(goal["kept"] for goal in result["goals"])
    end = "and keeps all goals" if kept else "and breaks a goal, so it must not replace the rule"
    value = with_interval(VALUE, difference, sign=True)
    return {
        "outcome": {"better": "won", "worse": "lost", "": "tied"}[outcome] if kept else "lost",
        "text": f"The new control {VERDICTS[outcome]}: {value} a day (1 = {result['unit']}), {end}.",
    }


def _goal(goal: Mapping[str, Any]) -> dict[str, Any]:
    if goal["goal"] == "dropped":
        name = f"Dropped connects at most {100 * goal['limit']:g} % of connects (the law's limit)"
        return {"name": name, "kept": goal["kept"]} | {role: with_interval("dropped", goal[role]) for role in ROLES}
    margin = f"{100 * goal['limit']:g}"
    name = f"Abandoned contacts not above the rule's by more than {margin} points"
    return {"name": name, "kept": goal["kept"]} | {role: with_interval("abandonment", goal[role]) for role in ROLES}


def _figures(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for name in result["columns"]:
        difference = result["differences"][name]
        cells = {role: text(name, (result["figures"][role][name] or {}).get("mean")) for role in ROLES}
        look = shown(name)
        more = with_interval(name, difference, sign=True)
        rows.append({"title": look.title, "unit": look.unit, **cells, "more": more, "tone": judged(name, difference)})
    return rows


def _figure(result: Mapping[str, Any]) -> Markup:
    with styled():
        image = svg(by_hour(result))
    alternative = "Share answered in time, longest wait and idle minutes by hour of the day, new control and rule"
    return Markup('<img src="{}" alt="{}">').format(data_uri(image), alternative)


def _tree(tree: Mapping[str, Any], columns: list[str]) -> dict[str, Any]:
    rows = []
    for name in columns:
        look, difference = shown(name), tree["differences"][name]
        rows.append(
            {"title": look.title, "unit": look.unit, "figure": text(name, (tree["figures"][name] or {}).get("mean")),
             "more": with_interval(name, difference, sign=True), "tone": judged(name, difference)}
        )  # fmt: skip
    return {
        "text": tree["text"],
        "reads": tree["reads"],
        "leaves": tree["leaves"],
        "same": 100.0 * tree["same"],
        "rows": rows,
    }


def _part(part: Mapping[str, Any]) -> dict[str, str]:
    name = part["kpi"]
    return {
        "who": f"{part['axis']} {part['name']}",
        "what": f"{shown(name).title} [{shown(name).unit}]",
        "more": with_interval(name, part["difference"], sign=True),
        **{role: text(name, (part[role] or {}).get("mean")) for role in ROLES},
    }


def _situation(situation: Mapping[str, Any], columns: list[str]) -> dict[str, Any]:
    difference = situation["difference"]
    return {
        "name": situation["name"],
        "meaning": situation["meaning"],
        "pairs": [[text(name, (situation[role][name] or {}).get("mean")) for role in ROLES] for name in columns],
        "more": with_interval(VALUE, difference, sign=True),
        "tone": judged(VALUE, difference),
    }
