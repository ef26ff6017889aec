"""Functions that are compiled alone, stored by name, and called by their address from compiled code.

The calling convention is numba's own, so an exception in the called function reaches the caller of the kernel. A record
is passed as a pointer: the called function may be compiled for another record type over the same memory.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.errors import NumbaError
from numba.core.registry import cpu_target
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from ccenv.files.cache import say
from ccenv.sim.kernel.jit import CACHE, OPTIONS, RULE_COMPILER, config, helper

INTERPRETED: list[Callable[..., Any]] = []  # functions by their address if JIT is disabled
_loaded: list[Any] = []  # keeps the machine code in memory


class CompileError(ValueError):
    """A function does not compile; the message is the compiler's, or the name of a field that a record lacks."""


def code_name() -> str:
    """Return what compiled code depends on besides its source: digest of the kernel, processor and its features."""
    target = "" if config.DISABLE_JIT else repr(cpu_target.target_context.codegen().magic_tuple())
    return f"{CACHE.name} {target}"


def link(function: Callable[..., Any], arguments: Sequence[np.dtype], name: str, label: str) -> int:
    """Return the address of a function `(snap, mask, c, params, state, u)` to int64, compiled or from the cache.

    Args:
        function: The function; its `__qualname__` is unique to its content.
        arguments: Record types of `snap`, `c` and `params`; `mask` and `state` are pointers, see `array`.
        name: Name of the stored code: equal for equal content.
        label: What the user calls the function.

    Raises:
        CompileError: If the function does not compile.
    """
    key = f"rule-{name}"
    with contextlib.nullcontext() if CACHE.has(key) else CACHE.lock(key):
        body = CACHE.load(key)
        if body is not None:
            try:
                return _load(pickle.loads(body))
            except Exception:  # written by another build of a package
                CACHE.damaged(key)
        say(f"compiling the rule {label}, once (some seconds)", always=True)
        stored = _compile(function, arguments)
        CACHE.save(key, pickle.dumps(stored))
    return _address(stored[0], _loaded[-1])


def _compile(function: Callable[..., Any], arguments: Sequence[np.dtype]) -> tuple[str, Any]:
    snap, c, params = (numba.from_dtype(kind) for kind in arguments)
    flags, numbers = types.CPointer(types.boolean), types.CPointer(types.float64)
    signature = types.int64(snap, flags, c, params, numbers, types.float64)
    options = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    try:
        made = numba.njit(signature, nogil=True, pipeline_class=RULE_COMPILER, **options)(function)
    except KeyError as error:  # a field that a record does not have
        raise CompileError(str(error.args[0])) from error
    except NumbaError as error:
        raise CompileError(str(error)) from error
    result: Any = next(iter(made.overloads.values()))
    _loaded.append(result.library)
    return result.fndesc.llvm_func_name, result.library.serialize_using_object_code()


def _load(stored: tuple[str, Any]) -> int:
    symbol, code = stored
    target = cpu_target.target_context
    target.refresh()
    library = target.codegen().unserialize_library(code)
    address = _address(symbol, library)
    _loaded.append(library)
    return address


def _address(symbol: str, library: Any) -> int:
    address: int = library.get_pointer_to_function(symbol)
    if address == 0:
        raise ValueError(f"no function {symbol} in the stored code")
    return address


@intrinsic
def array(typing, pointer, n):
    """Return an array of n elements over a pointer, in compiled code."""
    kind = types.Array(pointer.dtype, 1, "C")

    def generate(context, builder, signature, values):
        place, length = values
        made = context.make_array(kind)(context, builder)
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
        shape = [context.cast(builder, length, n, types.intp)]
        populate_array(made, data=place, shape=shape, strides=[size], itemsize=size, meminfo=None)
        return made._getvalue()

    return kind(pointer, n), generate


@intrinsic
def _call(typing, address, snap, mask, c, params, state, u):
    pointer = types.voidptr  # few arguments, so that they stay in registers
    passed = (snap, pointer, c, pointer, pointer, types.float64)

    def generate(context, builder, signature, values):
        where, snap_, mask_, c_, params_, state_, u_ = values
        flags, numbers, memory = (
            builder.bitcast(context.make_array(kind)(context, builder, value).data, cgutils.voidptr_t)
            for kind, value in ((mask, mask_), (params, params_), (state, state_))
        )
        kind = context.call_conv.get_function_type(types.int64, passed)
        function = builder.inttoptr(where, kind.as_pointer())
        arguments = (snap_, flags, c_, numbers, memory, u_)
        status, action = context.call_conv.call_function(builder, function, types.int64, passed, arguments)
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return action

    return types.int64(address, snap, mask, c, params, state, u), generate


if config.DISABLE_JIT:

    def call(address, snap, mask, c, params, state, u):
        """Call the function of this address."""
        return INTERPRETED[address](snap, mask, c, params, state, u)

else:

    @helper
    def call(address, snap, mask, c, params, state, u):
        """Call the function at this address."""
        return _call(address, snap, mask, c, params, state, u)
