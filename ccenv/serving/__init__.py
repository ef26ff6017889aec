"""Bundles of exported policies, and the routing service (extra `serve`).

The names are loaded when they are first used: they need packages that core does not bring.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ccenv.serving.errors import BundleError, BundleWarning, RequestError

if TYPE_CHECKING:
    from ccenv.serving.decider import Decider
    from ccenv.serving.load import BundlePolicy, load_bundle
    from ccenv.serving.snapshot import snapshot_values

_HOMES = {
    "BundlePolicy": "ccenv.serving.load",
    "Decider": "ccenv.serving.decider",
    "load_bundle": "ccenv.serving.load",
    "snapshot_values": "ccenv.serving.snapshot",
}

__all__ = [
    "BundleError",
    "BundlePolicy",
    "BundleWarning",
    "Decider",
    "RequestError",
    "load_bundle",
    "snapshot_values",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ccenv.serving' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
