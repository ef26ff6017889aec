"""Parameters of a rule: from given values to checked numbers, and to the rows that the kernel reads.

A value is given once for all, by name, or as a list with one value for each slot of the day:

| parameter | one value | by slot |
|---|---|---|
| number or word | `2` | `[2, 2, 3]` |
| per queue, group or campaign | `2` for all, or `{name: 2}` | `[2, 2, 3]`, or `{name: [2, 2, 3]}` |
| per pair | `2` for all, `{queue or campaign: 2}`, or `{queue or campaign: {group: 2}}` | a list for a number |
| order | `[name, name]` | `[[name, name], [name, name]]` |

A name that a mapping leaves out has the default. The default of a parameter that stands for a value of the centre
(`OF_CENTRE`) is the centre's own value of each name, and that of a computed one (`COMPUTED`) is computed from the
scenario, for instance handle rates by pair. Where a name has no such value, the parameter is 0: a queue
without callbacks, a group that handles one side only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ccenv.rules.spec import AXES, COMPUTED, OF_CENTRE, OWN, Param, RuleError, RuleSpec
from ccenv.sim.state.sizes import Size

EMPTY = "_"  # field of the record of a rule without parameters, because a record has at least one


class Names(NamedTuple):
    """Names to which parameters refer.

    Attributes:
        queues: Names of the queues.
        groups: Names of the groups.
        campaigns: Names of the campaigns.
        pairs: Owner (queue or campaign) and group of each compatible pair.
        n_slots: Slots of the day.
        own: By parameter of `OF_CENTRE`, the centre's own value of each name along its axis; None if it has none.
        computed: Function from the name of a constant in `COMPUTED` to its value of each name along its axis; None
            where it has none.
        offered: By such a parameter of `OWN`, the names for which a supervisor may set it.
    """

    queues: tuple[str, ...]
    groups: tuple[str, ...]
    campaigns: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    n_slots: int
    own: Mapping[str, tuple[float | None, ...]] = MappingProxyType({})
    offered: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    computed: Callable[[str], tuple[float | None, ...]] | None = None

    def along(self, axis: str) -> tuple[Any, ...]:
        """Return the names along an axis; one empty name for a parameter with a single value."""
        by_axis = {"": ("",), "queue": self.queues, "group": self.groups, "campaign": self.campaigns}
        return by_axis.get(axis, self.pairs)

    def defaults(self, param: Param) -> tuple[float | str, ...]:
        """Return the default of a parameter for each name along its axis."""
        if param.computed and self.computed is not None:
            return tuple(0.0 if value is None else value for value in self.computed(param.computed))
        if (param.own or param.of_centre) and param.name in self.own:
            return tuple(0.0 if value is None else value for value in self.own[param.name])
        return (param.default,) * len(self.along(param.per))

    def has(self, param: Param) -> tuple[bool, ...]:
        """Return for each name along its axis whether the parameter has a meaning there."""
        if param.of_centre and param.name in self.own:
            return tuple(value is not None for value in self.own[param.name])
        return (True,) * len(self.along(param.per))


class Rows(NamedTuple):
    """Parameters as the kernel reads them: rows of numbers, (R, N) float64, and the row of each slot, (slots,)."""

    table: np.ndarray
    of_slot: np.ndarray


def capacity(size: Size, axis: str) -> int:
    """Return the room along an axis in a size class; 1 for a single value."""
    return {"": 1, "queue": size.queues, "group": size.groups, "campaign": size.campaigns, "pair": size.pairs}[axis]


def params_record(rule: RuleSpec, size: Size) -> np.dtype:
    """Return the record type that a rule is given: a float64 for each parameter, an array for those along an axis."""
    fields: list[tuple[Any, ...]] = [
        (p.name, "f8", (capacity(size, p.per),)) if p.per else (p.name, "f8") for p in rule.params
    ]
    return np.dtype(fields or [(EMPTY, "f8")], align=True)


def state_length(rule: RuleSpec, size: Size) -> int:
    """Return how many numbers a rule remembers in a size class."""
    if isinstance(rule.state, int):
        return rule.state
    return sum(n * (1 if axis == "rule" else capacity(size, axis)) for axis, n in rule.state.items())


def check_values(rule: RuleSpec, given: Mapping[str, Any], names: Names) -> dict[str, np.ndarray]:
    """Check the parameters of a rule and complete them with defaults.

    Returns:
        By parameter, float64 of shape (1 or slots, names along its axis): words as indices, orders as ranks.

    Raises:
        RuleError: If a parameter is unknown or its value is not allowed; the message says which and what is.
    """
    allowed = [p.name for p in rule.params]
    if not isinstance(given, Mapping):
        raise RuleError(f"rule {rule.name}: parameters {given!r}; allowed: a mapping from names to values")
    unknown = sorted(str(key) for key in given if key not in allowed)
    if unknown:
        raise RuleError(f"rule {rule.name}: unknown parameter {unknown[0]!r}; allowed: {', '.join(allowed) or 'none'}")
    return {p.name: _Reader(rule, p, names).read(given[p.name]) if p.name in given else _default(p, names)
            for p in rule.params}  # fmt: skip


def rule_rows(rule: RuleSpec, given: Mapping[str, Any], names: Names, size: Size) -> Rows:
    """Return the parameters of a rule as rows for the kernel; slots with equal values share a row.

    Raises:
        RuleError: As `check_values`; or if there are more different slots than the size class has room for.
    """
    values = check_values(rule, given, names)
    kind = params_record(rule, size)
    n = max((len(value) for value in values.values()), default=1)
    by_slot = np.zeros((n, kind.itemsize // 8))
    fields: Any = kind.fields
    for name, value in values.items():
        first = fields[name][1] // 8
        by_slot[:, first : first + value.shape[1]] = value
    table, of_slot = np.unique(by_slot, axis=0, return_inverse=True)
    if table.size > size.rule_numbers:
        raise RuleError(
            f"rule {rule.name}: parameters take {len(table)} different slots of {table.shape[1]} numbers; "
            f"allowed: {size.rule_numbers} numbers in size class {size.name}"
        )
    return Rows(table, np.resize(of_slot.ravel(), names.n_slots) if n == 1 else of_slot.ravel())


def _default(param: Param, names: Names) -> np.ndarray:
    along = names.along(param.per)
    if param.order:
        return np.arange(len(along), dtype=np.float64)[None, :]
    return np.array([[_number(param, value) for value in names.defaults(param)]])


def _number(param: Param, value: Any) -> float:
    return float(param.words.index(value)) if param.words else float(value)


class _Reader:
    """Reads the value of one parameter."""

    def __init__(self, rule: RuleSpec, param: Param, names: Names) -> None:
        self.rule, self.param, self.names = rule, param, names

    def read(self, given: Any) -> np.ndarray:
        """Return the numbers, (1 or slots, names along the axis)."""
        if self.param.order:
            return self._orders(given)
        along = self.names.along(self.param.per)
        columns = [self._slots(value, at) for value, at in self._by_name(given, along)]
        n = max((len(column) for column in columns), default=1)
        table = np.array([np.resize(column, n) for column in columns]).reshape(len(columns), n).T
        return np.where(self.names.has(self.param), table, 0.0)

    def _by_name(self, given: Any, along: Sequence[Any]) -> list[tuple[Any, str]]:
        """Return the value of each name, and where it stands."""
        name = self.param.name
        if not isinstance(given, Mapping):
            return [(given, name)] * len(along)
        if not self.param.per:
            raise self._refused(name, given, self._allowed())
        if self.param.per != "pair":
            self._known(name, given, along)
            defaults = self.names.defaults(self.param)
            return [(given.get(key, d), f"{name}.{key}") for key, d in zip(along, defaults, strict=True)]
        self._known(name, given, tuple(dict.fromkeys(owner for owner, _ in along)))
        found = []
        for (owner, group), default in zip(along, self.names.defaults(self.param), strict=True):
            inner = given.get(owner, default)
            if isinstance(inner, Mapping):
                self._known(f"{name}.{owner}", inner, [g for o, g in along if o == owner])
                inner = inner.get(group, default)
            found.append((inner, f"{name}.{owner}.{group}"))
        return found

    def _known(self, at: str, given: Mapping[Any, Any], names: Sequence[Any]) -> None:
        unknown = [key for key in given if key not in names]
        if unknown:
            raise self._refused(f"{at}.{unknown[0]}", given[unknown[0]], f"keys {', '.join(map(str, names)) or 'none'}")

    def _slots(self, value: Any, at: str) -> list[float]:
        """Return one number, or one for each slot."""
        if not _is_list(value):
            return [self._single(value, at)]
        if len(value) != self.names.n_slots:
            raise self._refused(at, value, f"{self._allowed()}, or a list of {self.names.n_slots}, one for each slot")
        return [self._single(one, f"{at}[{k}]") for k, one in enumerate(value)]

    def _single(self, value: Any, at: str) -> float:
        param = self.param
        if param.words:
            if not isinstance(value, str) or value not in param.words:
                raise self._refused(at, value, self._allowed())
            return float(param.words.index(value))
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not number or not param.low <= float(value) <= param.high:
            raise self._refused(at, value, self._allowed())
        return float(value)

    def _orders(self, given: Any) -> np.ndarray:
        """Return the ranks, from one order or one for each slot."""
        by_slot = _is_list(given) and len(given) > 0 and all(_is_list(one) for one in given)
        if not by_slot:
            return np.array([self._ranks(given, self.param.name)])
        if len(given) != self.names.n_slots:
            raise self._refused(self.param.name, given, f"one order, or {self.names.n_slots}, one for each slot")
        return np.array([self._ranks(one, f"{self.param.name}[{k}]") for k, one in enumerate(given)])

    def _ranks(self, order: Any, at: str) -> list[float]:
        along = self.names.along(self.param.per)
        if not _is_list(order) or sorted(map(str, order)) != sorted(along):
            raise self._refused(at, order, f"each of {', '.join(along)} once")
        return [float(list(order).index(name)) for name in along]

    def _allowed(self) -> str:
        param = self.param
        return ", ".join(param.words) if param.words else f"a number in [{param.low:g}, {param.high:g}]"

    def _refused(self, at: str, value: Any, allowed: str) -> RuleError:
        return RuleError(f"rule {self.rule.name}: {at} = {value!r}; allowed: {allowed}")


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)


def check_declaration(rule: RuleSpec) -> None:
    """Check what a rule declares of its parameters and its state.

    Raises:
        RuleError: If a name, an axis, a bound, a default or a length is not allowed.
    """
    names = [param.name for param in rule.params]
    for param in rule.params:
        at = f"rule {rule.name}: parameter {param.name!r}"
        if not param.name.isidentifier() or names.count(param.name) > 1:
            raise RuleError(f"{at}; allowed: identifiers, each once")
        if param.own and (param.name not in OWN or param.per != "queue" or param.words or param.order):
            raise RuleError(f"{at}: own = True; allowed: for a number by queue, {', '.join(OWN)}")
        if param.per not in ("", *AXES) or (param.order and param.per not in ("queue", "campaign")):
            raise RuleError(
                f"{at}: per = {param.per!r}; allowed: {', '.join(AXES)}, '', and for an order queue, campaign"
            )
        if param.of_centre and (param.per != OF_CENTRE[param.name] or param.order or param.words):
            raise RuleError(f"{at}: allowed under this name: numbers, per = {OF_CENTRE[param.name]!r}")
        if param.computed and (param.order or param.words or COMPUTED.get(param.computed) != param.per):
            known = ", ".join(name for name, axis in COMPUTED.items() if axis == param.per) or "none"
            raise RuleError(f"{at}: computed = {param.computed!r}; allowed for numbers, per = {param.per!r}: {known}")
        default_fits = param.default in param.words if param.words else _in_bounds(param)
        if not param.order and not default_fits:
            raise RuleError(f"{at}: default = {param.default!r}; allowed: one of its own values")
    lengths = {"rule": rule.state} if isinstance(rule.state, int) else dict(rule.state)
    for axis, n in lengths.items():
        if axis not in ("rule", *AXES) or not isinstance(n, int) or isinstance(n, bool) or n < 0:
            raise RuleError(
                f"rule {rule.name}: state = {rule.state!r}; allowed: counts by {', '.join(('rule', *AXES))}"
            )


def _in_bounds(param: Param) -> bool:
    return isinstance(param.default, int | float) and param.low <= param.default <= param.high
