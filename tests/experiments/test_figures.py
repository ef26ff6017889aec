import itertools
import random
from typing import Any

import matplotlib.colors
import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.reports.figures import differences, policy_map, tradeoff
from experiments.reports.figures.labels import START, arranged, crosses
from experiments.reports.figures.style import styled


def interval(mean: float, half: float = 0.1) -> dict[str, float]:
    return {"mean": mean, "low": mean - half, "high": mean + half}


def row(label: str, mean: float | None, *, role: str = "other", within: bool = True, tied: bool = False) -> Any:
    difference = None if mean is None else interval(mean)
    return {"label": label, "short": label, "role": role, "dials": "reserved", "within_limit": within,
            "outcome": "tied" if tied else "lost", "difference": difference,
            "kpis": {"abandonment": interval(0.04, 0.01), "n_sales": interval(9 + (mean or 0), 1)},
            "differences": {} if mean is None else {"abandonment": interval(0, 0.001), "n_sales": interval(mean)},
            }  # fmt: skip


ROWS = [
    row("learned policy", 0.05, role="learned", tied=True),
    row("fifo + a", None, role="best_rule"),
    row("lwt + a", -0.1, tied=True),
    row("fifo + b = c", -2.0, within=False),
    row("fifo + no_dial", -12.0),
]


def drawn(rows: Any = ROWS) -> Figure:
    with styled():
        figure = differences.differences(rows, "value per day; 1 = one sale", 0.03)
        figure.draw_without_rendering()
        return figure


def test_distant_rows_do_not_squash_the_lead():
    low, high = differences.near(ROWS)

    assert -0.3 < low < -0.2 and 0.15 < high < 0.25
    assert [each["label"] for each in differences.close_rows(ROWS)] == ["learned policy", "fifo + a", "lwt + a"]


def test_a_broken_axis_says_so_and_gives_the_unit():
    texts = [axes.get_xlabel() for axes in drawn().axes]

    assert texts == ["coarser scale", "Difference to the best tuned rule\n[value per day; 1 = one sale]"]


def test_axis_is_whole_where_no_row_is_distant():
    assert len(drawn(ROWS[:3]).axes) == 1


def test_each_row_stands_once_and_within_its_panel():
    shown = []
    for axes in drawn().axes:
        low, high = axes.get_xlim()
        marks = [line for line in axes.lines if line.get_marker() in ("o", "D") and len(line.get_xdata()) == 1]
        shown += [float(line.get_xdata()[0]) for line in marks if low <= float(line.get_xdata()[0]) <= high]

    assert sorted(shown) == [-12.0, -2.0, -0.1, 0.0, 0.05]


def test_rules_that_break_the_limit_are_hollow_and_the_figure_says_what_that_means():
    figure = drawn()
    marks = {
        float(line.get_xdata()[0]): matplotlib.colors.to_hex(line.get_markerfacecolor())
        for axes in figure.axes
        for line in axes.lines
        if line.get_marker() == "o" and len(line.get_xdata()) == 1
    }

    assert [value for value, face in marks.items() if face == "#ffffff"] == [-2.0]
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["keeps the drop limit of 3 %", "does not surely keep it: not comparable"]


def test_lines_to_labels_do_not_cross():
    rng = random.Random(3)
    for _ in range(200):
        n = rng.randrange(1, 11)
        points = [(rng.random(), rng.random()) for _ in range(n)]

        order, heights = arranged(points, [0.06] * n)

        ends = [(points[place], (START, height)) for place, height in zip(order, heights, strict=True)]
        assert not any(crosses(*a, *b) for a, b in itertools.combinations(ends, 2))
        assert np.all(np.diff(heights) >= 0.06 - 1e-9)
        assert sorted(order) == list(range(n))


def test_tradeoff_names_each_policy_once():
    with styled():
        figure = tradeoff.tradeoff(ROWS)

    above, below = ([text.get_text() for text in axes.texts] for axes in figure.axes)
    assert sorted(above) == ["fifo + b\n= c", "fifo + no_dial", "shown below"]
    assert sorted(below) == ["fifo + a", "learned policy", "lwt + a"]


@pytest.mark.parametrize(("n_slots", "rows"), [(4, 4), (34, 17)])
def test_cells_of_a_policy_map_have_numbers(n_slots: int, rows: int):
    asked, dialed = np.full((n_slots, 3), 40), np.full((n_slots, 3), 10)
    counts = {"asked": asked.tolist(), "dialed": dialed.tolist()}
    looks = [{"label": "a", "role": "learned", "map": {"by_ringing": counts, "by_slot": counts}}]
    slots = {"start_s": [1800.0 * k for k in range(n_slots)], "slot_s": 1800.0}

    with styled():
        above, below = policy_map.policy_map(looks, slots).axes[:2]

    assert [text.get_text() for text in above.texts] == ["25"] * (3 * n_slots)
    assert [text.get_text() for text in below.texts] == ["25"] * (3 * rows)
    assert len(policy_map.points(looks, slots)) == 2 * 3 * n_slots
