"""Names and paths that a page claims to exist, checked against the files of the repository."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ccenv.scenarios.schema import Centre

ROOT = Path(__file__).parents[1]
CODE = ("ccenv", "agents", "experiments", "tests")
MADE = (".venv", "build", "outputs", "dist")  # made by commands, so absent from a fresh checkout

WORD = re.compile(r"[A-Za-z_]\w*")
PATH = re.compile(r"\.?[\w-]+(?:[./][\w-]+)*/?(?:\.\w+)?")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
SUFFIXES = ("py", "md", "yaml", "toml", "ipynb", "html", "json", "lock", "sh", "j2")
ADDRESS = re.compile(r"package\.module:\w+")  # stands for the address of an object of the reader
COMMAND = re.compile(r"(?:\.venv/bin/)?python -m (?P<module>[\w.]+)(?P<arguments>.*)")


def stale(page: Path, text: str) -> list[str]:
    """Describe each back-quoted name, path, command and link of a page that does not exist."""
    outside = re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.S)
    found = []
    for match in re.finditer(r"`([^`]+)`|\]\(([^)#\s]+)[^)]*\)", outside):
        line = outside.count("\n", 0, match.start()) + 1
        quoted, link = match[1], match[2]
        problem = problem_of(page, quoted) if quoted else problem_of_link(page, link)
        if problem:
            found.append(f"{page.relative_to(ROOT)}:{line}: `{quoted or link}`: {problem}")
    return found


def problem_of_link(page: Path, link: str) -> str | None:
    """Say why the target of a link does not exist; None if it does, or if it is an address."""
    return None if "://" in link or (page.parent / link).exists() else "no such file"


def problem_of(page: Path, quoted: str) -> str | None:
    """Say why a back-quoted text names nothing; None if it does."""
    quoted = " ".join(quoted.split())
    if command := COMMAND.fullmatch(quoted):
        return problem_of_command(page, command["module"], command["arguments"].split())
    if quoted.startswith("make "):
        return problem_of_target(quoted.split()[1])
    if ADDRESS.fullmatch(quoted):
        return None
    if is_path(quoted):
        return problem_of_path(page, quoted)
    if DOTTED.fullmatch(quoted):
        return problem_of_dotted(quoted)
    return problem_of_words(quoted)


def problem_of_command(page: Path, module: str, arguments: list[str]) -> str | None:
    """Check the module of a command, the paths among its arguments, and the scenario keys that it sets."""
    if not module_exists(module):
        return f"no module {module}"
    for argument in arguments:
        key = argument.partition("=")[0]
        if is_path(argument) and (problem := problem_of_path(page, argument)):
            return problem
        if key.startswith("scenario.set.") and not is_key(key.split(".")[2:]):
            return f"no scenario key {key.removeprefix('scenario.set.')}"
    return None


def problem_of_target(target: str) -> str | None:
    """Check a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return None if re.search(rf"^{re.escape(target)}:", makefile, re.M) else f"no target {target} in the Makefile"


def is_path(quoted: str) -> bool:
    """Whether a text is a path: with a slash and without spaces, or the name of a file."""
    if not PATH.fullmatch(quoted):
        return False
    known = ("/" in quoted and quoted.split("/")[0] in {path.name for path in ROOT.iterdir()}) or quoted in MADE
    return known or quoted.endswith("/") or quoted.rpartition(".")[2] in SUFFIXES and "." in quoted


def problem_of_path(page: Path, quoted: str) -> str | None:
    """Check a path from the root or from the page's folder; a file's name alone may stand in any folder."""
    if quoted.split("/")[0] in MADE or quoted in environments():
        return None
    if (ROOT / quoted).exists() or (page.parent / quoted).exists():
        return None
    return None if "/" not in quoted and quoted in file_names() else "no such file or folder"


def problem_of_dotted(quoted: str) -> str | None:
    """Check a dotted name: an object of a module, a member of a class, a key of a scenario, or a field of a record."""
    parts = quoted.split(".")
    if (ROOT / parts[0]).is_dir():
        return None if resolves(parts) else "cannot be imported"
    if parts[0] in classes():
        return None if parts[1] in members(parts[0]) else f"class {parts[0]} has no {parts[1]}"
    if is_key(parts):
        return None
    return problem_of_words(quoted) if len(parts[0]) <= 2 or parts[0] not in children() else "no such scenario key"


def problem_of_words(quoted: str) -> str | None:
    """Check every word that has an underscore or a capital, or that is the whole text, against the code's names.

    Plain lower-case words of a formula or of a sentence are free. So are symbols: one or two letters, or a word with a
    subscript of one character.
    """
    alone = WORD.fullmatch(quoted)
    for word in WORD.findall(quoted):
        named = alone or "_" in word or not word.islower()
        symbol = len(word) <= 2 or re.fullmatch(r"[a-z]+_[a-z0-9]", word)
        if named and not symbol and not is_name(word):
            return f"no name {word} in the code"
    return None


