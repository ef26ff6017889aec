"""The page of the names that rules and options have in other systems, and what says the same in ccenv."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml
from msgspec import inspect as types

from ccenv.rules import PACING_RULES, ROUTING_RULES, RuleSpec
from experiments.jobs.files import ROOT
from experiments.planners.table import PLANNERS
from experiments.site.formulas import inline
from experiments.site.keys import anchor, parts
from experiments.site.text import cell, page, section, table

FILE = ROOT / "docs" / "rules_elsewhere.yaml"
PAGE = "rules/elsewhere"
RULES: Mapping[str, tuple[RuleSpec, ...]] = {"routing": tuple(ROUTING_RULES), "pacing": tuple(PACING_RULES)}
REFERENCE = re.compile(r"(routing|pacing|key|planner) ([\w.*]+)(?:\((\w+)(?:=(\w+))?\))?")


def entries() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the entries by system and name."""
    found: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(FILE.read_text())
    return found


def pages() -> dict[str, str]:
    """Return the page of the names of other systems."""
    head = ["there", "here", "differs"]
    blocks = [
        section(system, table(head, [_row(system, name, entry) for name, entry in names.items()]))
        for system, names in entries().items()
    ]
    text = (
        "Names of rules and options in other systems, and the rule, parameter, key of the scenario or planner that "
        "says the same here. What is not the same stands in the last column. The definitions were read from the "
        "systems' own documentation; the rules here were written from the definitions."
    )
    return {PAGE: page("Rules of other systems", text, *blocks)}


def _row(system: str, name: str, entry: Mapping[str, Any]) -> list[str]:
    where = f"{system}, {name}"
    unknown = sorted(set(entry) - {"means", "differs", "not"})
    if unknown or ("means" in entry) == ("not" in entry):
        raise ValueError(f"{FILE.name}: {where}: {entry}; allowed: `means`, perhaps with `differs`, or else `not`")
    here = ", ".join(link_of(text, where) for text in entry.get("means", ()))
    return [cell(name), here or "–", cell(inline(entry.get("not", entry.get("differs", ""))))]


def link_of(reference: str, where: str) -> str:
    """Return a reference as a link.

    Args:
        reference: Such as `routing tiers(tier_wait_s)`; see the head of the file.
        where: The entry, for the error.

    Raises:
        ValueError: If there is no such rule, parameter, word, key or planner.
    """
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"{FILE.name}: {where}: {reference!r}; allowed: routing, pacing, key or planner with a name")
    kind, name, inner, word = match.groups()
    if kind == "planner":
        return _planner(name, where)
    if kind == "key":
        return _key(name, inner, where)
    return _rule(kind, name, inner, word, where)


def _rule(half: str, name: str, inner: str | None, word: str | None, where: str) -> str:
    rule = next((rule for rule in RULES[half] if rule.name == name), None)
    if rule is None:
        raise ValueError(f"{FILE.name}: {where}: no {half} rule {name!r}")
    if inner is None:
        return f"[`{name}`]({half}-{name}.md)"
    param = next((param for param in rule.params if param.name == inner), None)
    if param is None:
        raise ValueError(f"{FILE.name}: {where}: {name} has no parameter {inner!r}")
    if word is not None and word not in param.words:
        raise ValueError(f"{FILE.name}: {where}: {inner} = {word!r} of {name}; allowed: {', '.join(param.words)}")
    return f"[`{name}`]({half}-{name}.md) with `{inner}`" + (f" = `{word}`" if word else "")


def _key(path: str, word: str | None, where: str) -> str:
    struct, _, last = path.rpartition(".")
    part = next((part for part in parts() if struct in part.paths), None)
    field = next((one for one in msgspec.structs.fields(part.struct) if one.name == last), None) if part else None
    if part is None or field is None:
        raise ValueError(f"{FILE.name}: {where}: no key {path!r}")
    if word is not None and word not in _words(types.type_info(field.type)):
        raise ValueError(f"{FILE.name}: {where}: {path} = {word!r} is not allowed")
    return f"[`{path.replace('.*', '')}`](#{anchor(part.paths[0])})" + (f" = `{word}`" if word else "")


def _words(kind: types.Type) -> tuple[Any, ...]:
    if isinstance(kind, types.LiteralType):
        return kind.values
    return tuple(word for one in kind.types for word in _words(one)) if isinstance(kind, types.UnionType) else ()


def _planner(name: str, where: str) -> str:
    if name not in PLANNERS:
        raise ValueError(f"{FILE.name}: {where}: no planner {name!r}; allowed: {', '.join(PLANNERS)}")
    return f"planner `{name}`"
