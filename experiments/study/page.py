"""Pages of the studies, made from their result files: one a study, and the page of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from experiments.jobs.markdown import table, text
from experiments.study.declared import Headline, Study
from experiments.study.words import (
    Result,
    answers,
    case_of,
    compared,
    headline_text,
    measure_text,
    number,
    scale_of,
    swings,
    verdict,
)


def page(study: Study, result: Result) -> str:
    """Return the page of a study."""
    parts = [
        f"# {study.title}",
        text(f"Written by `python -m experiments.study {study.name}`; do not edit.", f"**{study.question}**"),
        text(study.about),
        "\n".join(f"- *{name}*: {meaning}" for name, meaning in study.variants.items()),
        f"## Answer\n\n{bullets(answers(study, result))}",
        f"![{study.title}: headlines over {study.sweep.assumption}, and how far each assumption moves them]"
        f"({study.name}.svg)",
        text(_caption(study)),
        *_published(study, result),
        f"## Figures of each variant\n\n{text(_runs(result))}\n\n{_variants(study, result)}",
        f"## Assumptions\n\n{_assumptions(study)}",
        f"## How far the answer moves\n\n{text(_varied())}",
        *(_tornado(study, result, headline) for headline in study.headlines),
        f"## {_title(study.sweep.assumption)}\n\n{_sweep(study, result)}",
        *([f"## Further cases\n\n{_also(study, result)}"] if study.also else []),
        *([f"## What the comparison leaves out\n\n{bullets(study.remarks)}"] if study.remarks else []),
    ]
    return "\n\n".join(parts) + "\n"


def bullets(lines: Sequence[str]) -> str:
    """Return sentences as a list."""
    return "\n".join(f"- {line}" for line in lines)


def _title(name: str) -> str:
    return f"Over {name}"


def _caption(study: Study) -> str:
    return f"""Left: the headline with its 95 % interval over *{study.sweep.assumption}*; the ring is the base case.
        Right: the headline when one assumption moves over its range; a square marks the lower end of the range, a dot
        the upper end, and the grey line the base case. Dashed: the published figure, if there is one."""


def _runs(result: Result) -> str:
    runs = case_of(result, "base")["runs"]
    return f"""Base case, {runs:,} runs of each variant on the same seeds. Intervals are 95 % bootstrap intervals over
        runs; those of headlines are paired."""


def _varied() -> str:
    return """Each row is two more cases, with one assumption at the lower and at the upper end of its range, all others
        as in the base case, on the same seeds."""


def _variants(study: Study, result: Result) -> str:
    head = ["figure", *study.variants, "definition"]
    rows = [
        [each.name, *(measure_text(study, each.name, result["variants"][v][each.name]) for v in study.variants),
         each.meaning]
        for each in study.measures
    ]  # fmt: skip
    return table(head, rows)


def _assumptions(study: Study) -> str:
    head = ["assumption", "meaning", "base", "range", "source"]
    rows = [
        [each.name, each.meaning, each.text(each.base), f"{each.text(each.low)} to {each.text(each.high)}", each.source]
        for each in study.assumptions
    ]
    return table(head, rows)


def _tornado(study: Study, result: Result, headline: Headline) -> str:
    base = case_of(result, "base")["headlines"][headline.name]
    scale, sign = scale_of(study, headline), headline.kind != "figure"
    head = ["assumption", "lower end", "headline there", "upper end", "headline there", "moves by"]
    rows: list[list[Any]] = [
        [
            each.assumption.name,
            each.assumption.text(each.assumption.low),
            headline_text(study, headline, each.low, unit=False),
            each.assumption.text(each.assumption.high),
            headline_text(study, headline, each.high, unit=False),
            number(each.size, scale, sign=False),
        ]
        for each in swings(study, result, headline)
    ]
    unit = f" [{scale.unit}]" if scale.unit else ""
    heading = f"### {headline.name}{unit}: {headline_text(study, headline, base, unit=False)} in the base case"
    assert sign or headline.words
    return f"{heading}\n\n{table(head, rows)}"


def _sweep(study: Study, result: Result) -> str:
    assumption = study.assumption(study.sweep.assumption)
    head = [assumption.name, *(_with_unit(study, each) for each in study.headlines)]
    rows = [
        [assumption.text(case["values"][assumption.name]), *_headlines(study, case)]
        for case in result["cases"]
        if case["role"] == "sweep"
    ]
    return table(head, rows)


def _headlines(study: Study, case: Any) -> list[str]:
    return [headline_text(study, each, case["headlines"][each.name], unit=False) for each in study.headlines]


def _with_unit(study: Study, headline: Headline) -> str:
    unit = scale_of(study, headline).unit
    return f"{headline.name} [{unit}]" if unit else headline.name


def _also(study: Study, result: Result) -> str:
    head = ["case", *(_with_unit(study, each) for each in study.headlines)]
    cases = [("base case", case_of(result, "base"))]
    cases += [(each.name, case_of(result, "also", each.name)) for each in study.also]
    rows = [[name, *_headlines(study, case)] for name, case in cases]
    if any(each.published is not None for each in study.headlines):
        published = [
            "" if each.published is None else number(each.published, scale_of(study, each), sign=True)
            for each in study.headlines
        ]
        rows.append(["published", *published])
    told = [
        f"*{each.name}*: {', '.join(f'{name} = {study.assumption(name).text(v)}' for name, v in each.values.items())}. "
        f"{each.why}"
        for each in study.also
    ]
    return f"{bullets(told)}\n\n{table(head, rows)}"


def _published(study: Study, result: Result) -> list[str]:
    """Return the section of the published figures; empty if there are none."""
    if not study.published:
        return []
    head = ["figure", "published", "ours", "verdict"]
    rows = [
        [
            each.headline.name,
            f"{number(each.headline.published, scale_of(study, each.headline), sign=True)} "
            f"{scale_of(study, each.headline).unit}",
            headline_text(study, each.headline, each.found),
            verdict(study, each),
        ]
        for each in compared(study, result)
    ]
    near = max(100.0 * each.rounding for each in study.headlines)
    told = f"""A published figure agrees if it is inside our interval, widened by the {near:g} points by which it may be
        rounded. It is explained by an assumption if, with all others as in the base case, the headline takes the
        published value within its range; the value is read off the cases, linearly between them."""
    return [f"## The published figures\n\n{text(study.published)}\n\n{table(head, rows)}\n\n{text(told)}"]


def index(results: Sequence[tuple[Study, Result]]) -> str:
    """Return the page of all studies."""
    rows = []
    for study, result in results:
        base = case_of(result, "base")["headlines"]
        found = "; ".join(f"{each.name}: {headline_text(study, each, base[each.name])}" for each in study.headlines[:2])
        published = "; ".join(
            f"{each.headline.name}: {'agrees' if each.inside else 'differs'}" for each in compared(study, result)
        )
        rows.append([f"[{study.title}](studies/{study.name}.md)", study.question, found, published or "none"])
    head = ["study", "question", "answer in the base case", "published figures"]
    return (
        "\n\n".join(
            [
                "# Case studies",
                text(
                    "Written by `python -m experiments.study`; do not edit.",
                    """Each study puts one question to the simulator: variants of a centre on the same seeds, with
                    paired 95 % intervals. Its page lists all assumptions with their ranges, and shows how far the
                    answer moves with each of them.""",
                ),
                table(head, rows),
            ]
        )
        + "\n"
    )
