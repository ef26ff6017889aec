"""Compiled policies: functions of snapshot, mask and numbers that the kernel calls by their address.

A compiled policy is compiled alone, as a rule is, and reads the observation from the snapshot. Its numbers (weights)
are data, so policies with other weights need no compilation. From Python the same function is asked (`Asked`), so a
policy decides alike in the kernel and in `act`, to the bit.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from ccenv.policy.protocol import State
from ccenv.rules.linking import LONGEST
from ccenv.sim.kernel import pointers
from ccenv.sim.kernel.jit import config, records
from ccenv.sim.state.layout import Layout, layout
from ccenv.sim.state.sizes import SIZES

UNTOSSED = 0.5  # the coin of a policy that tosses none
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


class Asked:
    """A compiled policy asked from Python: it runs the function that the kernel calls, row after row.

    The snapshot that it gets holds the observation alone, and its configuration is empty.

    Args:
        evaluator: As of `CompiledPolicy`.
        n_obs: Numbers in an observation, K.
        n_actions: Number of actions, A.
    """

    def __init__(self, evaluator: Callable[[Layout], Evaluator], n_obs: int, n_actions: int) -> None:
        self.shape = n_obs, n_actions
        kinds = _smallest(n_obs, n_actions)
        self.evaluator = evaluator(kinds).copy()
        self._snap, self._config = records(np.zeros(1, kinds.snapshot)), records(np.zeros(1, kinds.config))

    def decide(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Return the action of each row, (B,) int64, for observations (B, K) and masks (B, A).

        Raises:
            ValueError: If the arrays have other sizes than the policy.
        """
        if (obs.shape[1:], mask.shape[1:]) != (self.shape[:1], self.shape[1:]) or len(obs) != len(mask):
            raise ValueError(
                f"obs: {obs.shape}, mask: {mask.shape}; allowed: (B, {self.shape[0]}) and (B, {self.shape[1]})"
            )
        legal, actions = np.ascontiguousarray(mask, np.bool_), np.zeros(len(obs), np.int64)
        observed, ask = self._snap["observed"][0, : self.shape[0]], self._asker(legal, actions)
        for b in range(len(obs)):
            observed[:] = obs[b]
            ask(b)
        return actions

    def _asker(self, legal: np.ndarray, actions: np.ndarray) -> Callable[[int], None]:
        """Return the function that decides row b, for what now stands in the snapshot."""
        address, params, memory = self.evaluator
        if config.DISABLE_JIT:
            function = pointers.INTERPRETED[address]

            def interpreted(b: int) -> None:
                actions[b] = function(self._snap[0], legal[b], self._config[0], params, memory, UNTOSSED)

            return interpreted
        # numba's convention: place of the result, place of an exception, then the arguments; a record is its address
        compiled = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 7, ctypes.c_double)(address)
        error = ctypes.c_void_p()
        snap, c, numbers, state = (x.ctypes.data for x in (self._snap, self._config, params, memory))
        at, width, out = legal.ctypes.data, self.shape[1], actions.ctypes.data

        def ask(b: int) -> None:
            failed = compiled(
                out + 8 * b, ctypes.byref(error), snap, at + width * b, c, numbers, state, UNTOSSED
            )  # fmt: skip
            if failed:
                raise RuntimeError(f"a compiled policy failed with status {failed}")

        return ask


def _smallest(n_obs: int, n_actions: int) -> Layout:
    """Return the record types of the smallest size class that holds such observations and actions."""
    for name, size in SIZES.items():
        kinds = layout(name)
        if n_obs <= kinds.snapshot["observed"].shape[0] and n_actions <= size.actions:
            return kinds
    raise ValueError(f"{n_obs} numbers and {n_actions} actions: no size class holds as many")


class KernelPolicy:
    """Base class of compiled policies: `act` is the kernel's own code, asked from Python. They keep no state.

    A subclass implements `evaluator` and sets `n_obs` and `n_actions`.
    """

    n_obs: int
    n_actions: int
    _asked: Asked | None = None

    def evaluator(self, kinds: Layout) -> Evaluator:
        """Return the policy as the kernel of a size class calls it; compiles it if it must."""
        raise NotImplementedError

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows, as in `Policy.act`."""
        if self._asked is None:
            self._asked = Asked(self.evaluator, self.n_obs, self.n_actions)
        return self._asked.decide(obs, mask), None

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what holds an address: it is valid in this process alone."""
        return {name: value for name, value in self.__dict__.items() if name != "_asked"}


def compiled_of(policy: Any) -> CompiledPolicy | None:
    """Return a policy as the kernel can run it: itself, or what its method `compiled` returns; None if it cannot."""
    if callable(getattr(policy, "evaluator", None)):
        return cast(CompiledPolicy, policy)
    compiled = getattr(policy, "compiled", None)
    return compiled() if callable(compiled) else None


def address_of(
    make: Callable[[], Callable[..., Any]],
    params: np.dtype,
    kinds: Layout,
    source: str,
    name: str,
    also: tuple[str, ...] = (),
) -> int:
    """Return the address of a policy's function; compiles it if it must.

    Args:
        make: Makes the function `(snap, mask, c, params, state, u)` to an action; `mask` and `state` are arrays without
            a known length, to be passed through `ccenv.sim.kernel.pointers.array`.
        params: Record type of its numbers.
        kinds: Record types of the size class.
        source: File that holds the function and all that it calls, apart from the kernel.
        name: Name of the function in that file.
        also: Other files with what it calls.

    Raises:
        RuntimeError: If the function does not compile.
    """
    content = f"{pointers.code_name()} {kinds.size.name} {params} {name}"
    digest = hashlib.sha256(content.encode() + b"".join(Path(file).read_bytes() for file in (source, *also)))
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
