"""Write scenario files as commented YAML with a stable layout."""

import json
import re
import textwrap
from typing import Any

WIDTH = 120
PLAIN = re.compile(r"[A-Za-z][\w.*>-]*")
# words that YAML 1.1 reads as a boolean or null
AWAITING_ANSWER = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def dump(document: dict[str, Any], comments: dict[str, str]) -> str:
    """Return the YAML text of a document of mappings, lists of scalars, and scalars.

    Args:
        document: The content; keys keep their order.
        comments: Comment above a key, by dotted key; the empty key is the head of the file.
    """
    head = [f"# {line}" for line in _wrap(comments.get("", ""), WIDTH - 2)]
    return "\n".join([*head, *_mapping(document, "", 0, comments)]) + "\n"


def _mapping(mapping: dict[str, Any], prefix: str, indent: int, comments: dict[str, str]) -> list[str]:
    lines: list[str] = []
    for key, value in mapping.items():
        dotted = f"{prefix}.{key}" if prefix else key
        pad = " " * indent
        lines += [f"{pad}# {line}" for line in _wrap(comments.get(dotted, ""), WIDTH - indent - 2)]
        name = f"{pad}{_text(key)}:"
        whole = f"{name} {_flow(value)}"
        block = isinstance(value, dict) and value and (len(whole) > WIDTH or indent == 0)
        if block:
            lines += [name, *_mapping(value, dotted, indent + 2, comments)]
        elif len(whole) <= WIDTH:
            lines.append(whole)
        elif isinstance(value, str):
            lines += [f"{name} >-", *(f"{pad}  {line}" for line in _wrap(value, WIDTH - indent - 2))]
        else:
            lines += [
                name,
                *textwrap.wrap(_flow(value), WIDTH, initial_indent=pad + "  ", subsequent_indent=pad + "   "),
            ]
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    if isinstance(value, str):
        return _text(value)
    # YAML 1.1 reads 1e-05 as text and 1.0e-05 as a number
    return re.sub(r"^(-?\d+)e", r"\1.0e", json.dumps(value))


def _text(text: str) -> str:
    plain = PLAIN.fullmatch(text) and text.lower() not in AWAITING_ANSWER
    return text if plain else json.dumps(text, ensure_ascii=False)


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
