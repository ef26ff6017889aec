"""Reference of the public names, made from signatures, annotations and docstrings.

Docstrings are Markdown in Google style. They are written as directives of Sphinx's Python domain, with Markdown inside.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from experiments.site.text import cell, code, listing, page, table

#: Modules whose public names are documented, by the title of their page.
MODULES = {
    "ccenv": "What everybody uses",
    "ccenv.comparison": "Comparisons",
    "ccenv.plot": "Plots",
    "ccenv.rules": "Rules of your own",
    "ccenv.policy": "Policies",
    "ccenv.kpis": "KPIs",
    "ccenv.kpis.elsewhere": "KPIs of other systems",
    "ccenv.rewards.terms": "Rewards",
    "ccenv.rewards.holding": "Holding cost",
    "ccenv.seeds": "Seeds",
    "ccenv.supervisor": "Supervisor",
    "ccenv.wrappers": "Wrappers",
    "ccenv.serving": "Serving",
    "ccenv.integrations.sb3": "Stable-Baselines3",
    "ccenv.integrations.semi_markov": "Semi-Markov returns",
    "ccenv.integrations.mo": "Vector rewards",
    "ccenv.integrations.safety": "Costs",
    "ccenv.integrations.minari": "Data sets",
    "ccenv.theory": "Formulas",
    "ccenv.theory.models": "Models solved exactly",
    "agents.base": "Interface of a learner",
    "agents.train": "One training",
}
SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields):\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)
EXAMPLE = re.compile(r"^(Examples?):\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def pages() -> dict[str, str]:
    """Return a page for each module, and the list of all names."""
    found = {f"api/{name}": _module(name) for name in MODULES}
    rows = [
        [f"{{py:obj}}`{_full(name, public)}`", cell(_first(_object(name, public)))]
        for name in MODULES
        for public in public_names(name)
    ]
    return {"api/index": page(
        "API",
        "The public names of the package `ccenv`, and of the learners in `agents`, which come with a checkout.",
        table(["module", "about"], [[f"[`{name}`]({name}.md)", about] for name, about in MODULES.items()]),
        "## All names",
        table(["name", "meaning"], rows),
        listing(list(MODULES)),
    )} | found  # fmt: skip


def public_names(module: str) -> list[str]:
    """Return the public names of a module that are documented: `__all__`, or what the module defines."""
    imported = importlib.import_module(module)
    if hasattr(imported, "__all__"):
        return [name for name in sorted(imported.__all__) if not isinstance(getattr(imported, name), ModuleType)]
    return [
        name
        for name, value in vars(imported).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module and callable(value)
    ]


def _object(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _full(module: str, name: str) -> str:
    return f"{module}.{name}"


def _first(value: Any) -> str:
    return _doc(value).split("\n\n")[0] if _doc(value) else ""


def _doc(value: Any) -> str:
    """Return a docstring; empty for plain data, whose type would describe itself."""
    own = inspect.isclass(value) or inspect.isroutine(value) or hasattr(value, "py_func")
    value = getattr(value, "py_func", value)
    text = inspect.getdoc(value) if own else ""
    if inspect.isclass(value) and value.__doc__ is None:
        return ""
    return text or ""


def _module(name: str) -> str:
    doc = inspect.getdoc(importlib.import_module(name)) or ""
    return page(f"{name}", MODULES[name] + ".", markdown(doc), *(_entry(name, public) for public in public_names(name)))


def _entry(module: str, name: str) -> str:
    value = _object(module, name)
    value = getattr(value, "py_func", value)
    if inspect.isclass(value):
        return _class(_full(module, name), value)
    if inspect.isroutine(value):
        return _directive("function", f"{_full(module, name)}{_signature(value)}", markdown(_doc(value)))
    shown = f"A {type(value).__name__} with {len(value)} entries." if hasattr(value, "__len__") else ""
    return _directive("data", _full(module, name), shown)


def _class(name: str, value: Any) -> str:
    members = [
        _directive(kind, f"{member}{signature}", markdown(doc), 4) for kind, member, signature, doc in _members(value)
    ]
    body = "\n\n".join([markdown(_doc(value)), *members])
    return _directive("class", f"{name}{_signature(value)}", body, 5)


def _members(value: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, name, signature and docstring of the public members that a class defines itself."""
    for name, member in vars(value).items():
        if name.startswith("_"):
            continue
        plain = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if isinstance(plain, property) or type(plain).__name__ == "cached_property":
            function = getattr(plain, "fget", None) or getattr(plain, "func", None)
            yield "property", name, "", inspect.getdoc(function) or ""
        elif inspect.isfunction(plain):
            yield (
                "method",
                name,
                _signature(plain, bound=not isinstance(member, staticmethod)),
                (inspect.getdoc(plain) or ""),
            )


