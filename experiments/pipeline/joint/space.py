"""What may be searched of a pair of rules: words, orders and numbers, and what is left as it is."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import Counter
from typing import Any, Literal, NamedTuple

import numpy as np

from ccenv.rules import PACING_RULES, ROUTING_RULES, find_rule
from ccenv.rules.spec import Param, RuleSpec
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.rules import misfit
from experiments.pipeline.evaluation import Pair, Rule

Half = Literal["routing", "pacing"]
HALVES: tuple[Half, Half] = ("routing", "pacing")
RUNGS = ("P1", "P2")
MOST_NUMBERS = {"P1": 4, "P2": 6}  # of a half: the state-dependent term of P2 brings two at most
MOST_WORDINGS = 24  # combinations of words of a rule


class Number(NamedTuple):
    """A number of a rule that is searched, equal for all queues, groups and campaigns.

    Attributes:
        half: `routing` or `pacing`.
        name: Name of the parameter.
        low: Smallest value searched.
        high: Largest value searched.
        default: Value where none is given.
    """

    half: Half
    name: str
    low: float
    high: float
    default: float

    def value(self, unit: float) -> float:
        """Return the value at a place between 0 (`low`) and 1 (`high`), rounded to six digits."""
        raw = self.low + float(np.clip(unit, 0.0, 1.0)) * (self.high - self.low)
        return float(f"{raw:.6g}")

    def unit(self, value: float) -> float:
        """Return the place of a value between `low` (0) and `high` (1)."""
        return float(np.clip((value - self.low) / (self.high - self.low), 0.0, 1.0))


class Words(NamedTuple):
    """A parameter of a rule whose values are words."""

    half: Half
    name: str
    words: tuple[str, ...]


class Order(NamedTuple):
    """A parameter of a rule whose value is an order of queues or campaigns."""

    half: Half
    name: str
    names: tuple[str, ...]


def other_half(half: Half) -> Half:
    """Return the other half of a pair."""
    return "pacing" if half == "routing" else "routing"


def bounds_of(param: Param) -> tuple[float, float] | None:
    """Return the bounds between which a number is searched; None if it has no finite ones."""
    low, high = param.settable or (param.low, param.high)
    low, high = max(low, param.low), min(high, param.high)
    return (low, high) if math.isfinite(low) and math.isfinite(high) and low < high else None


def is_searched_number(param: Param) -> bool:
    """Return whether a parameter is searched as one number, equal for all campaigns where it is one by campaign."""
    other = param.words or param.order or param.per not in ("", "campaign") or param.own or param.of_centre
    return not other and bounds_of(param) is not None


def rung_of(rule: RuleSpec) -> str:
    """Return the lowest rung whose pairs may have a rule: P1, P2, or S if it has more numbers than its rung allows."""
    rung = "P2" if rule.state_term else "P1"
    return "S" if sum(map(is_searched_number, rule.params)) > MOST_NUMBERS[rung] else rung


class Space:
    """The rules of a rung that a centre can run, and what is searched of them.

    Args:
        scenario: The centre.
        rung: `P1` or `P2`; a rung has the rules of those below it.
        reserves: Campaign flag of the pacing rules allowed; None for both.

    Raises:
        ValueError: If the rung is another.
    """

    def __init__(self, scenario: Scenario, rung: str, reserves: bool | None = None) -> None:
        if rung not in RUNGS:
            raise ValueError(f"rung = {rung!r}; allowed: {', '.join(RUNGS)}")
        self.scenario = scenario
        self.rung = rung
        self.reserves = reserves
        self.rules: dict[Half, list[str]] = {
            "routing": [rule.name for rule in ROUTING_RULES if self.allows(rule)],
            "pacing": [rule.name for rule in PACING_RULES if self.allows(rule) and self.has_flag(rule)],
        }
        if not scenario.campaigns:
            self.rules["pacing"] = ["no_dial"]
        self.common = {half: self._common(half) for half in HALVES}
        self.axes = {"queue": tuple(scenario.centre.queues), "campaign": tuple(scenario.centre.campaigns)}

    def allows(self, rule: RuleSpec) -> bool:
        """Return whether the rung has a rule, and the centre has what the rule needs."""
        allowed = RUNGS[: RUNGS.index(self.rung) + 1]
        return rung_of(rule) in allowed and misfit(self.scenario.centre, rule) is None

    def allows_pair(self, pair: Pair) -> bool:
        """Return whether both rules of a pair are among those that are searched."""
        return all(getattr(pair, half).name in self.rules[half] for half in HALVES)

    def _common(self, half: Half) -> set[str]:
        """Return the names of the parameters that more than half of the rules have."""
        counts = Counter(param.name for name in self.rules[half] for param in find_rule(half, name).params)
        return {name for name, count in counts.items() if 2 * count > len(self.rules[half])}

    def has_flag(self, rule: RuleSpec) -> bool:
        """Return whether a pacing rule runs under the campaign flag that is allowed."""
        return self.reserves is None or rule.reserves in (None, self.reserves)

    def params(self, pair: Pair) -> list[tuple[Half, Param]]:
        """Return the parameters of both rules of a pair."""
        return [(half, param) for half in HALVES for param in find_rule(half, getattr(pair, half).name).params]

    def numbers(self, pair: Pair) -> list[Number]:
        """Return the numbers of a pair that are searched."""
        found = []
        for half, param in self.params(pair):
            bounds = bounds_of(param)
            if is_searched_number(param) and bounds is not None:
                found.append(Number(half, param.name, *bounds, float(param.default)))
        return found

    def words(self, pair: Pair) -> list[Words]:
        """Return the words of a pair that are searched."""
        return [
            Words(half, param.name, param.words)
            for half, param in self.params(pair)
            if len(param.words) > 1 and not param.per
        ]

    def orders(self, pair: Pair) -> list[Order]:
        """Return the orders of a pair that are searched: those of two names or more."""
        return [
            Order(half, param.name, self.axes[param.per])
            for half, param in self.params(pair)
            if param.order and len(self.axes[param.per]) > 1
        ]

    def untuned(self, pair: Pair) -> list[str]:
        """Return the parameters of a pair that are not searched, as `half.name`."""
        found: list[Number | Words | Order] = [*self.numbers(pair), *self.words(pair), *self.orders(pair)]
        searched = {(each.half, each.name) for each in found}
        return [f"{half}.{param.name}" for half, param in self.params(pair) if (half, param.name) not in searched]

    def wordings(self, half: Half, name: str) -> list[Rule]:
        """Return a rule with each combination of its words, and its default numbers."""
        params = [param for param in find_rule(half, name).params if len(param.words) > 1 and not param.per]
        combinations = itertools.product(*(param.words for param in params))
        names = [param.name for param in params]
        wordings = [Rule(name, dict(zip(names, words, strict=True))) for words in combinations]
        return wordings[:MOST_WORDINGS]


def with_param(pair: Pair, half: Half, name: str, value: Any) -> Pair:
    """Return a pair with another value of a parameter."""
    rule: Rule = getattr(pair, half)
    return with_rule(pair, half, Rule(rule.name, {**rule.params, name: value}))


def with_rule(pair: Pair, half: Half, rule: Rule) -> Pair:
    """Return a pair with another rule in one half."""
    return dataclasses.replace(pair, **{half: rule})


def with_numbers(pair: Pair, numbers: list[Number], units: np.ndarray) -> Pair:
    """Return a pair with the numbers at the given places between their bounds, (len(numbers),) in [0, 1]."""
    for number, unit in zip(numbers, units, strict=True):
        pair = with_param(pair, number.half, number.name, number.value(float(unit)))
    return pair


def carried_over(pair: Pair, half: Half, rule: Rule) -> Pair:
    """Return the pair with another rule that keeps the values that both rules allow for a parameter of one name."""
    old: Rule = getattr(pair, half)
    before, after = ({param.name: param for param in find_rule(half, each.name).params} for each in (old, rule))
    both = {name: value for name, value in old.params.items() if name in after}
    kept = {name: value for name, value in both.items() if _is_allowed(value, before[name], after[name])}
    return with_rule(pair, half, Rule(rule.name, {**kept, **rule.params}))


def _is_allowed(value: Any, old: Param, new: Param) -> bool:
    """Return whether a value of one parameter is a value of another: of the same axis, one of its words, in bounds."""
    if (old.per, old.order, bool(old.words)) != (new.per, new.order, bool(new.words)):
        return False
    if new.words:
        return value in new.words
    return (old.low >= new.low and old.high <= new.high) or (
        isinstance(value, int | float) and new.low <= value <= new.high
    )
