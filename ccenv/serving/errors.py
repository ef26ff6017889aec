"""Errors of bundles and requests."""

from __future__ import annotations

from msgspec import UNSET

SHOWN = 80


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
        self.field, self.allowed = field, allowed
        self.value = value if value is UNSET else shortened(repr(value))

    def __str__(self) -> str:
        found = f"{self.field} is missing" if self.value is UNSET else f"{self.field} = {self.value}"
        return f"{found}; allowed: {self.allowed}"


def shortened(text: str) -> str:
    """A text, cut to `SHOWN` characters for a message."""
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
