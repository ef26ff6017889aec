"""What a variant of the screen is: a centre of the library, and parameters at levels, each with its evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ccenv.rewards.terms import reward_weights
from ccenv.scenarios import Scenario, load_scenario

Changes = Mapping[str, Any]
Evidence = Literal["source", "fit", "range"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of variants, which may set several keys of a scenario.

    Attributes:
        name: Words, with the unit.
        keys: Returns dotted keys with their values at a level.
        evidence: What the level rests on: a published source, a fit to data, or the range that is stated.
        text: The source, the fit, or why the range is as it is.
        range: Lowest and highest level; None if the level is no choice.
        whole: Whether levels are whole numbers.
    """

    name: str
    keys: Callable[[float], Changes]
    evidence: Evidence
    text: str
    range: tuple[float, float] | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        if self.evidence not in get_args(Evidence):
            raise ValueError(f"{self.name}: evidence = {self.evidence!r}; allowed: {', '.join(get_args(Evidence))}")
        if not self.text.strip():
            raise ValueError(
                f"{self.name}: text = {self.text!r}; allowed: the source, the fit or the reason of a range"
            )
        if self.evidence == "range" and self.range is None:
            raise ValueError(f"{self.name}: range = None; allowed with the evidence 'range': lowest and highest level")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError(f"{self.name}: range = {self.range}; allowed: the lowest below the highest level")

    def half(self, level: float) -> tuple[float, ...]:
        """Return the ends of half of the range, around a level; nothing without a range."""
        if self.range is None:
            return ()
        low, high = self.range
        width = 0.5 * (high - low)
        first = min(max(level - 0.5 * width, low), high - width)
        if self.whole:
            return float(math.floor(first)), float(math.ceil(first + width))
        return round(first, 9), round(first + width, 9)


@dataclass(frozen=True)
class Variant:
    """A variant.

    Attributes:
        name: Name of its result file.
        theme: A few words: what the variant has that its centre has not.
        base: Centre of the library, as `name` or `name:variant`.
        levels: Its parameters with their levels.
    """

    name: str
    theme: str
    base: str
    levels: tuple[tuple[Parameter, float], ...] = field(default=())

    def __post_init__(self) -> None:
        for parameter, level in self.levels:
            if parameter.range is not None and not parameter.range[0] <= level <= parameter.range[1]:
                low, high = parameter.range
                raise ValueError(f"{self.name}: {parameter.name} = {level:g}; allowed: {low:g} to {high:g}")

    def changes(self, other: Mapping[str, float] | None = None) -> dict[str, Any]:
        """Return dotted keys with their values; `other`: levels by name of a parameter that replace its own.

        Raises:
            ValueError: If two parameters set one key.
        """
        found: dict[str, Any] = {}
        setter: dict[str, str] = {}
        for parameter, level in self.levels:
            for key, value in parameter.keys((other or {}).get(parameter.name, level)).items():
                if key in setter:
                    raise ValueError(f"{self.name}: {key} is set by {setter[key]!r} and by {parameter.name!r}")
                found[key], setter[key] = value, parameter.name
        return found

    def scenario(self, other: Mapping[str, float] | None = None) -> Scenario:
        """Return the centre; `other` as in `changes`."""
        return load_scenario(self.base, **self.changes(other))

    def ends(self) -> list[tuple[str, float]]:
        """Return the ends of half of the range of each parameter that has one, without the levels of the variant."""
        return [(each.name, end) for each, level in self.levels for end in each.half(level) if end != level]


def amplitude_of(scenario: Scenario) -> float:
    """Return the coefficient of variation of the hidden factor of the arrival rates; 0 without a hidden mode."""
    switching = scenario.centre.switching
    if switching is None or switching.observed:
        return 0.0
    first = switching.mean_s[0] / sum(switching.mean_s)
    low, high = switching.arrivals
    mean = first * low + (1.0 - first) * high
    return math.sqrt(first * (1.0 - first)) * abs(high - low) / mean


def price_of(scenario: Scenario) -> float:
    """Return the cost of an abandoned contact, mean over queues, in the dearest goal of a campaign; else in rewards."""
    if not scenario.queues:
        return 0.0
    weights = reward_weights(scenario)["queue_count"]["abandoned"][: len(scenario.queues)]
    goal = max((campaign.sale_value for campaign in scenario.centre.campaigns.values()), default=0.0)
    return -float(weights.mean()) * (scenario.value_unit / goal if goal > 0.0 else 1.0)


def blended_of(scenario: Scenario) -> float:
    """Return the most advisors on duty in groups that answer contacts and dial; 0 without such a group."""
    centre = scenario.centre
    groups = [
        group
        for group in centre.groups.values()
        if set(group.skills) & set(centre.queues) and set(group.skills) & set(centre.campaigns)
    ]
    staffing = [group.staffing if isinstance(group.staffing, list) else [group.staffing] for group in groups]
    return float(sum(max(each) for each in staffing))
