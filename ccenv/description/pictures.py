"""Pictures of a centre as SVG: arrivals and staff against load over the day, and the load of each group."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ccenv.description.plain import Facts

WIDTH, LEFT, RIGHT = 960, 130, 16
PLOT = WIDTH - LEFT - RIGHT
HEIGHT = 190  # of the plot area of a curve
ROW = 22  # height of a row of the map
MOST_SERIES = 8  # more series are added up as "others"
MOST_LABELS = 18
NARROW = 22  # width of a cell from which it shows its number
# Okabe and Ito's palette for colour-blind readers
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#555555", "#999999")
# colours of the load per advisor, from idle to full; above 1 another hue
LIGHT, DARK, OVER = (239, 246, 252), (8, 81, 156), (213, 94, 0)


def arrivals(facts: Facts) -> str:
    """Return the forecast of arrivals by queue, stacked, over the slots."""
    series = _largest([(queue["name"], queue["forecast_per_hour"]) for queue in facts["queues"]])
    return _stacked("Forecast of arrivals per hour, by queue", series, facts["slots"], None)


def load(facts: Facts) -> str:
    """Return the offered load by queue, stacked, under the number of advisors on duty."""
    series = _largest([(queue["name"], queue["load"]) for queue in facts["queues"]])
    staff = ("advisors on duty", facts["load"]["staff"])
    return _stacked("Offered load in erlangs, by queue, and advisors on duty", series, facts["slots"], staff)


def busy(facts: Facts) -> str:
    """Return a map of the load per advisor: a row for each group, a column for each slot."""
    groups, labels = facts["groups"], facts["slots"]
    step, head = PLOT / len(labels), 24
    height = head + ROW * len(groups) + 26
    parts = [_title("Load per advisor (rho) by group and slot")]
    parts += [_text(LEFT - 8, head + ROW * i + 15, group["name"], "end") for i, group in enumerate(groups)]
    for i, group in enumerate(groups):
        for k, rho in enumerate(group["rho"]):
            x, y = LEFT + step * k, head + ROW * i
            fill = "#ffffff" if rho is None else _shade(rho)
            said = "nobody on duty" if rho is None else f"rho {rho:.2f}"
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{step:.1f}" height="{ROW - 1}" fill="{fill}" stroke="#fff" '
                f'stroke-width="0.5"><title>{escape(group["name"])}, {labels[k]}: {said}</title></rect>'
            )
            if rho is not None and step >= NARROW:
                ink = "#fff" if rho > 0.55 else "#222"
                parts.append(_text(x + step / 2, y + 15, f"{rho:.2f}", "middle", ink, 10))
    parts += _times(labels, head + ROW * len(groups) + 14)
    return _svg(parts, height)


def _stacked(
    title: str, series: list[tuple[str, np.ndarray]], labels: Sequence[str], line: tuple[str, Sequence[float]] | None
) -> str:
    """Return stacked steps, and a line of steps before them."""
    head = 24 + 18 * (1 + (len(series) + bool(line) - 1) // 5)
    total = np.sum([values for _, values in series], axis=0)
    top = _round_up(max(float(total.max()), max(line[1]) if line else 0.0, 1e-9))
    height = head + HEIGHT + 26
    parts = [_title(title)]
    for k in range(5):
        y = head + HEIGHT * (1 - k / 4)
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + PLOT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{top * k / 4:,.4g}" if top < 1e4 else f"{top * k / 4:,.0f}", "end"))
    below = np.zeros(len(labels))
    for k, (name, values) in enumerate(series):
        points = [*_steps(below + values, top, head), *reversed(_steps(below, top, head))]
        outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polygon points="{outline}" fill="{COLOURS[k]}"><title>{escape(name)}</title></polygon>')
        below = below + values
    if line is not None:
        outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in _steps(np.asarray(line[1], float), top, head))
        parts.append(f'<polyline points="{outline}" fill="none" stroke="#000" stroke-width="2"/>')
    names = [*((name, COLOURS[k]) for k, (name, _) in enumerate(series)), *([(line[0], "#000")] if line else [])]
    parts += _legend(names)
    return _svg([*parts, *_times(labels, head + HEIGHT + 16)], height)


def _steps(values: np.ndarray, top: float, head: float) -> list[tuple[float, float]]:
    step = PLOT / len(values)
    ys = [head + HEIGHT * (1.0 - float(value) / top) for value in values]
    return [(LEFT + step * (k + side), y) for k, y in enumerate(ys) for side in (0, 1)]


def _largest(series: list[tuple[str, Sequence[float | None]]]) -> list[tuple[str, np.ndarray]]:
    """Return the largest series, and the sum of the others as one."""
    arrays = [(name, np.array([0.0 if v is None else v for v in values])) for name, values in series]
    if len(arrays) <= MOST_SERIES:
        return arrays
    ordered = sorted(arrays, key=lambda each: -each[1].sum())
    rest = np.sum([values for _, values in ordered[MOST_SERIES:]], axis=0)
    return [*ordered[:MOST_SERIES], (f"{len(arrays) - MOST_SERIES} others", rest)]


def _legend(names: list[tuple[str, str]]) -> list[str]:
    parts = []
    for k, (name, colour) in enumerate(names):
        x, y = LEFT + (k % 5) * PLOT / 5, 34 + 18 * (k // 5)
        parts.append(f'<rect x="{x:.1f}" y="{y - 9}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 16, y, name, "start"))
    return parts


def _times(labels: Sequence[str], y: float) -> list[str]:
    step, every = PLOT / len(labels), -(-len(labels) // MOST_LABELS)
    return [
        _text(LEFT + step * k, y, labels[k], "start" if step * every > 40 else "middle")
        for k in range(0, len(labels), every)
    ]


def _shade(rho: float) -> str:
    if rho >= 1.0:
        return f"rgb{OVER}"
    mixed = tuple(round(light + (dark - light) * rho) for light, dark in zip(LIGHT, DARK, strict=True))
    return f"rgb{mixed}"


def _round_up(value: float) -> float:
    """Return the next number that four even steps divide into round parts."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m for m in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10) if m * power >= value * 0.999) * power)


def _title(text: str) -> str:
    return _text(LEFT, 14, text, "start", "#000", 13)


def _text(x: float, y: float, text: str, anchor: str, fill: str = "#333", size: int = 11) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}">{escape(text)}</text>'
    )


def _svg(parts: Sequence[str], height: float) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'font-family="system-ui, sans-serif">{"".join(parts)}</svg>'
    )
