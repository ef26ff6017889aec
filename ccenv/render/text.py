"""A centre at one instant as text, for terminals and logs."""

from __future__ import annotations

from collections.abc import Sequence

from ccenv.render.view import STATES, View, wait, with_rest

BAR = 30  # signs of the longest bar of a table; if it stands for more persons, all its bars are shortened alike
SIGNS = "#=wr.-"  # of the states of an advisor


def as_text(view: View) -> str:
    """Return a view as text: the clock, KPIs and the action, then a table of queues, groups and campaigns."""
    head = f"{view.title}  day {view.day}  {view.clock}  {view.stage}"
    if view.task:
        head += f"  ({view.task})"
    lines = [head, "  ".join(f"{label} {value}" for label, value in view.kpis)]
    paid = f"  (reward {view.paid})" if view.paid else ""
    lines.append(f"action  {view.action or 'none yet'}{paid}")
    if view.queues:
        queues = with_rest(view.queues, view.more_queues)
        lines += _table(
            ("queue", "waiting", "longest", ""),
            [
                (
                    q.name,
                    str(q.waiting),
                    wait(q.longest_s),
                    _bar((q.waiting,), "o", max(q.waiting for q in view.queues)),
                )
                for q in queues
            ],
        )
    if view.groups:
        groups = with_rest(view.groups, view.more_groups)
        longest = max(g.on_duty for g in view.groups)
        names = tuple(f"{state} {sign}" for state, sign in zip(STATES, SIGNS, strict=True))
        lines += _table(
            ("group", *names, ""),
            [(g.name, *map(str, g[1:]), _bar(g[1:], SIGNS, longest)) for g in groups],
        )
    if view.campaigns:
        campaigns = with_rest(view.campaigns, view.more_campaigns)
        lines += _table(
            ("campaign", "ringing", "waiting", "talking", "leads left", "dropped share"),
            [(c.name, str(c.ringing), str(c.waiting), str(c.talking), c.left, c.share) for c in campaigns],
        )
    return "\n".join(lines)


def _bar(parts: Sequence[int], signs: str, longest: int) -> str:
    """Return a bar with a part for each sign; `longest`: persons of the longest bar. A sum over entities has none."""
    if sum(parts) > longest:
        return ""
    shrink = min(1.0, BAR / max(longest, 1))
    return "".join(sign * max(round(n * shrink), n > 0) for n, sign in zip(parts, signs, strict=True))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return lines with columns of equal width: names to the left, figures to the right; without a head, a bar last."""
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    lines = [""]
    for row in (head, *rows):
        figures = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        if not head[-1]:
            figures[-1] = row[-1]
        lines.append("  ".join([row[0].ljust(widths[0]), *figures]).rstrip())
    return lines
