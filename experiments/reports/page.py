"""Page of a benchmark: one self-contained HTML file, made from the result files; it needs no network."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from experiments.pipeline.evaluation import VALUE
from experiments.pipeline.verdict import article, compared
from experiments.reports.ablations import ablations
from experiments.reports.captions import Caption, captions
from experiments.reports.figures import curve, day, differences, policy_map, tradeoff, validation
from experiments.reports.figures.style import Drawing, data_uri, styled
from experiments.reports.page_tables import cards, columns_shown, groups, headings, routing_rows, term_rows, tuning_rows
from experiments.reports.rows import merged

TEMPLATES = Path(__file__).parent / "templates"


@dataclasses.dataclass(frozen=True)
class Results:
    """Contents of the result files of a benchmark.

    Attributes:
        contract: What the page shows of the learners beside the opponents (see `experiments.showcase.shown`).
        tuning: Result of `tuned`, with `text`: a paragraph about the tuning.
        choice: Result of `choose`, with `wall_s` of each point and `warm_start`: the rule from which the training
            started.
        comparison: Result of `compare`.
        watch: Result of `watched`.
        provenance: `scenario`, `commands`, `seeds`, `versions`, `timings` (`seconds` and `cpu_s` by stage), ...
        settings: All settings.
        validation: Rows of `validation.csv` of the training; the figure needs two.
    """

    contract: dict[str, Any]
    tuning: dict[str, Any]
    choice: dict[str, Any]
    comparison: dict[str, Any]
    watch: dict[str, Any]
    provenance: dict[str, Any]
    settings: dict[str, Any]
    validation: list[dict[str, float]] = dataclasses.field(default_factory=list)


def render(results: Results, images: Mapping[str, Drawing]) -> str:
    """Return the page with the given figures by name."""
    comparison, scenario = results.comparison, results.provenance["scenario"]
    labels = {row["role"]: row["label"] for row in comparison["rows"] if row["role"] != "other"}
    days = {"validation": results.choice["days"], "watched": results.watch["days"]}
    slot, training = day.length(results.watch["slots"]["slot_s"]), results.provenance["timings"]["training"]
    texts = captions(list(images), comparison, days, scenario["reward"], labels["best_rule"], slot, training)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["figure"] = lambda name: _figure(images[name].svg, texts[name])
    return environment.get_template("benchmark.html.j2").render(
        title=f"Routing and pacing at {scenario['name']}: rules and learned policies on the same days",
        scenario=scenario,
        contract=results.contract,
        ablations=ablations(),
        compared=compared(comparison, results.choice),
        labels=labels,
        cards=cards(comparison),
        columns=headings(comparison),
        groups=groups(comparison),
        value_unit=value_unit(comparison),
        value_of_one=article(comparison["unit"]),
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


def value_unit(comparison: Mapping[str, Any]) -> str:
    """Return the unit of values per day, for axes and headings."""
    return f"value per day; 1 = {comparison['unit']}"


def drawings(results: Results) -> dict[str, Drawing]:
    """Return all figures by name, in the order of the page; figures of dialing need a campaign."""
    looks, slots, limit = results.watch["looks"], results.watch["slots"], results.comparison["limit"]
    rows = [row | {"difference": row["differences"].get(VALUE)} for row in merged(results.comparison["rows"])]
    unit, reference = value_unit(results.comparison), f"{results.choice['warm_start']}, the rule it started from"
    checkpoints = results.choice["points"]
    with styled():
        found = {"differences": Drawing.of(differences.differences(rows, unit, limit), differences.points(rows))}
        if limit is not None:
            found["tradeoff"] = Drawing.of(tradeoff.tradeoff(rows), tradeoff.points(rows))
        figure = curve.learning_curve(checkpoints, unit=unit, reference=reference, limit=limit)
        found["curve"] = Drawing.of(figure, curve.points(checkpoints))
        if len(results.validation) > 1:
            figure = validation.validation_curve(results.validation, unit=unit)
            found["validation"] = Drawing.of(figure, validation.points(results.validation))
        found["day"] = Drawing.of(day.day(slots, looks), day.points(slots, looks))
        if limit is not None:
            found["policy_map"] = Drawing.of(policy_map.policy_map(looks, slots), policy_map.points(looks, slots))
    return found


def _figure(image: bytes, caption: Caption) -> Markup:
    text = Markup('<figure><img src="{}" alt="{}"><figcaption><b>{}.</b> {}</figcaption></figure>')
    return text.format(data_uri(image), caption.alternative, caption.number, caption.text)


def _facts(results: Results) -> list[tuple[str, str]]:
    made = results.provenance
    timings = _apart(made["timings"])
    return [
        *made["seeds"].items(),
        ("Scenario", f"{made['scenario']['name']}, content {made['scenario']['digest'][:16]}"),
        ("Settings and sources", f"{made['digest']}, commit {made['commit']}"),
        ("Software", ", ".join(f"{name} {version}" for name, version in made["versions"].items())),
        ("Machine", made["machine"]),
        ("CPU time of the stages", _times(timings, "cpu_s", "CPU ")),
        ("Wall time of the stages", _times(timings, "seconds", "")),
    ]


def _apart(timings: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    """Return the times of stages that do not contain each other: all replicates are timed together."""
    within = ("start", "training", "choice", "bundle") if "replicates" in timings else ()
    return {name: spent for name, spent in timings.items() if name not in within}


def _times(timings: Mapping[str, Mapping[str, float]], key: str, kind: str) -> str:
    parts = ", ".join(f"{name} {spent[key]:,.0f} s" for name, spent in timings.items())
    return f"{parts}; {sum(spent[key] for spent in timings.values()) / 60:.1f} {kind}min in all"
