"""Registry of rules: those of the package, and those that users add by a decorator or `register`.

A rule of a user is named `package.module:function`. Its module is imported where the name is used: in a scenario file,
in settings, in a worker. A rule of a notebook or script has the module `__main__`: it is known in its own process, to
which the functions and classes that run something may be given its name or the function itself.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from typing import Any, Literal

from ccenv.files.near import closest
from ccenv.rules import pacing, routing
from ccenv.rules.params import check_declaration
from ccenv.rules.seen import check_reads
from ccenv.rules.spec import Param, RuleError, RuleSpec, plain
from ccenv.sim.kernel.jit import free_helper

__all__ = ["PACING_RULES", "ROUTING_RULES", "find_rule", "is_local", "pacing_rule", "register", "routing_rule"]

ROUTING_RULES, PACING_RULES = routing.RULES, pacing.RULES
BUILT_IN = {
    "routing": {rule.name: rule for rule in ROUTING_RULES},
    "pacing": {rule.name: rule for rule in PACING_RULES},
}
LOCAL = ("__main__", "__mp_main__")  # modules that cannot be imported by name: a script or a notebook
_of_users: dict[str, dict[str, RuleSpec]] = {"routing": {}, "pacing": {}}
_process: dict[str, int] = {}  # process in which a rule was registered, by name


def register(
    function: Callable[..., Any],
    kind: str,
    *,
    params: tuple[Param, ...] = (),
    reads: tuple[str, ...] = (),
    reads_if_legal: tuple[str, ...] = (),
    state: int | Mapping[str, int] = 0,
    reserves: bool | None = None,
    order: Literal["entry", "total_wait"] = "entry",
    tosses: bool = False,
    once: bool = False,
) -> RuleSpec:
    """Register a function as a rule under the name `package.module:function`; a rule of this name is replaced.

    Args:
        function: A module-level function `(snap, mask, c, params, state, u)` to the index of a legal action. It is
            compiled alone, when it is first used. It may call functions made by `ccenv.rules.helper`, and allocates no
            memory.
        kind: `routing` or `pacing`.
        params: Its parameters, see `Param`.
        reads: Fields of the snapshot that it reads, see `RuleSpec`.
        reads_if_legal: Fields that it reads only of queues and groups with a legal action; they cost less.
        state: Numbers that it remembers.
        reserves: Value of the campaign flag that a pacing rule needs, None for any.
        order: Sort order of the queues that a routing rule needs: `entry` or `total_wait`.
        tosses: It uses the coin `u`.
        once: A pacing rule that does not dial again at an instant if its dials fail at once.

    Returns:
        The declaration; its `name` may be given wherever a rule is named.

    Raises:
        RuleError: If the declaration is not allowed, or if the function reads a field that it does not declare.
    """
    if kind not in _of_users:
        raise RuleError(f"kind = {kind!r}; allowed: {', '.join(_of_users)}")
    bare = plain(function)
    name = f"{bare.__module__}:{bare.__qualname__}"
    if bare.__module__ not in LOCAL and not bare.__qualname__.isidentifier():
        raise RuleError(f"rule {name}: allowed: a function at the top of its module, so that others can import it")
    if order not in ("entry", "total_wait"):
        raise RuleError(f"rule {name}: order = {order!r}; allowed: entry, total_wait")
    part = function if function is not bare else free_helper(bare)
    rule = RuleSpec(
        name, part, tuple(params), tuple(reads), tuple(reads_if_legal), state, reserves, order, tosses, once
    )  # fmt: skip
    check_declaration(rule)
    check_reads(rule)
    _of_users[kind][name] = rule
    _process[name] = os.getpid()
    return rule


def routing_rule(**declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that registers a routing rule; `declared`: the keywords of `register`."""
    return _decorator("routing", declared)


def pacing_rule(**declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that registers a pacing rule; `declared`: the keywords of `register`."""
    return _decorator("pacing", declared)


def _decorator(kind: str, declared: dict[str, Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return register(function, kind, **declared).function

    return decorate


def find_rule(kind: str, rule: str | Callable[..., Any]) -> RuleSpec:
    """Return a rule by its name, or by the function that was registered.

    Args:
        kind: `routing` or `pacing`.
        rule: Registered name, `package.module:function`, or the function.

    Raises:
        RuleError: If there is no such rule here; the message names those that there are.
    """
    if callable(rule):
        return _by_function(kind, rule)
    name = str(rule)
    if name in BUILT_IN[kind]:
        return BUILT_IN[kind][name]
    module = name.partition(":")[0]
    if ":" not in name:
        known = (*BUILT_IN[kind], *_of_users[kind])
        allowed = f"{', '.join(known)}, or package.module:function for a rule in a file of yours"
        raise RuleError(f"{kind} rule {name!r} is not registered; allowed: {allowed}{closest(name, known)}")
    if module in LOCAL:
        if _process.get(name) != os.getpid() or name not in _of_users[kind]:
            raise RuleError(
                f"{kind} rule {name!r} belongs to the notebook or script that defines it; "
                f"put it into a module that can be imported, and name it package.module:function"
            )
    elif name not in _of_users[kind]:
        _import(kind, name, module)
    return _of_users[kind][name]


def _import(kind: str, name: str, module: str) -> None:
    try:
        importlib.import_module(module)
    except RuleError:
        raise
    except Exception as error:  # whatever the module does
        raise RuleError(f"{kind} rule {name!r}: module {module} cannot be imported: {error}") from error
    if name not in _of_users[kind]:
        here = ", ".join(rule for rule in _of_users[kind] if rule.startswith(f"{module}:")) or "none"
        raise RuleError(f"{kind} rule {name!r}: module {module} registers no such {kind} rule; allowed: {here}")


def _by_function(kind: str, function: Callable[..., Any]) -> RuleSpec:
    for rule in (*BUILT_IN[kind].values(), *_of_users[kind].values()):
        if plain(rule.function) is plain(function):
            return rule
    raise RuleError(f"{function!r} is not registered as a {kind} rule; allowed: ccenv.rules.{kind}_rule or register")


def is_local(name: str) -> bool:
    """Return whether a name is that of a rule of a notebook or script, which other processes do not know."""
    return name.partition(":")[0] in LOCAL and ":" in name
