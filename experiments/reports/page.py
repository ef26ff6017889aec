"""Page of a benchmark: one self-contained HTML file, made from the result files; it needs no network."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from experiments.reports.captions import Caption, captions
from experiments.reports.figures.curve import learning_curve
from experiments.reports.figures.day import day
from experiments.reports.figures.differences import differences
from experiments.reports.figures.policy_map import policy_map
from experiments.reports.figures.style import data_uri, styled, svg
from experiments.reports.figures.tradeoff import tradeoff
from experiments.reports.page_tables import cards, columns_shown, groups, headings, routing_rows, term_rows, tuning_rows
from experiments.study.evaluation import VALUE
from experiments.study.verdict import verdict

TEMPLATES = Path(__file__).parent / "templates"
VALUE_UNIT = "value per day"


@dataclasses.dataclass(frozen=True)
class Results:
    """Contents of the result files of a benchmark.

    Attributes:
        tuning: Result of `tuned`, with `text`: a paragraph about the tuning.
        choice: Result of `choose`, with `wall_s` of each point and `warm_start`: the rule from which the training
            started.
        comparison: Result of `compare`.
        watch: Result of `watched`.
        provenance: `scenario`, `commands`, `seeds`, `timings`, `versions`, ...
        settings: All settings.
    """

    tuning: dict[str, Any]
    choice: dict[str, Any]
    comparison: dict[str, Any]
    watch: dict[str, Any]
    provenance: dict[str, Any]
    settings: dict[str, Any]


def render(results: Results, images: Mapping[str, bytes]) -> str:
    """Return the page with the given figures (SVG by name)."""
    comparison, scenario = results.comparison, results.provenance["scenario"]
    labels = {row["role"]: row["label"] for row in comparison["rows"] if row["role"] != "other"}
    days = {"validation": results.choice["days"], "watched": results.watch["days"]}
    texts = captions(list(images), comparison, days, scenario["reward"], labels["best_rule"])
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["figure"] = lambda name: _figure(images[name], texts[name])
    return environment.get_template("benchmark.html.j2").render(
        title=f"Routing and pacing at {scenario['name']}: rules and a learned policy on the same days",
        scenario=scenario,
        verdict=verdict(comparison, results.choice),
        labels=labels,
        cards=cards(comparison),
        columns=headings(comparison),
        groups=groups(comparison),
        captions=texts,
        figures=list(images),
        terms=term_rows(comparison["terms"]),
        tuning_text=results.tuning["text"],
        tuning=tuning_rows(results.tuning),
        routing=routing_rows(results.watch["looks"]),
        commands=results.provenance["commands"],
        facts=_facts(results),
        settings=json.dumps(results.settings, indent=2),
        definitions=[(column.title, *column.definition) for column in columns_shown(comparison)],
    )


def drawings(results: Results) -> dict[str, bytes]:
    """Return all figures as SVG by name, in the order of the page; figures of dialing need a campaign."""
    rows, looks, slots = results.comparison["rows"], results.watch["looks"], results.watch["slots"]
    dials = results.comparison["limit"] is not None
    reference = f"{results.choice['warm_start']}, the rule it started from"
    with styled():
        figures: dict[str, Figure] = {}
        figures["differences"] = differences(
            [row | {"difference": row["differences"].get(VALUE)} for row in rows], VALUE_UNIT
        )
        if dials:
            figures["tradeoff"] = tradeoff(rows)
        figures["curve"] = learning_curve(
            results.choice["points"], unit=VALUE_UNIT, reference=reference, limit=results.comparison["limit"]
        )
        figures["day"] = day(slots, looks)
        if dials:
            figures["policy_map"] = policy_map(looks, slots)
        return {name: svg(figure) for name, figure in figures.items()}


def _figure(image: bytes, caption: Caption) -> Markup:
    text = Markup('<figure><img src="{}" alt="{}"><figcaption><b>{}.</b> {}</figcaption></figure>')
    return text.format(data_uri(image), caption.alternative, caption.number, caption.text)


def _facts(results: Results) -> list[tuple[str, str]]:
    made = results.provenance
    timings = ", ".join(f"{name} {seconds:,.0f} s" for name, seconds in made["timings"].items())
    return [
        *made["seeds"].items(),
        ("Scenario", f"{made['scenario']['name']}, content {made['scenario']['digest'][:16]}"),
        ("Settings and sources", f"{made['digest']}, commit {made['commit']}"),
        ("Software", ", ".join(f"{name} {version}" for name, version in made["versions"].items())),
        ("Machine", made["machine"]),
        ("Time of the stages", f"{timings}; {sum(made['timings'].values()) / 60:.1f} min in all"),
    ]
