"""Ranges of scenario parameters, and scenarios drawn from them (domain randomisation).

A path is a dotted key of the scenario whose parts may be `*`: `queues.*.arrivals_per_hour`. All keys that match it get
the same draw. Draws are a Latin hypercube: each of n equal parts of each range holds one draw (McKay, Beckman and
Conover 1979).
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np

from ccenv.files.errors import ScenarioError, closest, names, shown
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.scenario import Scenario
from ccenv.scenarios.schema import Dist

#: Parameters of distributions that are times: a factor of the time multiplies them.
TIMES = ("value_s", "mean_s", "low_s", "high_s", "scale_s", "quantiles_s", "from_s")
SPREADS = ("uniform", "log")
Ends = tuple[float, float]


@dataclass(frozen=True)
class Range:
    """The range of a parameter; either `factor` or `value` is given.

    Attributes:
        factor: Ends of a factor of the scenario's own value. It multiplies a number, all numbers of a list, or the
            times of a distribution.
        value: Ends of the value itself; of a distribution: of its mean, the form stays.
        spread: `uniform` between the ends; `log`: the logarithm is uniform.

    A whole number of the scenario (advisors, lines, leads) stays one: the result is rounded.
    """

    factor: Ends | None = None
    value: Ends | None = None
    spread: Literal["uniform", "log"] = "uniform"

    @property
    def kind(self) -> str:
        """`factor` or `value`."""
        return "value" if self.factor is None else "factor"

    @property
    def ends(self) -> Ends:
        """The smaller and the larger end."""
        ends = self.value if self.factor is None else self.factor
        assert ends is not None
        return ends

    def at(self, share: float) -> float:
        """Return the point of the range below which the share of it lies."""
        low, high = self.ends
        if self.spread == "log":
            return float(low * (high / low) ** share)
        return low + share * (high - low)


def checked(ranges: Mapping[str, Any]) -> dict[str, Range]:
    """Return ranges from plain mappings.

    Raises:
        ValueError: If a range is not allowed; the message names path, value and what is allowed.
    """
    return {path: given if isinstance(given, Range) else _range(path, given) for path, given in ranges.items()}


def _range(path: str, given: Any) -> Range:
    keys = [field.name for field in dataclasses.fields(Range)]
    if not isinstance(given, Mapping):
        raise ValueError(f"randomise: {path}: {shown(given)}; allowed: a mapping with `factor` or `value`")
    for key in given:
        if key not in keys:
            raise ValueError(f"randomise: {path}.{key}: unknown key; allowed: {', '.join(keys)}")
    ends: dict[str, Any] = {key: given.get(key) for key in keys[:2]}
    found = [key for key in keys[:2] if ends[key] is not None]
    if len(found) != 1:
        raise ValueError(f"randomise: {path}: {' and '.join(found) or 'neither'}; allowed: one of factor, value")
    spread = given.get("spread", "uniform")
    if spread not in SPREADS:
        raise ValueError(f"randomise: {path}.spread = {shown(spread)}; allowed: {', '.join(SPREADS)}")
    kind = found[0]
    pair = _checked_ends(f"randomise: {path}.{kind}", ends[kind], positive=spread == "log")
    return Range(factor=pair if kind == "factor" else None, value=pair if kind == "value" else None, spread=spread)


def _checked_ends(at: str, ends: Any, *, positive: bool) -> Ends:
    numbers = isinstance(ends, list | tuple) and len(ends) == 2 and all(type(x) in (int, float) for x in ends)
    fits = numbers and all(math.isfinite(x) and (x > 0 or (x == 0 and not positive)) for x in ends)
    if not fits or ends[0] > ends[1]:
        least = "above 0 (spread = log)" if positive else "0 or more"
        raise ValueError(f"{at} = {shown(ends)}; allowed: two numbers, {least}, the smaller one first")
    return float(ends[0]), float(ends[1])


def leaves(scenario: Scenario, path: str) -> dict[str, Any]:
    """Return the values of a scenario at the keys that match a path, by dotted key.

    Raises:
        ValueError: If no key matches, or a value is no number, list of numbers or distribution of time.
    """
    found = {key: msgspec.to_builtins(value) for key, value in _matching(scenario.centre, path.split("."), [], path)}
    for key, value in found.items():
        if not (_is_number(value) or _is_list(value) or (isinstance(value, dict) and "dist" in value)):
            raise ValueError(
                f"randomise: {path}: {key} is {shown(value)} in {scenario.name}; allowed: a number, a list of numbers, "
                "or a distribution of time"
            )
    return found


def _matching(node: Any, left: list[str], before: list[str], path: str) -> Iterator[tuple[str, Any]]:
    if not left:
        yield ".".join(before), node
        return
    part, rest = left[0], left[1:]
    keys = _parts(node)
    if part != "*" and part not in keys:
        raise ValueError(f"randomise: {path}: no key {part!r}; allowed: {names(list(keys))}{closest(part, list(keys))}")
    if not keys:
        raise ValueError(f"randomise: {path}: nothing at {'.'.join(before)!r} that {part!r} could match")
    for key in keys if part == "*" else [part]:
        yield from _matching(keys[key], rest, [*before, key], path)


def _parts(node: Any) -> dict[str, Any]:
    """Return the values below a node of the scenario, by key."""
    if isinstance(node, msgspec.Struct):
        return {name: getattr(node, name) for name in node.__struct_fields__}
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return {str(key): value for key, value in items}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_number, value))


def _changed(value: Any, kind: str, x: float) -> Any:
    """Return a value of the scenario after a draw."""
    if isinstance(value, list):
        return [_changed(each, kind, x) for each in value]
    if isinstance(value, dict):
        return _in_time(value, x if kind == "factor" else x / mean_s(msgspec.convert(value, Dist)))
    changed = value * x if kind == "factor" else x
    return math.floor(changed + 0.5) if isinstance(value, int) else changed


def _in_time(dist: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """Return a distribution whose times are multiplied by a factor."""
    changed = dict(dist)
    for name in TIMES:
        if changed.get(name) is not None:
            changed[name] = _changed(changed[name], "factor", factor)
    if "mu" in changed:
        changed["mu"] += math.log(factor)
    if "hazard_per_s" in changed:
        changed["hazard_per_s"] = [rate / factor for rate in changed["hazard_per_s"]]
    return changed


def changed(scenario: Scenario, ranges: Mapping[str, Range], point: Mapping[str, float]) -> Scenario:
    """Return the scenario at a point of the ranges: by path a factor or a value.

    Raises:
        ScenarioError: If it is not valid there.
    """
    changes = {
        key: _changed(value, ranges[path].kind, x)
        for path, x in point.items()
        for key, value in leaves(scenario, path).items()
    }
    with warnings.catch_warnings(action="ignore"):  # about the reward: those of the scenario itself hold
        return scenario.replace(**changes) if changes else scenario


def check_ranges(scenario: Scenario, ranges: Mapping[str, Range]) -> None:
    """Check that a scenario has the parameters, and is valid at both ends of each range.

    Raises:
        ValueError: If not; the message names path, value and what is allowed.
    """
    owner: dict[str, str] = {}
    for path, each in ranges.items():
        for key, value in leaves(scenario, path).items():
            if key in owner:
                raise ValueError(f"randomise: {path} and {owner[key]} both match {key}; allowed: one path for each key")
            owner[key] = path
            timeless = isinstance(value, dict) and (value["dist"] == "never" or each.ends[0] == 0.0)
            if timeless:
                raise ValueError(
                    f"randomise: {path}.{each.kind} = {shown(each.ends)}: {key} is {shown(value)}; allowed: a "
                    "distribution with a finite mean, and ends above 0"
                )
        for end in each.ends:
            _check_end(scenario, ranges, path, end)


def _check_end(scenario: Scenario, ranges: Mapping[str, Range], path: str, end: float) -> None:
    at = f"randomise: {path}.{ranges[path].kind} = {end:g}"
    try:
        there = changed(scenario, ranges, {path: end})
    except ScenarioError as error:
        problem = error.problems[0]
        raise ValueError(f"{at}: {problem.key} = {shown(problem.value)}; allowed: {problem.allowed}") from None
    mine, theirs = ([action.name for action in each.catalogue] for each in (scenario, there))
    if mine != theirs:
        raise ValueError(
            f"{at}: the centre has other actions there: {', '.join(sorted({*mine} ^ {*theirs}))}; allowed: a range in "
            "which they stay the same"
        )


def points(ranges: Mapping[str, Range], n: int, seed: int) -> list[dict[str, float]]:
    """Return n points of the ranges: by path a factor or a value."""
    rng = np.random.default_rng(seed)
    columns = {path: (rng.permutation(n) + rng.random(n)) / n for path in ranges}
    return [{path: each.at(float(columns[path][k])) for path, each in ranges.items()} for k in range(n)]


def drawn(scenario: Scenario, ranges: Mapping[str, Range], n: int, seed: int) -> list[Scenario]:
    """Return n scenarios drawn from the ranges.

    Raises:
        ValueError: As of `check_ranges`; or if a draw is not valid although the ends of each range are.
    """
    check_ranges(scenario, ranges)
    found = []
    for point in points(ranges, n, seed):
        try:
            found.append(changed(scenario, ranges, point))
        except ScenarioError as error:
            at = ", ".join(f"{path}.{ranges[path].kind} = {x:.4g}" for path, x in point.items())
            raise ValueError(f"randomise: at {at}: {error}; allowed: narrower ranges") from None
    return found
