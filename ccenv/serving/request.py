"""Requests of the service: check a JSON body and turn it into numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import UNSET

from ccenv.scenarios import Scenario
from ccenv.serving.body import parse
from ccenv.serving.errors import RequestError
from ccenv.serving.snapshot import LARGEST, SnapshotReader
from ccenv.sim.state.layout import RULE_STATE

KEYS = ("snapshot", "u", "state", "id")
LONGEST_ID = 200
NO_COIN = 0.5  # the value if no rule or policy uses a coin


@dataclass(frozen=True)
class Request:
    """A checked request.

    Attributes:
        numbers: Numbers of the snapshot, in the order of the public snapshot.
        u: Coin of the decision, in (0, 1).
        memory: Memory of the fallback rules, (1, RULE_STATE).
        id: The caller's id of the decision.
    """

    numbers: np.ndarray
    u: float
    memory: np.ndarray
    id: str | int | None


class RequestReader:
    """Reader of requests about one scenario.

    Args:
        scenario: The scenario.
        needs_coin: Whether a request without `u` is refused.
    """

    def __init__(self, scenario: Scenario, needs_coin: bool) -> None:
        self.snapshots = SnapshotReader(scenario)
        self.needs_coin = needs_coin

    def read(self, body: bytes) -> Request:
        """Check a body.

        Raises:
            BodyError: If it is not JSON.
            RequestError: If a field is missing, unknown or has a value that is not allowed; it names the first one.
        """
        given = parse(body)
        if not isinstance(given, dict):
            raise RequestError("request", given, f"a mapping with the keys {', '.join(KEYS)}")
        for key in given:
            if key not in KEYS:
                raise RequestError(key, given[key], f"no such key; the keys are {', '.join(KEYS)}")
        if "snapshot" not in given:
            raise RequestError("snapshot", UNSET, "a mapping from field names to values")
        numbers = self.snapshots.read(given["snapshot"])
        return Request(numbers, self._coin(given.get("u")), _memory(given.get("state")), _id(given.get("id")))

    def _coin(self, u: Any) -> float:
        if u is None and not self.needs_coin:
            return NO_COIN
        if u is None or not _is_number(u) or not 0.0 < u < 1.0:
            raise RequestError("u", UNSET if u is None else u, "a number above 0 and below 1, drawn for each decision")
        return float(u)


def _memory(state: Any) -> np.ndarray:
    if state is None:
        return np.zeros((1, RULE_STATE))
    whole = isinstance(state, list) and len(state) == RULE_STATE and all(map(_is_number, state))
    if not whole or not all(abs(x) <= LARGEST for x in state):
        raise RequestError("state", state, "nothing, or the `state` of the answer before this one")
    return np.array([state], np.float64)


def _id(given: Any) -> str | int | None:
    if given is None or (isinstance(given, str) and len(given) <= LONGEST_ID):
        return given
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) <= LARGEST:
        return given
    raise RequestError("id", given, f"nothing, a whole number, or a text of at most {LONGEST_ID} characters")


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return isinstance(value, int) or math.isfinite(value)
