"""Errors of bundles and requests."""

from __future__ import annotations

import reprlib

from msgspec import UNSET

from ccenv.files.errors import SHOWN, clipped

LONGEST_FIELD = 200

# The cost of a value in a message is bounded, however large or deep the value is.
_show = reprlib.Repr()
_show.maxlevel, _show.maxlist, _show.maxdict = 4, 20, 4
_show.maxstring = _show.maxlong = _show.maxother = SHOWN


class BundleError(ValueError):
    """A bundle that cannot be used; the message names the folder and the fault."""


class BundleWarning(UserWarning):
    """A bundle is used on another scenario than that of its training."""


class PolicyError(RuntimeError):
    """A graph gave no decision."""


class RequestError(ValueError):
    """A request that cannot be answered.

    Args:
        field: Dotted name of the field.
        value: Its value; UNSET if the field is missing.
        allowed: The allowed values, in words.
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(field, value, allowed)
        self.field, self.allowed = clipped(field, LONGEST_FIELD), allowed
        self.value = value if value is UNSET else clipped(_show.repr(value), SHOWN)

    def __str__(self) -> str:
        found = f"{self.field} is missing" if self.value is UNSET else f"{self.field} = {self.value}"
        return f"{found}; allowed: {self.allowed}"
