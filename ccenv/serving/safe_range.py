"""Which parameters of the centre a snapshot shows to lie outside the ranges of the training.

Two fields of a snapshot have the meaning of a parameter: the forecast and the number of advisors on duty. Two more show
one with noise: the recent rate of contacts offered, and absences. Their bounds leave at least `SIGMAS` standard
deviations. Handle times, patience and answer probabilities are not in a snapshot, and a recent answer rate comes
without the number of attempts, so ranges of those are listed as not checkable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ccenv.scenarios import Scenario
from ccenv.scenarios.ranges import Range, leaves
from ccenv.spaces.observation import snapshot_dtype

SIGMAS = 4.0
RECENT_S = 300.0  # time constant of the recent rate
SETTLED_S = 1800.0  # after the opening: the recent rate begins at 0
ROUNDING = 1e-6
EVERY = Range(factor=(1.0, 1.0))


class _Staff(NamedTuple):
    """Ranges of one group's number of advisors and of its absences; an empty path: none was given."""

    number_path: str = ""
    number: Range = EVERY
    absence_path: str = ""
    absence: Range = EVERY


class SafeRangeCheck:
    """Checks of snapshots against the safe range of a bundle.

    Args:
        scenario: The scenario of the training.
        ranges: Ranges by path.

    Attributes:
        checked: Paths that a snapshot can show to be outside.
        not_checkable: The others.
        outside: Number of snapshots, by path, that showed it to be outside.
    """

    def __init__(self, scenario: Scenario, ranges: Mapping[str, Range]) -> None:
        self.scenario, self._kind = scenario, snapshot_dtype(scenario)
        self._config: Any = scenario.config()[0]
        self._rates: dict[int, tuple[str, Range]] = {}
        self._staff: dict[int, _Staff] = {}
        for path, each in ranges.items():
            for key in leaves(scenario, path):
                self._add(path, key.split("."), each)
        found = {path for path, _ in self._rates.values()}
        found |= {path for each in self._staff.values() for path in (each.number_path, each.absence_path)}
        self.checked = [path for path in ranges if path in found]
        self.not_checkable = [path for path in ranges if path not in found]
        self.outside = dict.fromkeys(self.checked, 0)

    def _add(self, path: str, key: list[str], each: Range) -> None:
        if key[0] == "queues" and key[2:] == ["arrivals_per_hour"]:
            self._rates[self.scenario.queues.index(key[1])] = path, each
        elif key[0] == "groups":
            g = self.scenario.groups.index(key[1])
            mine = self._staff.get(g, _Staff())
            if key[2:] == ["staffing"] or (key[2] == "shifts" and key[-1] == "n" and each.kind == "factor"):
                self._staff[g] = mine._replace(number_path=path, number=each)
            elif key[2:] == ["shrinkage"]:
                self._staff[g] = mine._replace(absence_path=path, absence=each)

    def find(self, numbers: np.ndarray) -> list[str]:
        """Return the paths that a snapshot shows to be outside, and count them.

        Args:
            numbers: The public snapshot as a row of float64.
        """
        if not self.checked:
            return []
        snap: Any = np.ascontiguousarray(numbers).view(self._kind)[0]
        slots = self._slots(float(snap["time_of_day_s"]))
        paths = {path for q, (path, each) in self._rates.items() if self._rate_is_outside(snap, q, each, slots)}
        paths |= {path for g, each in self._staff.items() for path in self._staff_outside(snap, g, each, slots)}
        found = [path for path in self.checked if path in paths]
        for path in found:
            self.outside[path] += 1
        return found

    def _slots(self, time_of_day_s: float) -> list[int]:
        """Return the slots that the time may lie in: at a boundary two, and in a weekly profile those of all days."""
        c: Any = self._config
        n, a_day = int(c["n_slots"]), max(1, int(c["day_slots"]))
        place = (time_of_day_s - float(c["open_s"])) / float(c["slot_s"])
        near = {math.floor(place - ROUNDING), math.floor(place + ROUNDING)}
        days = range(0, n, a_day)
        return sorted({min(max(k, 0), a_day - 1) + day for k in near for day in days if day < n})

    def _rate_is_outside(self, snap: Any, q: int, each: Range, slots: list[int]) -> bool:
        own = [self._forecast(q, slot) for slot in slots]
        low, high = (_ends(each, min(own))[0], _ends(each, max(own))[1])
        shown = float(snap["forecast_per_hour"][q])
        if shown < low * (1.0 - ROUNDING) - ROUNDING or shown > high * (1.0 + ROUNDING) + ROUNDING:
            return True
        centre = self.scenario.centre
        open_s = float(self._config["open_s"])
        settled = snap["closed"] == 0 and float(snap["time_of_day_s"]) - open_s > SETTLED_S
        if not settled or centre.switching is not None or centre.surge is not None:
            return False
        queue = list(centre.queues.values())[q]
        if queue.ivr is not None or queue.transfer.p or any(other.transfer.to for other in centre.queues.values()):
            return False
        returns = 1.0 / max(0.05, 1.0 - queue.redial.p - queue.repeat.p)
        recent = float(snap["arrivals_recent_per_hour"][q])
        return recent < low - self._noise(low) or recent > (high + self._noise(high)) * returns

    def _forecast(self, q: int, slot: int) -> float:
        """Return the forecast of a queue in a slot, as the simulator shows it."""
        queue: Any = self._config["queue"][q]
        rate = queue["rate"]
        return float(0.5 * (rate[slot] + rate[slot + 1]) if queue["linear"] else rate[slot])

    def _noise(self, per_hour: float) -> float:
        """Return a bound of the deviation of the recent rate: Poisson arrivals under random levels of day and slot.

        The weights exp(-t / T) / T of Poisson arrivals at rate r have the variance r / (2 T) and the maximum 1 / T. The
        bound is Bernstein's inequality for a probability of exp(-SIGMAS**2 / 2) on each side.
        """
        centre, one = self.scenario.centre, 3600.0 / RECENT_S
        levels = centre.day_level_cv**2 + centre.slot_level.cv**2
        return SIGMAS * math.sqrt(per_hour * one / 2.0 + levels * per_hour**2) + SIGMAS**2 / 6.0 * one

    def _staff_outside(self, snap: Any, g: int, each: _Staff, slots: list[int]) -> list[str]:
        planned: Any = self._config["staffing"][g]
        before = {max(0, slot - 1) for slot in slots}  # they finish what they have in hand
        group = list(self.scenario.centre.groups.values())[g]
        absent = each.absence.ends[1] if each.absence.kind == "value" else group.shrinkage * each.absence.ends[1]
        least = min(math.floor(_ends(each.number, float(planned[slot]))[0] + 0.5) for slot in slots)
        most = max(math.floor(_ends(each.number, float(planned[slot]))[1] + 0.5) for slot in {*slots, *before})
        there = float(snap["staffed"][g])
        paths = [path for path in (each.number_path, each.absence_path) if path]
        if there > most and each.number_path:
            return [each.number_path]
        noise = SIGMAS * math.sqrt(least * absent * (1.0 - absent))
        too_few = snap["closed"] == 0 and there < math.floor(least * (1.0 - absent) - noise)
        return paths if too_few else []


def _ends(each: Range, own: float) -> tuple[float, float]:
    """Return the ends of a range in natural units."""
    low, high = each.ends
    return (low * own, high * own) if each.kind == "factor" else (low, high)
