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
from ccenv.sim.state.codes import OPENING_EPOCH

KEYS = ("snapshot", "u", "state", "id")
LONGEST_ID = 200
NO_COIN = 0.5  # the value if no rule or policy uses a coin


@dataclass(frozen=True)
class Request:
    """A checked request.

    Attributes:
        numbers: Numbers of the snapshot, in the order of the public snapshot.
        u: Coin of the decision, in (0, 1).
        memory: Memory of the fallback rules, (1, M).
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
        memory: Numbers that the fallback rules remember, M.
        needs_coin: Whether a request without `u` is refused.
        needs_memory: Whether a request without `state` is refused. A pacing rule remembers what it has dialed after an
            event; without this memory it dials again.

    Attributes:
        first_memory: Memory of rules that have not decided yet, (M,).
    """

    def __init__(self, scenario: Scenario, memory: int, *, needs_coin: bool, needs_memory: bool) -> None:
        self.snapshots = SnapshotReader(scenario)
        self.needs_coin, self.needs_memory = needs_coin, needs_memory
        self.first_memory = np.zeros(memory)

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
        opens = given["snapshot"]["epoch_kind"] == OPENING_EPOCH
        u, memory = self._coin(given.get("u")), self._memory(given.get("state", UNSET), opens)
        return Request(numbers, u, memory, _id(given.get("id")))

    def _coin(self, u: Any) -> float:
        if u is None and not self.needs_coin:
            return NO_COIN
        if u is None or not _is_number(u) or not 0.0 < u < 1.0:
            raise RequestError("u", UNSET if u is None else u, "a number above 0 and below 1, drawn for each decision")
        return float(u)

    def _memory(self, state: Any, opens: bool) -> np.ndarray:
        """Memory (1, M) of the fallback rules; `opens`: at the opening of a day they have none."""
        if state is UNSET or state is None:
            if self.needs_memory and (state is UNSET or not opens):
                allowed = "the `state` of the answer before this one; of a client's first request, `first_state` of "
                raise RequestError("state", state, f"{allowed}/v1/interface (null at an opening)")
            return self.first_memory[None].copy()
        whole = isinstance(state, list) and len(state) == self.first_memory.size and all(map(_is_number, state))
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
