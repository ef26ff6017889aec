"""A centre at one instant as an image. The font is the one that Pillow ships, so images are the same everywhere."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ccenv.render.view import (
    LINES,
    MOST_CAMPAIGNS,
    MOST_GROUPS,
    MOST_QUEUES,
    STATES,
    CampaignRow,
    GroupRow,
    QueueRow,
    View,
    wait,
    with_rest,
)

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw as Drawing
    from PIL.ImageFont import FreeTypeFont

Colour = tuple[int, int, int]

# Okabe and Ito's palette for colour-blind readers; numbers and words say the same as the colours
BLUE, SKY, GREEN, VERMILION, YELLOW = (0, 114, 178), (86, 180, 233), (0, 158, 115), (213, 94, 0), (240, 228, 66)
IDLE, AWAY = (205, 209, 214), (128, 134, 140)
INK, MUTED, RULE, PAPER, PANEL = (27, 31, 36), (92, 99, 106), (216, 220, 225), (255, 255, 255), (245, 247, 249)
STATE_COLOURS = (BLUE, SKY, YELLOW, GREEN, IDLE, AWAY)
LINE_COLOURS = (GREEN, VERMILION, SKY)

WIDTH, MARGIN, GUTTER = 1000, 28, 36
LINE, BAR = 28, 16  # height of a row and of the bar in it
BLOCK, LEAST = 12.0, 3.0  # widest block of a person; blocks narrower than the second have no gaps
NAME = 118  # width of a name, in pixels
HALF = (WIDTH - 2 * MARGIN - GUTTER) // 2


@functools.lru_cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    font: Any = ImageFont.load_default(size)
    return font


def _shortened(text: str, kept: int) -> str:
    """Return the first and last characters of a text, `kept` of them: names often differ at their end."""
    return text[: kept - kept // 2] + "..." + text[len(text) - kept // 2 :]


@functools.lru_cache(4096)
def _written(text: str, size: int, most: float | None) -> tuple[Image, float]:
    """Return a line of text as a mask, its middle at height `size`, and its width; shortened to `most` pixels.

    Writing takes nearly all the time of a picture, and most texts are those of the picture before.
    """
    from PIL import Image, ImageDraw

    font = _font(size)
    if most is not None and font.getlength(text) > most:
        kept = len(text)
        while kept > 2 and font.getlength(_shortened(text, kept)) > most:
            kept -= 1
        text = _shortened(text, kept)
    width = font.getlength(text)
    mask = Image.new("L", (math.ceil(width) + 2, 2 * size))
    ImageDraw.Draw(mask).text((1, size), text, fill=255, font=font, anchor="lm")
    return mask, width


class _Page:
    """A page on which text and bars are drawn."""

    def __init__(self, height: int) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self.draw: Drawing = ImageDraw.Draw(self.image)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int = 14,
        colour: Colour = INK,
        *,
        right: bool = False,
        most: float | None = None,
    ) -> float:
        """Write a line whose middle is at height y, from x on or up to x; returns its width. `most` shortens it."""
        mask, width = _written(text, size, most)
        self.draw.bitmap((round(x - width if right else x) - 1, round(y) - size), mask, fill=colour)
        return width

    def bar(self, x: float, y: float, width: float, parts: Sequence[tuple[int, Colour]], scale: float) -> None:
        """Draw a block for each person, `scale` pixels wide, on a pale track whose middle is at height y."""
        top, bottom = y - BAR // 2, y + BAR // 2 - 1
        self.draw.rectangle((x, top, x + width - 1, bottom), fill=PANEL)
        gap = 1 if scale >= LEAST else 0
        n_before = 0
        for n, colour in parts:
            if gap:
                for i in range(n_before, n_before + n):
                    left = x + i * scale
                    self.draw.rectangle((left, top, left + scale - 1 - gap, bottom), fill=colour)
            elif n:
                left = x + n_before * scale
                self.draw.rectangle((left, top, max(left, x + (n_before + n) * scale - 1), bottom), fill=colour)
            n_before += n

    def legend(self, x: float, y: float, parts: Sequence[tuple[str, Colour]]) -> None:
        """Name colours, from x on."""
        for name, colour in parts:
            self.draw.rectangle((x, y - 5, x + 9, y + 4), fill=colour)
            x += 14 + self.text(x + 14, y, name, 12, MUTED) + 10


def as_pixels(view: View) -> np.ndarray:
    """Return a view as an image, (H, 1000, 3) uint8; H is even and the same for all views of one centre."""
    queues, groups = with_rest(view.queues, view.more_queues), with_rest(view.groups, view.more_groups)
    campaigns = with_rest(view.campaigns, view.more_campaigns)
    rows = max(len(queues), len(groups))
    top = 240
    below = top + 62 + rows * LINE
    height = below + (64 + len(campaigns) * LINE if campaigns else 0)
    page = _Page(height + height % 2)
    _header(page, view)
    _queues(page, MARGIN, top, queues)
    _groups(page, MARGIN + HALF + GUTTER, top, groups)
    if campaigns:
        _campaigns(page, below, campaigns)
    return np.asarray(page.image, np.uint8).copy()


def _header(page: _Page, view: View) -> None:
    page.text(MARGIN, 34, view.title, 26, most=560)
    page.text(MARGIN, 62, view.task, 14, MUTED, most=560)
    page.text(WIDTH - MARGIN, 34, view.clock, 32, right=True)
    page.text(WIDTH - MARGIN, 62, f"day {view.day}, {view.stage}", 14, MUTED, right=True)
    gap = 12
    width = (WIDTH - 2 * MARGIN - gap * (len(view.kpis) - 1)) / len(view.kpis)
    for k, (label, value) in enumerate(view.kpis):
        left = MARGIN + k * (width + gap)
        page.draw.rounded_rectangle((left, 84, left + width, 146), 6, fill=PANEL)
        page.text(left + 12, 102, label, 13, MUTED)
        page.text(left + 12, 127, value, 22, most=width - 20)
    y = 178
    page.draw.rectangle((MARGIN, y - 18, MARGIN + 3, y + 18), fill=BLUE)
    page.text(MARGIN + 14, y - 9, "last action", 12, MUTED)
    page.text(MARGIN + 14, y + 9, view.action or "none yet", 17, most=WIDTH - 2 * MARGIN - 180)
    if view.paid:
        page.text(WIDTH - MARGIN, y - 9, "its reward", 12, MUTED, right=True)
        page.text(WIDTH - MARGIN, y + 9, view.paid, 17, right=True)
    page.draw.line((MARGIN, 214, WIDTH - MARGIN, 214), fill=RULE)


def _bars(
    page: _Page, x: float, y: float, width: float, rows: Sequence[tuple[str, list[tuple[int, Colour]]]], n_single: int
) -> list[float]:
    """Draw the name and the bar of each row, the first at height y, and return the heights of the rows.

    The longest bar of the first `n_single` rows fits. A sum over entities that is longer has no bar.
    """
    lengths = [sum(n for n, _ in parts) for _, parts in rows]
    longest, room = max(lengths[:n_single]), width - NAME - 8
    scale = min(BLOCK, room / max(1, longest))
    heights = [y + k * LINE for k in range(len(rows))]
    for middle, (name, parts), length in zip(heights, rows, lengths, strict=True):
        page.text(x, middle, name, 14, most=NAME)
        if length <= longest:
            page.bar(x + NAME + 8, middle, room, parts, scale)
    return heights


def _queues(page: _Page, x: float, y: float, rows: Sequence[QueueRow]) -> None:
    page.text(x, y, "Queues", 17)
    if not rows:
        page.text(x, y + 44, "none", 14, MUTED)
        return
    page.legend(x + NAME + 8, y + 1, (("waiting", BLUE), ("longest wait above target", VERMILION)))
    page.text(x + HALF - 66, y + 26, "waiting", 12, MUTED, right=True)
    page.text(x + HALF, y + 26, "longest", 12, MUTED, right=True)
    bars = [(row.name, [(row.waiting, VERMILION if row.late else BLUE)]) for row in rows]
    for row, middle in zip(rows, _bars(page, x, y + 50, HALF - 112, bars, MOST_QUEUES), strict=True):
        page.text(x + HALF - 66, middle, str(row.waiting), 15, INK if row.waiting else MUTED, right=True)
        since = wait(row.longest_s) if row.waiting else "-"
        page.text(x + HALF, middle, since, 15, VERMILION if row.late else INK if row.waiting else MUTED, right=True)


def _groups(page: _Page, x: float, y: float, rows: Sequence[GroupRow]) -> None:
    page.text(x, y, "Advisors", 17)
    states = STATES if any(row.away for row in rows) else STATES[:-1]
    page.legend(x + 78, y + 1, list(zip(states, STATE_COLOURS, strict=False)))
    page.text(x + HALF - 50, y + 26, "idle", 12, MUTED, right=True)
    page.text(x + HALF, y + 26, "on duty", 12, MUTED, right=True)
    bars = [(row.name, list(zip(row[1:], STATE_COLOURS, strict=True))) for row in rows]
    for row, middle in zip(rows, _bars(page, x, y + 50, HALF - 92, bars, MOST_GROUPS), strict=True):
        page.text(x + HALF - 50, middle, str(row.idle), 15, INK if row.idle else MUTED, right=True)
        page.text(x + HALF, middle, str(row.on_duty), 15, INK if row.on_duty else MUTED, right=True)


def _campaigns(page: _Page, y: float, rows: Sequence[CampaignRow]) -> None:
    page.draw.line((MARGIN, y - 14, WIDTH - MARGIN, y - 14), fill=RULE)
    y += 10
    page.text(MARGIN, y, "Lines", 17)
    page.legend(MARGIN + NAME + 8, y + 1, list(zip(LINES, LINE_COLOURS, strict=True)))
    columns = (*LINES, "leads left", "dropped share")
    rights = [WIDTH - MARGIN - offset for offset in (390, 320, 250, 150, 0)]
    for name, right in zip(columns, rights, strict=True):
        page.text(right, y + 1, name, 12, MUTED, right=True)
    width = rights[0] - 60 - MARGIN
    bars = [(row.name, list(zip(row[1:4], LINE_COLOURS, strict=True))) for row in rows]
    for row, middle in zip(rows, _bars(page, MARGIN, y + 28, width, bars, MOST_CAMPAIGNS), strict=True):
        over = row.limit > 0.0 and row.dropped > row.limit * row.dropped_of
        cells = (str(row.ringing), str(row.waiting), str(row.talking), row.left, row.share)
        for cell, right in zip(cells, rights, strict=True):
            warn = over and right == rights[-1]
            page.text(right, middle, cell, 15, VERMILION if warn else INK, right=True)
