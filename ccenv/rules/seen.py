"""What a rule sees of the snapshot: computed from its declaration, enforced by the type of the record it is given."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ccenv.rules.spec import RuleError, RuleSpec, plain
from ccenv.sim.shown.for_rules import CORE, EVERYTHING, FAST, SHOWN_ALWAYS, SHOWN_IF_LEGAL
from ccenv.sim.state.fields import FIELDS

READY = "ready"  # the set of queues with a legal assignment: written with every mask
NAMES = tuple(field.name for field in FIELDS)
CORE_FIELDS = frozenset(field.name for field in FIELDS if field.core)


def declared(rule: RuleSpec) -> frozenset[str]:
    """Return the names of all fields that a rule may read."""
    return frozenset((*rule.reads, *rule.reads_if_legal))


def sees(*rules: RuleSpec) -> int:
    """Return what must be written before these rules are asked: `FAST`, `CORE` or `EVERYTHING`."""
    everywhere = frozenset(name for rule in rules for name in rule.reads)
    if_legal = frozenset(name for rule in rules for name in rule.reads_if_legal)
    if everywhere <= SHOWN_ALWAYS and if_legal <= SHOWN_ALWAYS | SHOWN_IF_LEGAL:
        return FAST
    return CORE if everywhere | if_legal <= CORE_FIELDS else EVERYTHING


def seen_record(rule: RuleSpec, snapshot: np.dtype) -> np.dtype:
    """Return the snapshot's record type with the declared fields only, each in its place."""
    fields: Any = snapshot.fields
    names = [name for name in fields if name in declared(rule) or name == READY]
    return np.dtype({
        "names": names,
        "formats": [fields[name][0] for name in names],
        "offsets": [fields[name][1] for name in names],
        "itemsize": snapshot.itemsize,
    }, align=True)  # fmt: skip


def check_reads(rule: RuleSpec) -> None:
    """Check the declaration of a rule against the fields that there are and the source of its function.

    Reads through helpers are found where a helper is a global function that is given `snap` by position. The compiler
    finds all others, because it is given a record without the fields that are not declared.

    Raises:
        RuleError: If a declared field does not exist, or if the function reads a field that is not declared.
    """
    for name in (*rule.reads, *rule.reads_if_legal):
        if name not in NAMES:
            raise RuleError(f"rule {rule.name}: reads the field {name!r}; allowed: {', '.join(NAMES)}")
    for name in _reads_of(plain(rule.function), 0, set()):
        if name in NAMES and name not in declared(rule):
            raise RuleError(undeclared(rule, name))


def undeclared(rule: RuleSpec, name: str) -> str:
    """Return the message about a field that a rule reads and does not declare."""
    return f"rule {rule.name}: reads the field {name!r} of the snapshot without declaring it: add it to `reads`"


def _reads_of(function: Callable[..., Any], place: int, done: set[tuple[int, int]]) -> Iterator[str]:
    """Yield the fields that a function reads of its argument number `place`, helpers included."""
    code = getattr(function, "__code__", None)
    if code is None or (id(code), place) in done or place >= code.co_argcount:
        return
    done.add((id(code), place))
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return  # no source: the compiler checks alone
    snap = code.co_varnames[place]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == snap:
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            scope = inspect.getclosurevars(function)
            helper = {**scope.globals, **scope.nonlocals}.get(node.func.id)
            for k, argument in enumerate(node.args):
                if helper is not None and isinstance(argument, ast.Name) and argument.id == snap:
                    yield from _reads_of(plain(helper), k, done)
