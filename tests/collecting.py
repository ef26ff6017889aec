"""A pytest plugin that reports the places that load a scenario or compile while tests are collected."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

from ccenv.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[1]
LOADING = ROOT / "ccenv" / "scenarios"

reports: set[str] = set()


def watch(kind: type, name: str, report: str) -> None:
    """Report each call of a method together with its caller."""
    original: Callable[..., Any] = getattr(kind, name)

    def reporting(self: Any, *args: Any, **kwargs: Any) -> Any:
        reports.add(f"{caller()} {report}")
        return original(self, *args, **kwargs)

    setattr(kind, name, reporting)


def caller() -> str:
    """Path and line of the innermost frame outside of libraries, this file and the loading of scenarios."""
    for frame in reversed(traceback.extract_stack()):
        path = Path(frame.filename)
        skipped = path == Path(__file__) or path.is_relative_to(LOADING) or "site-packages" in path.parts
        if path.is_file() and not skipped:
            return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name}:{frame.lineno}"
    raise AssertionError("pytest itself is always on the stack")


watch(Scenario, "__init__", "loads a scenario")
watch(Dispatcher, "_compile_for_args", "compiles")
watch(Dispatcher, "compile", "compiles")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print one line for each report."""
    for report in sorted(reports):
        print(f"COLLECTING {report}")
