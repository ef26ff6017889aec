"""Entries: bundles, ONNX graphs and Python policies, by the text that names them.

| text | entry |
|---|---|
| a folder with `manifest.json` | a bundle |
| a file that ends with `.onnx` | a graph with the inputs and outputs of `ccenv.serving.graph` |
| `file.py` or `file.py:name` | a Python policy in a file; the name is `policy` if none is given |
| a folder with `policy.py` | the same, with files beside it that it reads |
| `module:name` | a Python policy in a module that Python finds from here |

`cell=text` enters for this cell alone (and its loads). Else an entry plays each cell that it fits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Literal

from ccenv.files.errors import shown
from ccenv.league.asked import AT_ONCE, Asked
from ccenv.league.declared import Cell, Suite
from ccenv.league.errors import LeagueError
from ccenv.scenarios import Scenario
from ccenv.serving.errors import BundleError
from ccenv.serving.interface import differences, interface_of, listed
from ccenv.spaces.observation import observation_names

Kind = Literal["bundle", "graph", "python"]
MANIFEST, GRAPH, CODE, POLICY = "manifest.json", "policy.onnx", "policy.py", "policy"
CELL = re.compile(r"(?P<cell>[\w@.-]+)=(?P<rest>.+)", re.S)
ADDRESS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
ALLOWED = (
    "the folder of a bundle, an .onnx file, a .py file (file.py:name), a folder with policy.py, or module:name; "
    "cell=... enters for one cell"
)


@dataclass(frozen=True)
class Entry:
    """What plays cells.

    Attributes:
        source: The text that names it.
        kind: `bundle`, `graph` or `python`.
        digest: SHA-256 of its files, hexadecimal.
        cell: The only cell that it plays, with its loads; None: each that it fits.
        player: What its process is told of it.
        bundle: The loaded bundle; None for another kind.
        graph: The loaded graph of a bundle or graph; None for a Python policy.
    """

    source: str
    kind: Kind
    digest: str
    cell: str | None
    player: dict[str, Any]
    bundle: Any = None
    graph: Any = None

    def flagged(self, centre: Scenario) -> Scenario:
        """Return a cell's centre under the campaigns' flag of the entry: that of a bundle, else the cell's."""
        flag = getattr(self.bundle, "reserves", None)
        return centre if flag is None or not centre.campaigns else centre.with_reserves(flag)

    def misfit(self, centre: Scenario, asked: Asked = AT_ONCE) -> str:
        """Return why the entry cannot play a centre; empty if it can, or if its own process will say."""
        here = self.flagged(centre)
        if self.kind != "python" and (asked.interval_s is not None or asked.fields is not None):
            return f"{asked.words}; allowed: a Python policy, which says what it sets or reads"
        if self.bundle is not None:
            return listed(differences(self.bundle.manifest.interface, interface_of(here)))
        if self.graph is not None:
            try:
                self.graph.check_size(len(observation_names(here)), len(here.catalogue))
            except BundleError as error:
                return str(error)
        return ""

    def plays(self, cell: Cell) -> bool:
        """Return whether the entry is meant for a cell."""
        return self.cell in (None, cell.name, cell.name.partition("@")[0])


def entries_of(sources: Sequence[str | Path], suite: Suite) -> list[Entry]:
    """Return the entries that texts name.

    Raises:
        LeagueError: If a text names nothing that can be entered, or a cell that the suite does not have.
        BundleError: If a bundle or graph cannot be used.
        ImportError: If it needs the extra `serve`, which is not installed.
    """
    if not sources:
        raise LeagueError(f"sources = []; allowed: one or more of {ALLOWED}")
    return [entry_of(str(source), suite) for source in sources]


def entry_of(text: str, suite: Suite) -> Entry:
    """Return the entry that a text names; raises as `entries_of` does."""
    named = CELL.fullmatch(text)
    cell, source = (named["cell"], named["rest"]) if named and not Path(text).exists() else (None, text)
    if cell is not None and cell not in {name.partition("@")[0] for name in suite.cells}:
        suite.cell(cell)
    path = Path(source)
    if path.is_dir() and (path / MANIFEST).is_file():
        return _bundle(text, cell, path)
    if path.suffix == ".onnx":
        return _graph(text, cell, path)
    return _python(text, cell, source)


