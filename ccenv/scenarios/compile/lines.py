"""Lines of a campaign."""

from __future__ import annotations

from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.schema import Centre

LINES_PER_ADVISOR = 4  # of a campaign that does not say how many


def max_lines(centre: Centre, name: str) -> int:
    """Return the most lines that a campaign may use at once.

    By default those of `default_lines`.
    """
    given = centre.campaigns[name].max_lines
    return default_lines(centre, name) if given is None else given


def default_lines(centre: Centre, name: str) -> int:
    """Return the smaller of the trunks and four times the advisors with the campaign's skill, at least 1."""
    skilled = sum(advisors(group) for group in centre.groups.values() if name in group.skills)
    lines = LINES_PER_ADVISOR * skilled
    return max(1, lines if centre.trunks is None else min(centre.trunks, lines))
