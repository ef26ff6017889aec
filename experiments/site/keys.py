"""Pages of the keys of a scenario file, made from the schema: type, range, unit, default, meaning, measured effect."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import inspect as types

from ccenv.description.keys import meaning_of
from ccenv.description.words import sentences
from ccenv.kpis.numbers import as_text
from ccenv.scenarios.schema import Centre, Dist, Node
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.site.text import cell, code, listing, number, page, paragraph, section, table

CONCEPTS = ROOT / RESULTS / "concepts.json"
#: Page of each part of the file: title, and the top keys whose structures it shows.
PAGES = {
    "centre": ("The centre", ("", "clock", "slot_level", "switching", "surge", "history", "rules")),
    "queues": ("Queues", ("queues",)),
    "groups": ("Groups", ("groups",)),
    "campaigns": ("Campaigns", ("campaigns",)),
}
UNITS = (
    ("_per_hour", "per hour"), ("_per_s", "per second"), ("_per_day", "points a day"), ("_s", "s"), ("_days", "days"),
    ("days", "days"), ("cv", "coefficient of variation"), ("_value", "value"), ("value", "value"), ("cost", "value"),
)  # fmt: skip


class Part(NamedTuple):
    """A structure of the schema, with the paths where it stands."""

    struct: type[Node]
    paths: list[str]


@functools.cache
def parts() -> tuple[Part, ...]:
    """Return the structures of a scenario file in the order of the file, distributions of time apart."""
    found: dict[type[Node], Part] = {}
    for path, struct in _walk(Centre, ""):
        found.setdefault(struct, Part(struct, [])).paths.append(path)
    return tuple(found.values())


def _walk(struct: type[Node], path: str) -> Iterator[tuple[str, type[Node]]]:
    yield path, struct
    for field in msgspec.structs.fields(struct):
        for star, inner in _inner(types.type_info(field.type)):
            yield from _walk(inner, f"{path}.{field.name}{star}".lstrip("."))


def _inner(kind: types.Type, star: str = "") -> Iterator[tuple[str, type[Node]]]:
    """Yield the structures that a type admits, with `.*` behind the key of a mapping or list."""
    if isinstance(kind, types.StructType):
        if kind.tag is None:
            yield star, cast(type[Node], kind.cls)
    elif isinstance(kind, types.DictType):
        yield from _inner(kind.value_type, star + ".*")
    elif isinstance(kind, types.ListType):
        yield from _inner(kind.item_type, star + ".*")
    elif isinstance(kind, types.UnionType):
        for one in kind.types:
            yield from _inner(one, star)


def pages() -> dict[str, str]:
    """Return the pages of the keys."""
    effects = _effects()
    found = {}
    for name, (title, tops) in PAGES.items():
        mine = [part for part in parts() if part.paths[0].split(".")[0] in tops]
        blocks = [_section(part, effects) for part in mine]
        found[f"keys/{name}"] = page(f"Keys: {title.lower()}", *blocks)
    return {"keys/index": _index()} | found | {"keys/times": _times(effects)}


def anchor(path: str) -> str:
    """Return the label of the section of a structure."""
    return "key-" + (path.replace(".*", "").replace(".", "-") or "centre")


def _index() -> str:
    rows = [
        [
            f"[{code(path or 'top of the file')}](#{anchor(part.paths[0])})",
            cell(paragraph(part.struct.__doc__).split("\n\n")[0]),
        ]
        for part in parts()
        for path in part.paths
    ]
    return page(
        "Scenario keys",
        "A centre is a YAML file, a mapping, or a file of the library with some keys replaced: "
        '`ccenv.load_scenario("tiny", **{"queues.sales.arrivals_per_hour": 40})`. A name in place of `*` is yours. '
        "Unknown keys and values out of range are refused, all at once. Names that lead nowhere, such as an unknown "
        "skill or rule, may be refused only when those are mended. How to write one: "
        "[Your own centre](../howto/own_centre.md).",
        "A *time* is a [distribution](times.md), or a number: the mean of an exponential distribution in seconds, 0 "
        "for no time. A *profile* is a number, or a list with one number for each slot of the day.",
        "*Effect*: the same days with the key switched on less those without, with the 95 % interval of the paired "
        "difference, from the [table of concepts](../results/concepts.md).",
        table(["part", "meaning"], rows),
        listing([*PAGES, "times"]),
    )


def _section(part: Part, effects: Mapping[str, list[str]]) -> str:
    path = part.paths[0]
    others = ", ".join(code(one) for one in part.paths[1:])
    first, _, rest = paragraph(part.struct.__doc__).partition("\n\n")
    fields = msgspec.structs.fields(part.struct)
    head = ["key", "meaning and measured effect", "type and range", "default"]
    rows = [
        [
            code(field.name),
            cell(meaning_of(part.struct, field.name).removeprefix(f"`{field.name}`: "))
            + _effect(part, field.name, effects),
            cell(_with_unit(field.name, types.type_info(field.type))),
            cell(_default(field)),
        ]
        for field in fields
    ]
    return section(
        code(path) if path else "Top of the file",
        first,
        f"The same keys stand below {others}." if others else "",
        table(head, rows),
        _general(rest, [field.name for field in fields]),
        anchor=anchor(path),
    )


def _general(text: str, names: Sequence[str]) -> str:
    """Return the sentences that are about no key in particular."""
    return " ".join(one for one in sentences(text) if not any(f"`{name}" in one for name in names))


def _with_unit(name: str, kind: types.Type) -> str:
    unit = unit_of(name)
    return f"{_type(kind)} [{unit}]" if unit and not _is_time(kind) else _type(kind)


def unit_of(name: str) -> str:
    """Return the unit of a key from its name, as the conventions of names say; empty for what has none."""
    if name.startswith("p_") or name == "p":
        return "probability"
    return next((unit for ending, unit in UNITS if name.endswith(ending)), "")


def _type(kind: types.Type) -> str:
    """Return a type with its range."""
    if _is_time(kind):
        return "[time](times.md)" + (" or none" if _optional(kind) else "")
    if isinstance(kind, types.UnionType):
        inner = [one for one in kind.types if not isinstance(one, types.NoneType)]
        texts = list(dict.fromkeys(_type(one) for one in inner))
        return " or ".join([*texts, *(["none"] if len(inner) < len(kind.types) else [])])
    if isinstance(kind, types.LiteralType):
        return ", ".join(code(value) for value in kind.values)
    if isinstance(kind, types.ListType):
        most = f" of at most {kind.max_length}" if kind.max_length else ""
        return f"list{most}: {_type(kind.item_type)}"
    if isinstance(kind, types.DictType):
        return f"mapping: {_type(kind.value_type)}"
    if isinstance(kind, types.StructType):
        path = next(part.paths[0] for part in parts() if part.struct is kind.cls)
        return f"[mapping](#{anchor(path)})"
    if isinstance(kind, types.FloatType | types.IntType):
        return ("number" if isinstance(kind, types.FloatType) else "whole number") + _range(kind)
    return {"StrType": "text", "BoolType": "`true` or `false`", "AnyType": "any"}[type(kind).__name__]


def _range(kind: types.FloatType | types.IntType) -> str:
    low = (
        f" above {number(kind.gt)}"
        if kind.gt is not None
        else f" from {number(kind.ge)}"
        if kind.ge is not None
        else ""
    )
    high = (
        f" to below {number(kind.lt)}"
        if kind.lt is not None
        else f" to {number(kind.le)}"
        if kind.le is not None
        else ""
    )
    return low + high


def _is_time(kind: types.Type) -> bool:
    return isinstance(kind, types.UnionType) and any(
        isinstance(one, types.StructType) and one.tag is not None for one in kind.types
    )


def _optional(kind: types.Type) -> bool:
    return isinstance(kind, types.UnionType) and any(isinstance(one, types.NoneType) for one in kind.types)


def _default(field: Any) -> str:
    if field.required:
        return "required"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, msgspec.Struct):
        tag = value.__struct_config__.tag
        given = msgspec.to_builtins(value)
        return code(tag) if tag else "its defaults" if not given else code(given)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(number(value)) if isinstance(value, float) else code(value) if value not in ("", [], {}) else "empty"


def _times(effects: Mapping[str, list[str]]) -> str:
    blocks = []
    for struct in Dist.__args__:
        fields = msgspec.structs.fields(struct)
        rows = [[code(f.name), cell(_type(types.type_info(f.type))), cell(_default(f))] for f in fields]
        tag = struct.__struct_config__.tag
        blocks.append(
            section(
                code(tag), paragraph(struct.__doc__), table(["key", "type and range", "default"], rows) if rows else ""
            )
        )
    return page(
        "Distributions of time",
        "The key `dist` names the distribution: `patience_s: {dist: weibull, shape: 2, scale_s: 90}`. A plain number "
        "is the mean of an exponential distribution in seconds; 0 is no time.",
        *blocks,
    )


def _effects() -> dict[str, list[str]]:
    """Return texts on the measured effect of each key, from the results of the concepts."""
    found: dict[str, list[str]] = {}
    for row in read_json(CONCEPTS)["rows"]:
        measured, experiment = row["measured"], row["experiment"]
        difference = measured["difference"]
        ends = "" if difference["low"] is None else (
            f" [{as_text(difference['low'], sign=True)}, {as_text(difference['high'], sign=True)}]"
        )  # fmt: skip
        text = (
            f"{row['name']}: `{experiment['kpi']}` {as_text(difference['value'], sign=True)}{ends} "
            f"at [`{experiment['scenario']}`](../centres/{experiment['scenario'].partition(':')[0]}.md)"
        )
        for key in row["keys"]:
            found.setdefault(key.partition("=")[0], []).append(text)
    return found


def _effect(part: Part, name: str, effects: Mapping[str, list[str]]) -> str:
    texts = [text for path in part.paths for text in effects.get(f"{path}.{name}".lstrip("."), ())]
    return "".join(f"<br>*Effect.* {cell(text)}" for text in dict.fromkeys(texts))
