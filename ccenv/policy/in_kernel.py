"""Compiled policies: functions of snapshot, mask and numbers that the kernel calls by their address.

A compiled policy is compiled alone, as a rule is, and reads the observation from the snapshot. Its numbers (weights)
are data, so policies with other weights need no compilation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from ccenv.rules.linking import LONGEST
from ccenv.sim.kernel import pointers
from ccenv.sim.kernel.jit import config
from ccenv.sim.state.layout import Layout

_addresses: dict[str, int] = {}


class Evaluator(NamedTuple):
    """A policy as the kernel calls it.

    Attributes:
        address: Address of the function.
        params: Its numbers, (N,) float64: the bytes of the record that it was compiled for.
        memory: Its memory, (M,) float64; the first number is M, the second the action of the base.
    """

    address: int
    params: np.ndarray
    memory: np.ndarray

    def copy(self) -> Evaluator:
        """Return the same policy with numbers and memory of its own: a call of the kernel writes to both."""
        return Evaluator(self.address, self.params.copy(), self.memory.copy())


class CompiledPolicy(Protocol):
    """A policy that the kernel can run: it also is a `Policy`, and decides in both ways alike."""

    owns: str

    def evaluator(self, kinds: Layout) -> Evaluator:
        """Return the policy as the kernel of a size class calls it; compiles it if it must."""
        ...


def compiled_of(policy: Any) -> CompiledPolicy | None:
    """Return a policy as the kernel can run it: itself, or what its method `compiled` returns; None if it cannot."""
    if callable(getattr(policy, "evaluator", None)):
        return cast(CompiledPolicy, policy)
    compiled = getattr(policy, "compiled", None)
    return compiled() if callable(compiled) else None


def address_of(make: Callable[[], Callable[..., Any]], params: np.dtype, kinds: Layout, source: str, name: str) -> int:
    """Return the address of a policy's function; compiles it if it must.

    Args:
        make: Makes the function `(snap, mask, c, params, state, u)` to an action; `mask` and `state` are arrays without
            a known length, to be passed through `ccenv.sim.kernel.pointers.array`.
        params: Record type of its numbers.
        kinds: Record types of the size class.
        source: File that holds the function and all that it calls, apart from the kernel.
        name: Name of the function in that file.

    Raises:
        RuntimeError: If the function does not compile.
    """
    content = f"{pointers.code_name()} {kinds.size.name} {params} {name}"
    digest = hashlib.sha256(content.encode() + Path(source).read_bytes())
    key = digest.hexdigest()[:24]
    if key not in _addresses:
        _addresses[key] = _interpreted(make(), params) if config.DISABLE_JIT else _compiled(make(), params, kinds, key)
    return _addresses[key]


def _compiled(function: Any, params: np.dtype, kinds: Layout, key: str) -> int:
    function.__name__ = function.__qualname__ = f"policy_{key}"
    try:
        return pointers.link(function, (kinds.snapshot, kinds.config, params), f"policy-{key}", "of a policy")
    except pointers.CompileError as error:
        raise RuntimeError(f"a policy does not compile: {str(error)[:LONGEST]}") from error


def _interpreted(function: Callable[..., int], params: np.dtype) -> int:
    """Return the index of a function that gets the views that the compiled one gets."""

    def asked(snap: Any, mask: np.ndarray, c: Any, numbers: np.ndarray, state: np.ndarray, u: float) -> int:
        return int(function(snap, mask, c, numbers.view(params).view(np.recarray)[0], state, u))

    pointers.INTERPRETED.append(asked)
    return len(pointers.INTERPRETED) - 1
