"""What can be wrong with a bundle or a request."""

from __future__ import annotations

from msgspec import UNSET

SHOWN = 80


class BundleError(ValueError):
    """A bundle that cannot be used: the message names the folder, and what differs from what is needed."""


class BundleWarning(UserWarning):
    """A bundle used on another scenario than the one it was trained on."""


class PolicyError(RuntimeError):
    """A graph that gave no decision."""


class RequestError(ValueError):
    """A request that cannot be answered: which field, the value found there, and what is allowed.

    `value` is UNSET where there is none.
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(field, value, allowed)
        self.field, self.allowed = field, allowed
        self.value = value if value is UNSET else shortened(repr(value))

    def __str__(self) -> str:
        found = f"{self.field} is missing" if self.value is UNSET else f"{self.field} = {self.value}"
        return f"{found}; allowed: {self.allowed}"


def shortened(text: str) -> str:
    """A text as a message shows it."""
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
