"""Bundles of exported policies, and the routing service (extra `serve`).

Names are imported on first use, because they need packages that `ccenv` alone does not install.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ccenv.serving.errors import BundleError, BundleWarning, RequestError

if TYPE_CHECKING:
    from ccenv.serving.decider import Decider
    from ccenv.serving.load import BundlePolicy, load_bundle
    from ccenv.serving.snapshot import snapshot_values
    from ccenv.serving.write import set_kpis, write_bundle

_HOMES = {
    "BundlePolicy": "ccenv.serving.load",
    "Decider": "ccenv.serving.decider",
    "load_bundle": "ccenv.serving.load",
    "set_kpis": "ccenv.serving.write",
    "snapshot_values": "ccenv.serving.snapshot",
    "write_bundle": "ccenv.serving.write",
}

__all__ = [
    "BundleError",
    "BundlePolicy",
    "BundleWarning",
    "Decider",
    "RequestError",
    "load_bundle",
    "set_kpis",
    "snapshot_values",
    "write_bundle",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ccenv.serving' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
