"""Page of the concepts, made from their result file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ccenv.kpis import KPIS, LABELS
from ccenv.kpis.numbers import as_text

LONG = 8  # longer lists are shortened
HEAD = """# Concepts of the simulated centre

Written by `python -m experiments.concepts`; do not edit. The order of events is in
[ccenv/sim/README.md](../../ccenv/sim/README.md).

Each row is one concept: its keys in a scenario file (the first one switches it on), its equation with a source or the
words *modelling choice*, the test that covers it, a scenario of the library that uses it, and an experiment. The
experiment runs the same seeds without (off) and with (on) the concept, everything else equal. The expected direction of
the KPI is declared with the concept. The difference is on less off, with its 95 % bootstrap interval over the runs. `u`
is a uniform random number of the contact, `T ~ distribution` a time. The command fails if an interval contains 0 or a
KPI moves in the other direction.
"""
COLUMNS = (
    "concept",
    "keys",
    "equation",
    "test",
    "used in",
    "off -> on",
    "KPI",
    "expected",
    "difference, on less off",
    "runs",
)


def page(result: Mapping[str, Any]) -> str:
    """Markdown page of a result of `python -m experiments.concepts`."""
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for row in result["rows"]:
        parts.setdefault(row["part"], []).append(row)
    sections = [f"## {part}\n\n{_table(rows)}" for part, rows in parts.items()]
    days = f"Runs use seeds of the range `{result['purpose']}` and last one day unless the row says otherwise."
    return "\n".join([HEAD, days, "", "\n\n".join(sections), "", _kpis(result), ""])


def _table(rows: list[Mapping[str, Any]]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *map(_cells, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    experiment, measured = row["experiment"], row["measured"]
    runs = f"{measured['runs']:,}" + (f" of {experiment['days']} days" if experiment["days"] > 1 else "")
    return (
        row["name"],
        "<br>".join(f"`{key}`" for key in row["keys"]),
        f"{row['equation']}<br>*{row['source']}*",
        _test(row["test"]),
        f"`{row['used_in']}`",
        _sides(experiment),
        f"`{experiment['kpi']}`",
        experiment["moves"] + (f": {experiment['why']}" if experiment["why"] else ""),
        _difference(measured) + ("" if row["failure"] is None else f"<br>**{row['failure']}**"),
        runs,
    )


def _test(node: str) -> str:
    path, _, name = node.partition("::")
    return f"[{name}](../../{path})"


def _sides(experiment: Mapping[str, Any]) -> str:
    off, on, both = (settings_text(experiment[side]) for side in ("off", "on", "both"))
    if experiment["days_off"] is not None:
        off, on = (f"episodes of {experiment[length]} day(s)" for length in ("days_off", "days"))
    lines = [f"`{experiment['scenario']}`", f"off: {_code(off)}", f"on: {_code(on)}"]
    if experiment["policy"] is not None:
        lines.append(f"policy: `{experiment['policy']}`")
    return "<br>".join([*lines, f"both: {_code(both)}"] if both else lines)


def _code(text: str) -> str:
    if not text:
        return "as it is"
    return text if text.startswith("episodes") else f"`{text}`"


def settings_text(changes: Mapping[str, Any]) -> str:
    """Keys and values in one line. Entities with the same value are grouped; long lists are shortened."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for key, value in changes.items():
        axis, entity, rest = _place(key)
        named = bool(rest)
        place = (axis, rest, _value(value)) if named else (key, "", _value(value))
        together.setdefault(place, []).append(entity)
    return "; ".join(f"{_key(axis, rest, names)} = {value}" for (axis, rest, value), names in together.items())


def _place(key: str) -> tuple[str, str, str]:
    """Split a dotted key into axis, entity and rest; entity and rest are empty if the key names no entity."""
    before, inside, after = key.partition(".segments.")
    axis, rest = (before + ".segments", after) if inside else key.split(".", 1) if "." in key else (key, "")
    entity, _, rest = rest.partition(".")
    return (axis, entity, rest) if inside or axis in ("queues", "groups") else (key, "", "")


def _key(axis: str, rest: str, names: list[str]) -> str:
    if not rest:
        return axis
    return f"{axis}.{names[0] if len(names) == 1 else '{' + ', '.join(names) + '}'}.{rest}"


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) > LONG:
        return f"[{', '.join(map(json.dumps, value[:3]))}, ... {len(value)} values]"
    return json.dumps(value).replace('"', "")


def _difference(measured: Mapping[str, Any]) -> str:
    value, low, high = (measured["difference"][k] for k in ("value", "low", "high"))
    levels = " -> ".join("n/a" if measured[side] is None else as_text(measured[side]) for side in ("off", "on"))
    if low is None:
        return f"{levels}<br>no interval"
    return f"{levels}<br>{_signed(value)} [{_signed(low)}, {_signed(high)}]"


def _signed(value: float) -> str:
    return as_text(value, sign=True)


def _kpis(result: Mapping[str, Any]) -> str:
    """Section with the meaning of each KPI of the table."""
    used = sorted({row["experiment"]["kpi"].partition(":")[0] for row in result["rows"]})
    return "\n".join(["## KPIs", "", *(f"- `{name}`: {_meaning(name)}" for name in used)])


def _meaning(column: str) -> str:
    if column in KPIS:
        return f"{KPIS[column].meaning} (`{KPIS[column].whole_formula}`), in {KPIS[column].unit}"
    labelled = next(labelled for labelled in LABELS.values() if labelled.column == column)
    return f"{labelled.counter.meaning}, per run"
