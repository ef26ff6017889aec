"""Digest of the code that a result runs: the modules that its entry modules import, as syntax trees.

Comments, docstrings and modules that are not imported change no digest. Cells are named by it
(`experiments.jobs.cells`).
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from experiments.jobs.files import ROOT

PACKAGES = ("agents", "ccenv", "experiments")

# Packages of others that can change a number, by the name under which code imports them.
NUMERIC = {
    "numba": "numba",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "sb3_contrib": "sb3-contrib",
    "stable_baselines3": "stable-baselines3",
    "torch": "torch",
}


class Reached(NamedTuple):
    """What the entry modules import, directly or indirectly.

    Attributes:
        modules: Files of `PACKAGES` by module name.
        libraries: First names of all other imports.
    """

    modules: dict[str, Path]
    libraries: frozenset[str]


@functools.cache
def code_digest(entries: tuple[str, ...], root: Path = ROOT) -> str:
    """Return the SHA-256 of the modules reached from `entries`, and of the versions of `NUMERIC` that they import.

    The minor version of Python is part of it, because its parser makes the syntax trees.
    """
    reached = reach(entries, root)
    digest = hashlib.sha256(".".join(platform.python_version_tuple()[:2]).encode())
    for package, installed in library_versions(reached).items():
        digest.update(f"\n{package} {installed}".encode())
    for name, path in sorted(reached.modules.items()):
        digest.update(f"\n{name} {module_digest(path)}".encode())
    return digest.hexdigest()


def library_versions(reached: Reached) -> dict[str, str]:
    """Return the installed versions of the packages of `NUMERIC` that are imported."""
    found = {}
    for name, package in NUMERIC.items():
        if name in reached.libraries:
            try:
                found[package] = version(package)
            except PackageNotFoundError:
                found[package] = "not installed"
    return found


def reach(entries: tuple[str, ...], root: Path = ROOT) -> Reached:
    """Return what the entry modules import.

    Imports inside functions count in the entry modules only: elsewhere they stand for an optional way, and a result
    that takes it names the module with that import as an entry. Imports for type checking never count. A package's own
    module counts if something is imported from it; if it imports its names at first use (`_HOMES`), so do
    their modules.

    Args:
        entries: Names of modules of `PACKAGES`, or of a user's modules, whose packages then count like these.
        root: The checkout.

    Raises:
        ModuleNotFoundError: An entry does not exist.
    """
    modules: dict[str, Path] = {}
    libraries: set[str] = set()
    waiting = list(entries)
    own = {*PACKAGES, *(entry.partition(".")[0] for entry in entries)}
    while waiting:
        name = waiting.pop()
        if name in modules:
            continue
        path = file_of(name, root)
        if path is None:
            raise ModuleNotFoundError(f"no module {name} in {root}")
        modules[name] = path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for imported, part in _imports(parsed(path), package, nested=name in entries):
            if imported.partition(".")[0] not in own:
                libraries.add(imported.partition(".")[0])
            elif part and file_of(f"{imported}.{part}", root):
                waiting.append(f"{imported}.{part}")
            elif (file := file_of(imported, root)) is not None:
                waiting += [imported, *([home] if (home := _homes(file).get(part)) else [])]
    return Reached(modules, frozenset(libraries))


def file_of(name: str, root: Path = ROOT) -> Path | None:
    """Return the file of a module, of the checkout or else of a user; None if there is none."""
    base = root.joinpath(*name.split("."))
    for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
        if path.is_file():
            return path
    if name.partition(".")[0] in PACKAGES:
        return None
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(found.origin) if found is not None and (found.origin or "").endswith(".py") else None  # type: ignore[arg-type]


def _homes(path: Path) -> dict[str, str]:
    """Return the modules of the names that a package imports at first use; empty if it has no `_HOMES`."""
    for node in parsed(path).body if path.name == "__init__.py" else ():
        if isinstance(node, ast.Assign) and "_HOMES" in (getattr(target, "id", "") for target in node.targets):
            homes: dict[str, str] = ast.literal_eval(node.value)
            return homes
    return {}


def _imports(tree: ast.AST, package: str, nested: bool) -> Iterator[tuple[str, str]]:
    """Yield the imported modules, each with the name that is imported from it, or ""."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from _imports(ast.Module([other], []), package, nested)
        elif nested or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imports(node, package, nested)


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file, without docstrings."""
    return _parsed(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _parsed(path: Path, written: int) -> ast.Module:
    tree = ast.parse(path.read_bytes(), str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            node.body
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
            and isinstance(node.body[0].value.value, str)
        ):
            node.body[0] = ast.copy_location(ast.Pass(), node.body[0])
    return tree


def module_digest(path: Path) -> str:
    """Return the SHA-256 of a file's syntax tree: comments, docstrings and layout do not change it."""
    return _module_digest(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _module_digest(path: Path, written: int) -> str:
    return hashlib.sha256(ast.dump(_parsed(path, written)).encode()).hexdigest()