def is_name(word: str) -> bool:
    """Whether the code has a name, a code of that name in capitals, or names with that prefix if it ends with `_`."""
    prefix = word.endswith("_") and any(name.startswith(word) for name in names())
    return prefix or word in names() or word.upper() in names()


def module_exists(module: str) -> bool:
    """Whether `python -m` finds a module, without running its packages."""
    path = ROOT.joinpath(*module.split("."))
    if path.parts[len(ROOT.parts)] in CODE:
        return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
    return importlib.util.find_spec(module) is not None


def resolves(parts: list[str]) -> bool:
    """Whether a dotted name is a module of this repository, or an attribute of one."""
    path, rest = ROOT, list(parts)
    while rest and ((path / rest[0]).is_dir() or (path / f"{rest[0]}.py").is_file()):
        path = path / rest.pop(0)
    if not rest:
        return True
    found: Any = importlib.import_module(".".join(path.relative_to(ROOT).parts))
    for part in rest:
        if not hasattr(found, part) and part not in getattr(found, "__annotations__", {}):
            return False
        found = getattr(found, part, None)
    return True


@functools.cache
def trees() -> list[ast.Module]:
    """Syntax trees of all modules but the test of this one, which gives names that do not exist."""
    paths = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py")) if path.name != "test_pages.py"]
    return [ast.parse(path.read_text("utf-8")) for path in paths]


@functools.cache
def names() -> set[str]:
    """Identifiers of the code and keys of its YAML and TOML files, without comments, docstrings and messages."""
    found: set[str] = set()
    for node in (node for tree in trees() for node in ast.walk(tree)):
        for attribute in ("id", "attr", "name", "arg", "asname"):
            if isinstance(value := getattr(node, attribute, None), str):
                found.update(value.split("."))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(declared_by(node.value))
    for path in (path for folder in ("ccenv", "configs", ".ci") for path in (ROOT / folder).rglob("*.y*ml")):
        found.update(re.findall(r"^[\s-]*([A-Za-z_]\w*):", path.read_text("utf-8"), re.M))
    found.update(re.findall(r"^([A-Za-z_]\w*) =", (ROOT / "pyproject.toml").read_text("utf-8"), re.M))
    return found


def declared_by(text: str) -> set[str]:
    """Names that a string holds: all of it if it has no spaces; of words, those with an underscore."""
    if re.search(r"\s", text):
        return {word for word in WORD.findall(text) if "_" in word} if "." not in text else set()
    return set(WORD.findall(text))


@functools.cache
def classes() -> dict[str, list[ast.ClassDef]]:
    """Classes by name."""
    found: dict[str, list[ast.ClassDef]] = {}
    for node in (node for tree in trees() for node in ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, []).append(node)
    return found


def members(name: str) -> set[str]:
    """Methods and attributes of the classes of a name, and of their bases in this repository."""
    found: set[str] = set()
    for node in classes().get(name, []):
        for base in node.bases:
            found |= members(base.id) if isinstance(base, ast.Name) else set()
        for inner in ast.walk(node):
            if isinstance(inner, ast.FunctionDef):
                found.add(inner.name)
            elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "self":
                found.add(inner.attr)
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                found.add(inner.id)
    return found


@functools.cache
def file_names() -> set[str]:
    """Names of all files of the repository's folders."""
    return {path.name for folder in (*CODE, "configs", "notebooks") for path in (ROOT / folder).rglob("*.*")}


@functools.cache
def environments() -> set[str]:
    """Ids of the Gymnasium environments."""
    import gymnasium

    import ccenv  # noqa: F401  (registers them)

    return set(gymnasium.registry)


@functools.cache
def children() -> dict[str | None, set[str]]:
    """Keys of a scenario below each key; below None, the keys of the file."""
    found: dict[str | None, set[str]] = {}

    def visit(key: str | None, struct: type[msgspec.Struct]) -> None:
        fields = msgspec.structs.fields(struct)
        if {field.name for field in fields} <= found.setdefault(key, set()):
            return
        found[key].update(field.name for field in fields)
        for field in fields:
            for below in structs_of(field.type):
                visit(field.name, below)

    visit(None, Centre)
    return found


def structs_of(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """All structs that a type admits, also inside of lists and mappings."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for argument in typing.get_args(hint):
        yield from structs_of(argument)


def is_key(parts: list[str]) -> bool:
    """Whether a dotted text is a key of a scenario, or the end of one; a mapping's key may be any name."""
    if not any(parts[0] in below for below in children().values()):
        return False
    known, named = parts[0], False
    for part in parts[1:]:
        if part in children().get(known, set()):
            known, named = part, False
        elif named or known not in ("queues", "groups", "campaigns", "segments"):
            return False
        else:
            named = True
    return True


def long_lines(text: str, most: int = 120) -> list[int]:
    """Numbers of the lines of prose that are too long; tables, code blocks and links that cannot break are free."""
    code = False
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        code ^= line.lstrip().startswith("```")
        if len(line) > most and not code and not line.lstrip().startswith("|"):
            found.append(number)
    return found


def is_generated(page: Path) -> bool:
    """Whether a command writes the page."""
    return (ROOT / "experiments" / "results") in page.parents
