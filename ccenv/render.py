"""Render the state of a centre as text or as an image of coloured bars; no display is needed."""

from __future__ import annotations

import numpy as np

from ccenv.scenarios import Scenario

# states of advisors, then waiting contacts and ringing lines; Okabe and Ito's palette for colour-blind readers
COLOURS = {
    "idle": (230, 230, 230),
    "reserved": (240, 228, 66),
    "talking": (0, 114, 178),
    "wrap_up": (86, 180, 233),
    "waiting": (213, 94, 0),
    "ringing": (0, 158, 115),
}
WIDTH, BAR, GAP = 400, 16, 6


def _rows(scenario: Scenario, snapshot: np.void) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return a name and counts by state for each queue, group and campaign."""
    rows = [(f"queue {q}", [("waiting", int(snapshot["queue_length"][i]))]) for i, q in enumerate(scenario.queues)]
    for i, g in enumerate(scenario.groups):
        idle, reserved, wrap_up = (int(snapshot[name][i]) for name in ("idle", "reserved", "wrap_up"))
        talking = int(snapshot["staffed"][i]) - idle - reserved - wrap_up
        parts = [("talking", talking), ("wrap_up", wrap_up), ("reserved", reserved), ("idle", idle)]
        rows.append((f"group {g}", parts))
    for i, c in enumerate(scenario.campaigns):
        parts = [("ringing", int(snapshot["ringing"][i])), ("waiting", int(snapshot["connects_waiting"][i]))]
        rows.append((f"campaign {c}", parts))
    return rows


def as_text(scenario: Scenario, snapshot: np.void) -> str:
    """Return the state as text: one line for the clock and one for each queue, group and campaign."""
    seconds = int(snapshot["time_of_day_s"])
    lines = [f"{scenario.name} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"]
    for name, parts in _rows(scenario, snapshot):
        lines.append(f"  {name}: " + ", ".join(f"{n} {what}" for what, n in parts))
    return "\n".join(lines)


def as_pixels(scenario: Scenario, snapshot: np.void) -> np.ndarray:
    """Return an image, (H, WIDTH, 3) uint8: a bar for each queue, group and campaign, a block for each person."""
    rows = _rows(scenario, snapshot)
    longest = max(20, *(sum(n for _, n in parts) for _, parts in rows))
    step = (WIDTH - 2 * GAP) / longest
    picture = np.full((len(rows) * (BAR + GAP) + GAP, WIDTH, 3), 255, np.uint8)
    for k, (_, parts) in enumerate(rows):
        top, n_before = GAP + k * (BAR + GAP), 0
        for what, n in parts:
            for i in range(n_before, n_before + n):
                left = GAP + int(i * step)
                picture[top : top + BAR, left : max(left + 1, int(GAP + (i + 1) * step) - 1)] = COLOURS[what]
            n_before += n
    return picture
