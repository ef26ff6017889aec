"""How an entry is asked in a cell: how often, how old an observation it gets, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from ccenv.files.errors import closest, shown
from ccenv.league.errors import LeagueError
from ccenv.sim.state.codes import DAY_S
from ccenv.sim.state.fields import OBSERVED

CLOCK = "time_of_day_s"
CLOCK_SCALE = next(field.scale for field in OBSERVED if field.name == CLOCK)


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How an entry is asked.

    Attributes:
        interval_s: Seconds between two decisions of an entry that sets parameters of rules, through
            `ccenv/Supervisor-v0`; None: the entry decides at each event.
        delay_s: Least age of an observation in seconds; the mask is never old.
        fields: Most numbers of the observation that the entry may see; None: all.
    """

    interval_s: float | None = None
    delay_s: float = 0.0
    fields: int | None = None

    def check(self, at: str) -> None:
        """Check the values.

        Raises:
            LeagueError: If one is not allowed; `at` names the place.
        """
        for name, fits, allowed in (
            ("interval_s", self.interval_s is None or 0.0 < self.interval_s < np.inf, "a number of seconds above 0"),
            ("delay_s", 0.0 <= self.delay_s < DAY_S / 2, f"0 or more seconds, below {DAY_S / 2:g}"),
            ("fields", self.fields is None or self.fields >= 1, "1 or more"),
        ):
            if not fits:
                raise LeagueError(f"{at}.{name} = {shown(getattr(self, name))}; allowed: {allowed}")

    @property
    def words(self) -> str:
        """What is particular, in words; empty if nothing is."""
        parts = [
            "" if self.interval_s is None else f"parameters set every {self.interval_s:g} s",
            f"observations {self.delay_s:g} s old" if self.delay_s else "",
            "" if self.fields is None else f"{self.fields} numbers of the observation seen",
        ]
        return ", ".join(part for part in parts if part)


AT_ONCE = Asked()


class View:
    """What an entry sees of the observations of B rows. It has a memory, and is asked once for each decision.

    Of observations that are at least `delay_s` old an entry sees the latest one, at the beginning of an episode the
    first one. Numbers that it does not read are 0.

    Args:
        asked: How the entry is asked.
        observations: Names of the numbers of an observation.
        reads: Names of those that the entry reads; None: all.

    Raises:
        LeagueError: If `reads` are too many, or hold a name that the observation does not have.
    """

    def __init__(self, asked: Asked, observations: Sequence[str], reads: Sequence[str] | None) -> None:
        self.delay_s = asked.delay_s
        self._clock = list(observations).index(CLOCK)
        self._hidden = np.zeros(len(observations), np.bool_)
        self._past: list[list[tuple[float, np.ndarray]]] = []
        if asked.fields is not None:
            chosen = list(dict.fromkeys(reads or ()))
            if not 1 <= len(chosen) <= asked.fields:
                raise LeagueError(f"reads = {shown(chosen)}; allowed: 1 to {asked.fields} numbers of the observation")
            for name in chosen:
                if name not in observations:
                    near = closest(name, list(observations))
                    raise LeagueError(f"reads: {shown(name)}; allowed: a number of the observation{near}")
            self._hidden = np.array([name not in chosen for name in observations])

    def of(self, obs: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Return what the entry sees of the present observations, (B, K); `starts`: rows that begin an episode."""
        seen = obs
        if self.delay_s:
            self._past = self._past or [[] for _ in range(len(obs))]
            times = obs[:, self._clock].astype(np.float64) / CLOCK_SCALE
            seen = np.stack([self._older(*each) for each in zip(self._past, times.tolist(), obs, starts, strict=True)])
        if self._hidden.any():
            seen = seen.copy()
            seen[:, self._hidden] = 0.0
        return seen

    def _older(self, past: list[tuple[float, np.ndarray]], now: float, obs: np.ndarray, starts: bool) -> np.ndarray:
        """Add an observation to the past of a row, and return the one that is seen."""
        if starts:
            past.clear()
        if past and now < past[-1][0]:  # another day has begun
            past[:] = [(time - DAY_S, each) for time, each in past]
        past.append((now, obs.copy()))
        while len(past) > 1 and past[1][0] <= now - self.delay_s:
            past.pop(0)
        return past[0][1]
