"""KPIs against the varied keys of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reports.figures.style import WIDTH, colour_of

PANELS = (
    ("value", "Value [{unit}]", 1.0),
    ("n_sales", "Goals reached [per day]", 1.0),
    ("abandonment", "Abandoned [% of offered]", 100.0),
    ("mean_wait_s", "Mean wait [s]", 1.0),
    ("dropped_share_run_total", "Dropped [% of connects]", 100.0),
    ("occupancy", "Occupancy [%]", 100.0),
)
MARKERS = "osD^vPX*"
DASHES = ("-", "--", ":", "-.")
NAMES = {"learned": "learned policy", "best_rule": "best tuned rule", "asked": "asked rules"}


def sweep_figure(lines: Sequence[Mapping[str, Any]], keys: Sequence[str], unit: str) -> Figure:
    """Draw six KPIs against the key with most values; markers distinguish the values of the other keys.

    Args:
        lines: Each with `settings` (the varied keys), `role` and `kpis` (`mean`, `low`, `high`, or None).
        keys: The varied keys, at least one.
        unit: Unit of the value.
    """
    across = max(keys, key=lambda key: len({repr(line["settings"][key]) for line in lines}))
    others = [key for key in keys if key != across]
    values = list(dict.fromkeys(repr(line["settings"][across]) for line in lines))
    shown = [panel for panel in PANELS if panel[0] in lines[0]["kpis"]]
    figure = Figure(figsize=(WIDTH, 2.1 * ((len(shown) + 1) // 2) + 0.4))
    panels = figure.subplots((len(shown) + 1) // 2, 2, squeeze=False)
    for axes in panels.flat[len(shown) :]:
        axes.remove()
    series = _series(lines, others)
    for axes, (name, label, factor) in zip(panels.flat, shown, strict=False):
        for mine in series:
            mine.draw(axes, name, factor, lambda line: _position(line, across, values))
        axes.set_title(label.format(unit=unit), fontsize=8.5)
        axes.set_xlabel(_short(across))
        places = {_position(line, across, values): str(line["settings"][across]) for line in lines}
        axes.set_xticks(list(places), list(places.values()))
    handles = [
        figure.axes[0].plot([], [], color=mine.colour, marker=mine.marker, linestyle=mine.dashes)[0] for mine in series
    ]
    figure.legend(handles, [mine.label for mine in series], loc="outside upper left", ncols=2)
    return figure


class _Series(NamedTuple):
    """Cells of one role and one combination of the other keys."""

    label: str
    colour: str
    marker: str
    dashes: str
    lines: list[Mapping[str, Any]]

    def draw(self, axes: Axes, name: str, factor: float, position: Callable[[Mapping[str, Any]], float]) -> None:
        points = [(position(line), line["kpis"][name]) for line in self.lines if line["kpis"][name] is not None]
        x = [place for place, _ in points]
        mean, low, high = ([factor * figures[key] for _, figures in points] for key in ("mean", "low", "high"))
        axes.vlines(x, low, high, color=self.colour, linewidth=1.0, alpha=0.7)
        axes.plot(x, mean, color=self.colour, marker=self.marker, linestyle=self.dashes, markersize=4, linewidth=1.2)


def _series(lines: Sequence[Mapping[str, Any]], others: Sequence[str]) -> list[_Series]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in lines:
        rest = ", ".join(f"{_short(key)} = {line['settings'][key]}" for key in others)
        found.setdefault((rest, line["role"]), []).append(line)
    rests = list(dict.fromkeys(rest for rest, _ in found))
    series = []
    for (rest, role), mine in found.items():
        place = rests.index(rest)
        marker, dashes = MARKERS[place % len(MARKERS)], DASHES[place % len(DASHES)]
        label = f"{NAMES[role]}; {rest}" if rest else NAMES[role]
        series.append(_Series(label, colour_of(role), marker, dashes, mine))
    return series


def _short(key: str) -> str:
    return key.removeprefix("scenario.set.").removeprefix("learner.training.").removeprefix("learner.settings.")


def _position(line: Mapping[str, Any], across: str, values: Sequence[str]) -> float:
    """Horizontal position of a cell: its number, or the index of its word among all words."""
    value = line["settings"][across]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return float(values.index(repr(value)))
