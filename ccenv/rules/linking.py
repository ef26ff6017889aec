"""Compile each rule alone, to the address of a function of one signature, and keep it on disk.

The kernel calls `int64 rule(snap, mask, c, params, state, u)` through an address in the configuration record. So an
entry holds no rule, and an edit of a rule compiles that rule alone. The stored code is named by a digest of the kernel,
of the rule's bytecode and that of its helpers, and of all constants that they use.

If JIT is disabled, an address is an index into `pointers.INTERPRETED`.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ccenv.rules.params import params_record, state_length
from ccenv.rules.seen import NAMES, seen_record, undeclared
from ccenv.rules.spec import RuleError, RuleSpec, plain
from ccenv.sim.kernel import pointers
from ccenv.sim.kernel.jit import config
from ccenv.sim.state.layout import Layout

LONGEST = 600  # characters of a compiler's message

_addresses: dict[str, int] = {}
_digests: dict[tuple[Callable[..., Any], str], str] = {}


def address_of(rule: RuleSpec, kinds: Layout) -> int:
    """Return the address at which the kernel of a size class calls a rule; compiles it if it must.

    Raises:
        RuleError: If the rule does not compile, for instance because it reads a field that it does not declare.
    """
    key = _digest(rule, kinds) if rule.of_user else _digest_of_built_in(rule, kinds)
    if key not in _addresses:
        _addresses[key] = _interpreted(rule, kinds) if config.DISABLE_JIT else _compiled(rule, kinds, key)
    return _addresses[key]


def _compiled(rule: RuleSpec, kinds: Layout, key: str) -> int:
    seen, given = seen_record(rule, kinds.snapshot), params_record(rule, kinds.size)
    function, array, n_state = rule.function, pointers.array, max(1, state_length(rule, kinds.size))

    def asked(snap, mask, c, params, state, u):
        action = function(snap, array(mask, c.n_actions), c, params, array(state, n_state), u)
        return np.int64(action)

    asked.__name__ = asked.__qualname__ = f"rule_{key}"
    try:
        return pointers.link(asked, (seen, kinds.config, given), key, rule.name)
    except pointers.CompileError as error:
        raise RuleError(_reason(rule, str(error))) from error


def _reason(rule: RuleSpec, message: str) -> str:
    """Return what the author of a rule must know of the compiler's message."""
    if message in NAMES:
        return undeclared(rule, message)
    lines = [line for line in message.splitlines() if line.strip() and "Record(" not in line]
    text = "\n".join(lines)[:LONGEST]
    return (
        f"rule {rule.name} does not compile. It may use what numba compiles without allocating memory, and functions "
        f"made by ccenv.rules.helper.\n{text}"
    )


def _interpreted(rule: RuleSpec, kinds: Layout) -> int:
    """Return the index of a function that calls the rule with the same views that the compiled one is given."""
    seen, given = seen_record(rule, kinds.snapshot), params_record(rule, kinds.size)
    function = plain(rule.function)

    def asked(snap, mask, c, params, state, u):
        row = np.asarray(snap).reshape(1).view(seen).view(np.recarray)[0]
        values = np.ascontiguousarray(params[: given.itemsize // 8]).view(given).view(np.recarray)[0]
        return int(function(row, mask, c, values, state, u))

    pointers.INTERPRETED.append(asked)
    return len(pointers.INTERPRETED) - 1


def _digest(rule: RuleSpec, kinds: Layout) -> str:
    digest = hashlib.sha256(f"{pointers.code_name()} {kinds.size.name} {rule[:1] + rule[2:]}".encode())
    digest.update(str(params_record(rule, kinds.size)).encode())
    for part in (*_of_code(_compiled.__code__), *_content(plain(rule.function), set())):
        digest.update(part)
    return digest.hexdigest()[:24]


def _digest_of_built_in(rule: RuleSpec, kinds: Layout) -> str:
    """Return the digest of a rule of the package, which no run changes; its function stands for its declaration."""
    key = (plain(rule.function), kinds.size.name)
    if key not in _digests:
        _digests[key] = _digest(rule, kinds)
    return _digests[key]


def _content(function: Callable[..., Any], done: set[int]) -> Iterator[bytes]:
    """Yield everything that the compiled code of a function depends on: bytecode, constants, helpers."""
    code = getattr(function, "__code__", None)
    if code is None or id(code) in done:
        return
    done.add(id(code))
    yield function.__qualname__.encode()
    yield from _of_code(code)
    scope = {**function.__globals__, **_cells(function)}
    for name in sorted(_names(code)):
        yield name.encode()
        yield from _of_value(scope.get(name), _names(code), done)


def _cells(function: Callable[..., Any]) -> dict[str, Any]:
    names, cells = function.__code__.co_freevars, function.__closure__ or ()
    return {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}


def _names(code: types.CodeType) -> set[str]:
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return {*code.co_names, *code.co_freevars}.union(*map(_names, inner))


def _of_code(code: types.CodeType) -> Iterator[bytes]:
    yield code.co_code
    yield repr((code.co_names, code.co_varnames, code.co_argcount)).encode()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _of_code(constant)
        else:
            yield repr(constant).encode()


def _of_value(value: Any, names: set[str], done: set[int]) -> Iterator[bytes]:
    if isinstance(value, types.ModuleType):  # its constants, where the function names them
        for name in sorted(names & set(vars(value))):
            if not isinstance(getattr(value, name), types.ModuleType):
                yield from _of_value(getattr(value, name), names, done)
    elif isinstance(value, np.ndarray):
        yield repr((value.dtype, value.shape)).encode() + value.tobytes()
    elif isinstance(plain(value), types.FunctionType):
        yield from _content(plain(value), done)
    elif isinstance(value, bool | int | float | complex | str | bytes | tuple | np.generic):
        yield repr(value).encode()
