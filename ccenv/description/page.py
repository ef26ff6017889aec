"""The description of a centre as one HTML page without any other file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from ccenv.description import pictures
from ccenv.description.plain import Facts
from ccenv.description.sections import sections_of
from ccenv.description.tables import Section, Table

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1020px; margin: 2em auto; padding: 0 1em; }
h1 { margin-bottom: 0.2em; } h2 { margin-top: 2em; border-bottom: 1px solid #ccc; }
h3 { font-size: 1em; margin: 1.4em 0 0.3em; }
.scroll { overflow-x: auto; } svg { width: 100%; margin: 0.8em 0; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid #eee; }
th { background: #f5f5f5; } .left { text-align: left; }
td.marked { background: #d55e00; color: #fff; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 1em; } dt { color: #666; } dd { margin: 0; }
.warnings { background: #fff4e5; border-left: 4px solid #d55e00; padding: 0.6em 1em 0.6em 2em; }
summary { cursor: pointer; } code { background: #f5f5f5; padding: 0 3px; }
.note { color: #555; font-size: 13px; }
"""
CODE = re.compile(r"`([^`]*)`")
LABEL = re.compile(r"(?P<label>[a-z]+) {2,}(?P<text>.*)")


def page_of(facts: Facts) -> str:
    """Return the page of a centre's facts."""
    head, *sections = sections_of(facts, times=None)
    body = [f"<h1>{escape(head.title)}</h1>", *_head(head.lines)]
    for section in sections:
        body += [f"<h2>{escape(section.title)}</h2>", *_section(section, facts)]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(head.title)} - ccenv</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _head(lines: Sequence[str]) -> list[str]:
    labelled = [match for line in lines if (match := LABEL.fullmatch(line))]
    rows = "".join(f"<dt>{escape(m['label'])}</dt><dd>{escape(m['text'])}</dd>" for m in labelled)
    return [f"<p>{_marked(lines[0])}</p>", f"<dl>{rows}</dl>"]


def _marked(text: str) -> str:
    return CODE.sub(r"<code>\1</code>", escape(text))


def _section(section: Section, facts: Facts) -> list[str]:
    listed = [line.removeprefix("- ") for line in section.lines if line.startswith("- ")]
    plain = [line.strip() for line in section.lines if line and not line.startswith("- ")]
    items = "".join(f"<li>{_marked(line)}</li>" for line in listed)
    kind = "warnings" if section.title == "Warnings" else "note"
    parts = [f'<p class="note">{_marked(line)}</p>' for line in plain]
    parts += [f'<ul class="{kind}">{items}</ul>'] * bool(items)
    if section.title.startswith("Load") and facts["queues"] and len(facts["slots"]) > 1:
        parts += [pictures.arrivals(facts), pictures.load(facts)]
    if section.title.startswith("Load") and facts["queues"]:
        parts.append(pictures.busy(facts))
    tables = [_table(table) for table in section.tables]
    if not section.title.startswith(("Load", "Staff")):
        return [*parts, *tables]
    return [*parts, f"<details><summary>The numbers, slot by slot</summary>{''.join(tables)}</details>"]


def _table(table: Table) -> str:
    heads = "".join(f"<th{_left(table, j)}>{escape(head)}</th>" for j, head in enumerate(table.heads))
    rows = "".join(
        "<tr>" + "".join(_cell(table, i, j, cell) for j, cell in enumerate(row)) + "</tr>"
        for i, row in enumerate(table.rows)
    )
    title = f"<h3>{escape(table.title)}</h3>" if table.title else ""
    return f'{title}<div class="scroll"><table><tr>{heads}</tr>{rows}</table></div>'


def _cell(table: Table, i: int, j: int, cell: str) -> str:
    names = ["left"] * (j in table.left) + ["marked"] * ((i, j) in table.marked)
    attribute = f' class="{" ".join(names)}"' if names else ""
    return f"<td{attribute}>{escape(cell)}</td>"


def _left(table: Table, j: int) -> str:
    return ' class="left"' if j in table.left else ""
