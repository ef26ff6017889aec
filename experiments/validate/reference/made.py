"""Cache of models: each is built once and solved once for all lines of a table that use it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from ccenv.theory import models
from experiments.validate.reference.parameters import Line, arguments

Answer = Mapping[str, Any]


@functools.cache
def _made(kind: str, given: tuple[tuple[str, Any], ...]) -> Any:
    return getattr(models, kind)(**dict(given))


def model_of(kind: str, line: Line, names: tuple[str, ...], **more: Any) -> Any:
    """Model of a line, from these columns and further arguments."""
    return _made(kind, tuple({**arguments(line, names), **more}.items()))


@functools.cache
def solved(model: Any, limit: tuple[tuple[str, float], ...] = (), gamma: float = 0.0) -> Any:
    """Optimum of a model within limits by name, or of the objective less `gamma` times the number waiting."""
    if gamma:
        return model.solve(gamma=gamma)
    return model.solve(dict(limit)) if limit else model.solve()


def fields(result: Any) -> dict[str, Any]:
    """Fields of a dataclass by name, without copies."""
    return {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
