"""The error of the league."""

from __future__ import annotations

from ccenv.files.errors import closest, names, shown


class LeagueError(ValueError):
    """A suite, entry or score file that cannot be used; the message names the field, its value and what is allowed."""


def one_of(field: str, value: object, allowed: object) -> LeagueError:
    """Return the error of a value that is not one of some names."""
    known = [str(name) for name in allowed] if hasattr(allowed, "__iter__") else []
    near = closest(value, known) if isinstance(value, str) else ""
    return LeagueError(f"{field} = {shown(value)}; allowed: {names(known)}{near}")
