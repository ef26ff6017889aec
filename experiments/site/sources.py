"""All pages and pictures of the site, as texts and bytes, before Sphinx."""

from __future__ import annotations

import re
from pathlib import Path

from experiments.site import (
    api,
    centres,
    commands,
    copied,
    environments,
    fields,
    formulas,
    keys,
    kpis,
    pictures,
    rules,
    rules_elsewhere,
    tables,
)
from experiments.site.centre_results import Results, results

MARK = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)


def pages(measured: Results | None = None) -> dict[str, str]:
    """Return all pages by name, without the ending: those made from declarations, copied ones, and prose.

    Raises:
        ValueError: A page of prose asks for a table that does not exist.
    """
    measured = measured or results()
    made = environments.pages() | fields.pages() | keys.pages() | kpis.pages() | api.pages()
    made |= commands.pages()
    made |= centres.pages(measured) | rules.pages(measured) | rules_elsewhere.pages() | copied.pages()
    prose = copied.prose()
    twice = sorted(set(made) & set(prose))
    if twice:
        raise ValueError(f"docs/{twice[0]}.md is not allowed: this page is generated")
    return made | {name: filled(name, text, measured) for name, text in prose.items()}


def filled(name: str, text: str, measured: Results) -> str:
    """Return a page of prose with its generated tables in place of their marks."""

    def table(match: re.Match[str]) -> str:
        if match[1] not in tables.TABLES:
            raise ValueError(f"{name}: no table {match[1]!r}; allowed: {', '.join(tables.TABLES)}")
        return tables.TABLES[match[1]](measured)

    return MARK.sub(table, text)


def images(measured: Results | None = None) -> dict[str, bytes]:
    """Return the pictures by place: days of the centres, formulas of the rules, figures of the results."""
    measured = measured or results()
    found = {f"pictures/{name}.svg": drawing for name, drawing in pictures.pictures(measured).items()}
    for half, known in rules.about().items():
        for name, about in known.items():
            found[f"formulas/{half}-{name}.svg"] = formulas.drawn(about["formula"])
    return found | {place: path.read_bytes() for place, path in copied.pictures().items()}


def write(folder: Path) -> int:
    """Write all pages and pictures into a folder; returns the number of pages."""
    measured = results()
    texts = pages(measured)
    for name, text in texts.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for place, content in images(measured).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(texts)
