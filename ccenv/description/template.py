"""A commented scenario to start from, with comments from the schema."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any, get_origin

import msgspec
import yaml

from ccenv.description.keys import hint_of, meaning_of, shorter, structs_of
from ccenv.scenarios.files.decode import describe as type_in_words
from ccenv.scenarios.schema import Centre, Node

WIDTH = 110
UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
HEAD = (
    "A contact centre for ccenv, to start from: replace names and figures by your own. All times are in seconds. A "
    "plain number in place of a distribution of time is the mean of an exponential one, and a plain number in place of "
    "a list by slot holds in every slot. `ccenv check FILE` finds faults, `ccenv describe FILE` shows load and "
    "warnings, and `ccenv list keys` lists all keys."
)
START: dict[str, Any] = {
    "name": "my_centre",
    "description": "Sales and support calls from nine to five, and a campaign in between.",
    "clock": {"kind": "day", "open_s": 32400, "close_s": 61200, "slot_s": 3600},
    "day_level_cv": 0.1,
    "queues": {
        "sales": {
            "arrivals_per_hour": [30, 42, 48, 42, 36, 42, 36, 24],
            "handle_s": {"dist": "lognormal", "mu": 5.0, "sigma": 0.7},
            "patience_s": 180,
            "wrap_up_s": 20,
            "service_level_s": 20,
            "redial": {"p": 0.4, "delay_s": 600},
        },
        "support": {"arrivals_per_hour": 24, "handle_s": 300, "patience_s": 300},
    },
    "groups": {
        "sales_team": {"skills": ["sales"], "staffing": [3, 4, 4, 4, 3, 4, 3, 3]},
        "all_round": {"skills": ["sales", "support", "offers"], "staffing": [4, 5, 5, 5, 5, 5, 5, 4]},
    },
    "campaigns": {
        "offers": {
            "p_answer": 0.3,
            "ring_s": {"dist": "uniform", "low_s": 5, "high_s": 25},
            "handle_s": 150,
            "p_sale": 0.1,
            "sale_value": 40,
            "leads": 2000,
            "max_lines": 12,
            "drop_after_s": {"dist": "constant", "value_s": 2},
            "hang_up_s": 15,
            "drop_limit": 0.03,
            "calling_rules": {"calling_from_s": 32400, "calling_until_s": 72000},
        },
    },
    "rules": {"routing": {"name": "fifo"}, "pacing": {"name": "progressive_unreserved"}},
    "reward": "hybrid",
    "sources": {"*": "illustrative"},
}


def commented(name: str = "my_centre") -> str:
    """Return a scenario file to start from, in YAML: each key has a comment, and mappings name their further keys.

    Args:
        name: Name of the scenario; characters that a name may not have become `_`.

    Example:
        >>> list(yaml.safe_load(commented("mine"))["queues"])
        ['sales', 'support']
    """
    given = {**START, "name": UNFIT.sub("_", name).strip("_") or START["name"]}
    return "\n".join([*_comment(HEAD, ""), "", *_mapping(given, Centre, "", explain=True)]) + "\n"


def _mapping(given: dict[str, Any], struct: type[Node], indent: str, *, explain: bool, said: str = "") -> Iterator[str]:
    """Yield the lines of a mapping; `said` is the comment before it, which is not said again."""
    for key, value in given.items():
        if explain:
            meaning = meaning_of(struct, key)
            yield from _comment("" if meaning == said else meaning, indent)
            yield from _comment(_allowed(hint_of(struct, key)), indent)
            said = meaning
        yield from _item(key, value, struct, indent, explain)
        if indent == "":
            yield ""
    further = [f.name for f in msgspec.structs.fields(struct) if f.name not in given]
    if explain and further:
        yield from _comment(f"Further keys: {', '.join(further)}.", indent)


def _item(key: str, value: Any, struct: type[Node], indent: str, explain: bool) -> Iterator[str]:
    inner, hint = _inner(struct, key), hint_of(struct, key)
    if inner is None or not isinstance(value, dict):
        yield f"{indent}{key}: {_flow(value)}"
        return
    yield f"{indent}{key}:"
    said = meaning_of(struct, key)
    if get_origin(hint) is not dict:
        yield from _mapping(value, inner, indent + "  ", explain=explain, said=said)
        return
    for k, (name, part) in enumerate(value.items()):  # the first of several explains the keys
        yield f"{indent}  {name}:"
        yield from _mapping(part, inner, indent + "    ", explain=explain and k == 0, said=said)


def _inner(struct: type[Node], key: str) -> type[Node] | None:
    """Return the class of a key's mapping, or of the mappings that it names; None for a value or a distribution."""
    classes = [each for each in structs_of(hint_of(struct, key)) if each.__struct_config__.tag is None]
    return classes[0] if classes else None


def _allowed(hint: Any) -> str:
    return "" if _is_mapping(hint) else f"Allowed: {shorter(type_in_words(hint))}."


def _is_mapping(hint: Any) -> bool:
    return get_origin(hint) is dict or (isinstance(hint, type) and issubclass(hint, Node)) or hint is dict


def _comment(text: str, indent: str) -> list[str]:
    head = f"{indent}# "
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=head, break_long_words=False)


def _flow(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False).removesuffix("\n...\n").strip()
