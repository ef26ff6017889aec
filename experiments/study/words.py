"""Results of a study in words: figures as text, conclusions from the numbers, comparison with published figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ccenv.kpis.bootstrap import EQUAL
from ccenv.kpis.numbers import as_text
from experiments.study.declared import Assumption, Headline, Study

Found = Mapping[str, Any]  # an estimate in a result file: `value`, `low`, `high`
Result = Mapping[str, Any]


class Scale(NamedTuple):
    """Unit in which a figure is shown, and the factor to it."""

    unit: str
    factor: float


class Swing(NamedTuple):
    """How far a headline moves when one assumption moves over its range.

    Attributes:
        assumption: The assumption.
        low: The headline at the lower end.
        high: The headline at the upper end.
    """

    assumption: Assumption
    low: Found
    high: Found

    @property
    def size(self) -> float:
        """Distance of both ends; 0 if one is missing."""
        return 0.0 if None in (self.low["value"], self.high["value"]) else abs(self.high["value"] - self.low["value"])


def scale_of(study: Study, headline: Headline) -> Scale:
    """Return the unit of a headline."""
    if headline.kind == "change":
        return Scale("%", 100.0)
    unit = headline.unit if headline.kind == "figure" else study.measure(headline.measure).unit
    if unit == "share":
        return Scale("%" if headline.kind == "figure" else "points", 100.0)
    return Scale(unit, 1.0)


def number(value: float | None, scale: Scale, *, sign: bool) -> str:
    """Return a number in a unit, without the unit."""
    return as_text(None if value is None else scale.factor * value, digits=3, sign=sign, minus="−")


def shown(found: Found, scale: Scale, *, sign: bool, unit: bool = True) -> str:
    """Return an estimate with its interval."""
    value, low, high = (number(found[end], scale, sign=sign) for end in ("value", "low", "high"))
    ends = "" if found["low"] is None else f" [{low}, {high}]"
    if found["value"] is None:
        return "n/a"
    ends += f" ({EQUAL})" if found.get("bound") else ""
    return f"{value} {scale.unit}".rstrip() + ends if unit else f"{value}{ends}"


def headline_text(study: Study, headline: Headline, found: Found, *, unit: bool = True) -> str:
    """Return a headline with its interval."""
    return shown(found, scale_of(study, headline), sign=headline.kind != "figure", unit=unit)


def headline_number(study: Study, headline: Headline, value: float | None) -> str:
    """Return a value of a headline in its unit, without interval."""
    scale = scale_of(study, headline)
    return f"{number(value, scale, sign=headline.kind != 'figure')} {scale.unit}".rstrip()


def measure_text(study: Study, name: str, found: Found) -> str:
    """Return a measure of a variant with its interval."""
    unit = study.measure(name).unit
    return shown(found, Scale("%", 100.0) if unit == "share" else Scale(unit, 1.0), sign=False)


def case_of(result: Result, role: str, name: str = "") -> Found:
    """Return the first case with a role and name."""
    found: Found = next(each for each in result["cases"] if (each["role"], each["name"]) == (role, name))
    return found


def swings(study: Study, result: Result, headline: Headline) -> list[Swing]:
    """Return how far a headline moves with each assumption, the farthest first."""
    found = [
        Swing(each, *(case_of(result, role, each.name)["headlines"][headline.name] for role in ("low", "high")))
        for each in study.assumptions
    ]
    return sorted(found, key=lambda swing: -swing.size)


def crosses_zero(found: Found) -> bool:
    """Return whether an interval holds 0; without an interval, whether the figure is 0 or unknown."""
    if found["low"] is None:
        return not found["value"] or not found.get("bound")
    low, high = found["low"], found["high"]
    return bool(low <= 0.0 <= high)


def answers(study: Study, result: Result) -> list[str]:
    """Return the sentences that answer the question: one for each headline, and how firm it is."""
    found = [f"{_answer(study, result, each)} {_firmness(study, result, each)}" for each in study.headlines]
    found += [_where_equal(study, result, *each) for each in study.equal]
    cases = [("the base case", case_of(result, "base"))]
    cases += [(f"the case *{each.name}*", case_of(result, "also", each.name)) for each in study.also]
    return [*found, *(_agreeing(study, name, case) for name, case in cases if study.published)]


def _agreeing(study: Study, name: str, case: Found) -> str:
    """Return which published figures a case agrees with."""
    published = [each for each in study.headlines if each.published is not None]
    agree = [each.name for each in published if is_inside(each, case["headlines"][each.name])]
    return (
        f"Comparisons with published figures that agree in {name}: {len(agree)} of {len(published)}"
        f"{' (' + ', '.join(agree) + ')' if agree else ''}."
    )


def is_inside(headline: Headline, found: Found) -> bool:
    """Return whether the published figure is inside an interval, widened by its rounding.

    If all runs are equal there is no interval, only a bound: then their figure must round to the published one.
    """
    near, published = headline.rounding, headline.published
    assert published is not None
    if found.get("bound"):
        return abs(found["value"] - published) <= near
    return found["low"] is not None and bool(found["low"] - near <= published <= found["high"] + near)


def _where_equal(study: Study, result: Result, assumption: str, headline: str) -> str:
    """Return where a headline is 0 over the range of an assumption, and the other headlines there."""
    varied, level = study.assumption(assumption), study.headline(headline)
    at = meeting(curve_of(study, result, level, varied), 0.0, varied.base)
    if at is None:
        return f"Over the range of *{assumption}*, {headline} is never equal in both variants."
    others = [
        f"{each.name} {headline_number(study, each, y)}"
        for each in study.headlines
        if each is not level and (y := height(curve_of(study, result, each, varied), at)) is not None
    ]
    return (
        f"Read off the cases, {headline} is equal in both variants at *{assumption}* = {varied.text(round_to(at))}. "
        f"There: {'; '.join(others)}."
    )


def height(curve: list[tuple[float, float]], at: float) -> float | None:
    """Return a curve, linear between its points, at a value; None outside its points."""
    for (x0, y0), (x1, y1) in zip(curve, curve[1:], strict=False):
        if x0 <= at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return None


def _answer(study: Study, result: Result, headline: Headline) -> str:
    found = case_of(result, "base")["headlines"][headline.name]
    text = headline_text(study, headline, found)
    if headline.kind == "figure":
        return headline.words.format(value=text)
    sides = [result["variants"][side][headline.measure] for side in (headline.against, headline.variant)]
    scale = Scale("%", 100.0) if study.measure(headline.measure).unit == "share" else Scale(
        study.measure(headline.measure).unit, 1.0
    )  # fmt: skip
    ends = " to ".join(number(side["value"], scale, sign=False) for side in sides)
    pair = f"*{headline.variant}* against *{headline.against}*"
    if found["value"] is None:
        return f"**{headline.name}**, {pair}: nothing was counted."
    unsure = "no measurable change, " if crosses_zero(found) and not found.get("bound") else ""
    return f"**{headline.name}**, {pair}: {unsure}{text}, from {ends} {scale.unit}".rstrip() + "."


def _firmness(study: Study, result: Result, headline: Headline) -> str:
    """Return what moves a headline most, and whether its sign holds over all ranges."""
    moved = swings(study, result, headline)
    most = moved[0]
    scale, sign = scale_of(study, headline), headline.kind != "figure"
    ends = " to ".join(number(each["value"], scale, sign=sign) for each in (most.low, most.high))
    text = f"Most depends on *{most.assumption.name}*: {ends} {scale.unit}".rstrip() + " over its range."
    base = case_of(result, "base")["headlines"][headline.name]
    if headline.kind == "figure" or base["value"] is None or crosses_zero(base):
        return text
    ends_of_ranges = [
        (f"*{swing.assumption.name}* = {swing.assumption.text(value)}", end)
        for swing in moved
        for end, value in ((swing.low, swing.assumption.low), (swing.high, swing.assumption.high))
    ]
    turned = [at for at, end in ends_of_ranges if not crosses_zero(end) and end["value"] * base["value"] < 0.0]
    equal = [at for at, end in ends_of_ranges if crosses_zero(end) and end.get("bound")]
    unsure = [at for at, end in ends_of_ranges if crosses_zero(end) and not end.get("bound")]
    told = f"The sign turns at {', '.join(turned)}." if turned else ""
    told += f" The interval holds 0 at {', '.join(unsure)}." if unsure else ""
    told += f" All runs are equal at {', '.join(equal)}." if equal else ""
    return f"{text} {told.strip() or 'The sign holds at both ends of every range.'}"


class Comparison(NamedTuple):
    """A headline beside the published figure.

    Attributes:
        headline: The headline.
        found: Ours in the base case.
        inside: Whether the published figure is inside our interval, which is widened by its rounding.
        by: Values of single assumptions that would give the published figure.
        nearest: If no single assumption does: the end of a range that comes nearest.
    """

    headline: Headline
    found: Found
    inside: bool
    by: list[tuple[Assumption, float]]
    nearest: tuple[Assumption, float, Found] | None


def compared(study: Study, result: Result) -> list[Comparison]:
    """Return the comparison of each headline that has a published figure."""
    return [_compared(study, result, each) for each in study.headlines if each.published is not None]


def _compared(study: Study, result: Result, headline: Headline) -> Comparison:
    found, published = case_of(result, "base")["headlines"][headline.name], headline.published
    assert published is not None
    inside = is_inside(headline, found)
    curves = [(each, curve_of(study, result, headline, each)) for each in study.assumptions]
    by = [(each, at) for each, curve in curves if (at := meeting(curve, published, each.base)) is not None]
    ends = [(each, x, {"value": y}) for each, curve in curves for x, y in (curve[0], curve[-1])]
    nearest = None if by or inside else min(ends, key=lambda end: abs(end[2]["value"] - published))
    return Comparison(headline, found, inside, by, nearest)


def curve_of(study: Study, result: Result, headline: Headline, assumption: Assumption) -> list[tuple[float, float]]:
    """Return a headline by the values of one assumption, ascending; values outside its range are left out."""
    points = {}
    for case in result["cases"]:
        mine = case["role"] == "base" or (case["role"] in ("low", "high", "sweep") and case["name"] == assumption.name)
        x, y = case["values"][assumption.name], case["headlines"][headline.name]["value"]
        if mine and y is not None and assumption.low <= x <= assumption.high:
            points[x] = y
    return sorted(points.items())


def meeting(curve: list[tuple[float, float]], level: float, base: float) -> float | None:
    """Return the value at which a curve, linear between its points, meets a level; of several the nearest to `base`."""
    found = []
    for (x0, y0), (x1, y1) in zip(curve, curve[1:], strict=False):
        if y0 != y1 and min(y0, y1) <= level <= max(y0, y1):
            found.append(x0 + (x1 - x0) * (level - y0) / (y1 - y0))
    return min(found, key=lambda x: abs(x - base), default=None)


def verdict(study: Study, each: Comparison) -> str:
    """Return whether ours agrees with the published figure, and if not, which assumption explains it."""
    if each.inside:
        return "agrees"
    if each.by:
        values = ", ".join(f"*{assumption.name}* = {assumption.text(round_to(at))}" for assumption, at in each.by)
        return f"differs; explained by {values}{', each alone' if len(each.by) > 1 else ''}"
    assert each.nearest is not None
    assumption, at, found = each.nearest
    text = number(found["value"], scale_of(study, each.headline), sign=True)
    return f"differs; no single assumption explains it, nearest *{assumption.name}* = {assumption.text(at)} with {text}"


def round_to(value: float) -> float:
    """Return a value to three digits."""
    return float(f"{value:.3g}")