def _signature(value: Any, bound: bool = False) -> str:
    """Return the signature with short annotations; empty brackets if Python knows none."""
    if inspect.isclass(value) and dataclasses.is_dataclass(value):
        bound = False
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return "()"
    kept = list(signature.parameters.values())[1:] if bound else list(signature.parameters.values())
    texts: list[str] = []
    star = False
    for one in kept:
        if one.kind is one.KEYWORD_ONLY and not star:
            texts.append("*")
            star = True
        star = star or one.kind is one.VAR_POSITIONAL
        mark = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
        default = "" if one.default is one.empty else f"={_value(one.default)}"
        texts.append(f"{mark}{one.name}{default}")
    return f"({', '.join(texts)})"


def _value(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 and "<" not in text and " at 0x" not in text else "..."


def _directive(kind: str, signature: str, body: str, ticks: int = 4) -> str:
    fence = ":" * ticks
    return (
        f"{fence}{{py:{kind}}} {signature}\n{body}\n{fence}" if body else f"{fence}{{py:{kind}}} {signature}\n{fence}"
    )


def markdown(doc: str, headings: bool = False) -> str:
    """Return a docstring in Google style as Markdown: sections become lists, examples code, headings bold or kept."""
    text = EXAMPLE.sub(lambda found: f"**Example**\n\n{_code(found[2])}\n", doc.rstrip() + "\n")
    text = SECTION.sub(lambda found: f"**{found[1]}**\n\n{_entries(found[1], found[2])}\n", text)
    text = text if headings else HEADING.sub(r"**\1**", text)
    return _examples(text).strip()


def _code(block: str) -> str:
    """Return the block of an example as code; a block that has a fence or a prompt of its own stays."""
    plain = inspect.cleandoc("\n" + block)
    return plain + "\n" if plain.startswith(("```", ">>>")) or "\n```" in plain else f"```python\n{plain}\n```\n"


def _entries(title: str, block: str) -> str:
    block = "\n".join(line[4:] if line.startswith("    ") else line for line in block.rstrip("\n").split("\n")) + "\n"
    if title in ("Returns", "Yields"):
        return block
    entries: list[tuple[str, str]] = []
    for line in block.rstrip("\n").split("\n"):
        started = re.match(r"(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*)(?: \([^)]*\))?: (.*)", line)
        if started and not line.startswith(" "):
            entries.append((started[1], started[2]))
        elif entries:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line.strip()}".rstrip())
        else:
            entries.append(("", line.strip()))
    return "\n".join(f"- {code(name)}: {text}" if name else f"- {text}" for name, text in entries) + "\n"


def _examples(text: str) -> str:
    """Put examples with prompts, and indented blocks of code, into fences."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        starts = line.lstrip().startswith(">>> ")
        if starts and not inside:
            lines += ["```pycon"]
            inside = True
        elif inside and not line.strip():
            lines += ["```"]
            inside = False
        lines.append(line)
    return "\n".join([*lines, *(["```"] if inside else [])])
