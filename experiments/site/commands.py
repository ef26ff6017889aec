"""Page of the commands: those of `ccenv`, of the experiments, and the targets of the Makefile."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from typer.main import get_command

from ccenv.cli.app import app
from experiments.jobs.files import ROOT
from experiments.site.text import cell, code, page, section, table

FOLDER = ROOT / "experiments"
EXAMPLES = ROOT / "notebooks" / "examples"
TARGET = re.compile(r"^([a-z-]+):.*? ## (.+)$", re.MULTILINE)


def pages() -> dict[str, str]:
    """Return the page of the commands."""
    return {
        "commands": page(
            "Commands",
            section(
                "`ccenv`",
                "The command `ccenv`, also `python -m ccenv`, comes with the extra `cli`. Each has `--help`.",
                *(_subcommand(name, command) for name, command in subcommands().items()),
            ),
            section("Experiments", "They come with a checkout, and need the group `experiments`.", _experiments()),
            section("make", table(["target", "does"], [[f"`make {name}`", cell(text)] for name, text in targets()])),
            section("Examples", "Short scripts to start from, run by the tests.", _examples()),
        )
    }


def subcommands() -> dict[str, Any]:
    """Return the subcommands of `ccenv` by name; one of a group has the name of the group before its own."""
    group: Any = get_command(app)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {name: command} if inner is None else {f"{name} {key}": each for key, each in inner.items()}
    return found


def _subcommand(name: str, command: Any) -> str:
    rows = [
        [" ".join(map(code, parameter.opts)) if parameter.opts[0].startswith("-") else code(parameter.name.upper()),
         cell(getattr(parameter, "help", None) or ""),
         "" if parameter.default in (None, False, [], ()) or callable(parameter.default) else code(parameter.default)]
        for parameter in command.params
    ]  # fmt: skip
    text = " ".join((command.help or "").split("\n\n")[0].split())
    return section(f"`ccenv {name}`", text, table(["argument", "meaning", "default"], rows) if rows else "", level=3)


def modules() -> dict[str, Path]:
    """Return the modules of the experiments that are commands, by dotted name."""
    found = {}
    for path in sorted(FOLDER.rglob("*.py")):
        if any(isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in _body(path)):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__main__" else parts)] = path
    return found


def _body(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text()).body


def first_sentence(path: Path) -> str:
    """Return the first paragraph of a module's docstring, without the command that it repeats."""
    text = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return re.sub(r": `python[^`]*`", "", " ".join(text.split()))


def _experiments() -> str:
    rows = [[f"`python -m {name}`", cell(first_sentence(path))] for name, path in modules().items()]
    return table(["command", "does"], rows)


def targets() -> list[tuple[str, str]]:
    """Return the targets of the Makefile with their descriptions."""
    return TARGET.findall((ROOT / "Makefile").read_text())


def _examples() -> str:
    rows = [
        [code(path.relative_to(ROOT).as_posix()), cell(first_sentence(path))] for path in sorted(EXAMPLES.glob("*.py"))
    ]
    return table(["script", "shows"], rows)