def _bundle(text: str, cell: str | None, folder: Path) -> Entry:
    from ccenv.serving import load_bundle  # its packages are an extra

    bundle = load_bundle(folder)
    player = {"graph": str(folder / GRAPH), "decision": bundle.decision}
    digest = digest_of_files(folder, [folder / GRAPH, folder / MANIFEST])
    return Entry(text, "bundle", digest, cell, player, bundle, bundle.graph)


def _graph(text: str, cell: str | None, path: Path) -> Entry:
    from ccenv.serving.graph import Graph

    if not path.is_file():
        raise LeagueError(f"source = {shown(text)}: there is no such file; allowed: {ALLOWED}")
    graph = Graph(path.read_bytes())
    player = {"graph": str(path), "decision": "argmax"}
    return Entry(text, "graph", digest_of_files(path.parent, [path]), cell, player, graph=graph)


def _python(text: str, cell: str | None, source: str) -> Entry:
    folder = Path(source)
    if folder.is_dir() and (folder / CODE).is_file():
        files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        player = {"file": str(folder / CODE), "name": POLICY}
        return Entry(text, "python", digest_of_files(folder, files), cell, player)
    where, colon, name = source.rpartition(":")
    path = Path(where if colon else source)
    if path.suffix == ".py" and path.is_file():
        player = {"file": str(path), "name": name if colon else POLICY}
        return Entry(text, "python", digest_of_files(path.parent, [path]), cell, player)
    if not ADDRESS.fullmatch(source):
        raise LeagueError(f"source = {shown(text)}: it names nothing that is there; allowed: {ALLOWED}")
    root, files = _module_files(where)
    if not files:
        raise LeagueError(f"source = {shown(text)}: Python finds no module {where}; allowed: {ALLOWED}")
    return Entry(text, "python", digest_of_files(root, files), cell, {"module": where, "name": name})


def _module_files(module: str) -> tuple[Path, list[Path]]:
    """Return the folder and the sources of a module that is found but not imported; of a package, all below it."""
    import sys

    where: Any = [str(Path.cwd()), *sys.path]
    spec = None
    parts = module.split(".")
    for k in range(len(parts)):
        spec = PathFinder.find_spec(".".join(parts[: k + 1]), where)
        if spec is None:
            return Path(), []
        where = spec.submodule_search_locations or []
    assert spec is not None
    if spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations)))
        return folder, sorted(folder.rglob("*.py"))
    path = Path(spec.origin or "")
    return path.parent, [path] if path.is_file() else []


def digest_of_files(root: Path, files: Sequence[Path]) -> str:
    """Return the SHA-256 of files with their names below a folder, hexadecimal."""
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in files):
        content = path.read_bytes()
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def who_plays(entries: Sequence[Entry], suite: Suite) -> dict[str, int]:
    """Return the index of the entry that plays each cell, by cell; cells that no entry fits are left out.

    Raises:
        LeagueError: If an entry does not fit the cell that it names, or no entry fits any cell.
    """
    found: dict[str, int] = {}
    reasons: list[str] = []
    for cell in suite.cells.values():
        asked = sorted(
            (k for k, entry in enumerate(entries) if entry.plays(cell)), key=lambda k: entries[k].cell is None
        )
        centre = cell.centre()
        for k in asked:
            why = entries[k].misfit(centre, cell.asked)
            if not why:
                found[cell.name] = k
                break
            reasons.append(f"{entries[k].source}, cell {cell.name}: {why}")
            if entries[k].cell is not None:
                raise LeagueError(f"source = {shown(entries[k].source)} does not fit the cell {cell.name}: {why}")
    if not found:
        raise LeagueError(f"no source fits a cell of the suite {suite.name}: {reasons[0]}")
    return found
