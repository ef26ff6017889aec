"""The scored routing rules a second time: plain sorting of all assignments by keys, from the definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ccenv import Scenario
from ccenv.rules import find_rule
from ccenv.rules.params import check_values
from ccenv.scenarios.check.rules import names_of


class Twin:
    """What a rule's score and order of groups may use: parameters by name, and the snapshot by name."""

    def __init__(self, scenario: Scenario, rule: str, given: dict[str, Any]) -> None:
        self.scenario, self.rule = scenario, rule
        centre = scenario.centre
        self.queues, self.groups = list(centre.queues), list(centre.groups)
        self.skills = {name: len(group.skills) for name, group in centre.groups.items()}
        self.deferrable = {name for name, queue in centre.queues.items() if queue.deferrable is not None}
        names = names_of(centre)
        spec = find_rule("routing", rule)
        values = check_values(spec, given, names)
        self.p: dict[str, Any] = {
            param.name: dict(zip(names.along(param.per), values[param.name][0], strict=True))
            if param.per
            else float(values[param.name][0][0])
            for param in spec.params
        }
        self.word = next(param for param in spec.params if param.name == "advisor").words[int(self.p["advisor"])]
        self.kept = 0.0
        self.changed_s = math.nan

    def look(self, snap: Any) -> None:
        """Read a snapshot."""
        per_queue = ("queue_length", "head_entry_wait_s", "head_callback", "service_level_recent")
        self.q = {field: dict(zip(self.queues, snap[field], strict=False)) for field in per_queue}
        self.g = {field: dict(zip(self.groups, snap[field], strict=False)) for field in ("idle", "idle_longest_s")}
        self.finish_60_s = dict(zip(self.groups, snap["finishes"][:, 2], strict=False))
        names = [(q, g) for q in self.queues for g in self.groups if q in self.scenario.centre.groups[g].skills]
        self.preferred = {pair for pair, flag in zip(names, snap["head_preferred"], strict=False) if flag}
        self.now_s = float(snap["time_of_day_s"])

    def choose(self, snap: Any, legal: list[tuple[str, str]], may_hold: bool) -> tuple[str, str] | None:
        """The pair that is assigned, None for `hold`."""
        self.look(snap)
        if self.rule == "adaptive_threshold":
            self.adapt()
        scored = []
        for queue, group in legal:
            score = SCORES[self.rule](self, queue, group)
            if score is None and may_hold:
                continue
            if queue in self.deferrable and may_hold and self.g["idle"][group] <= self.p["work_reserve"]:
                continue
            scored.append((queue, group, -math.inf if score is None else score))
        if not scored:
            return None
        top = {queue: max(s for q, _, s in scored if q == queue) for queue, _, _ in scored}
        wait = self.q["head_entry_wait_s"]
        first = min(top, key=lambda q: (q in self.deferrable, -top[q], -wait[q], self.queues.index(q)))
        groups = [(g, s) for q, g, s in scored if q == first]
        group = min(groups, key=lambda one: (-self.merit(first, *one), -self.g["idle_longest_s"][one[0]]))
        return first, group[0]

    def merit(self, queue: str, group: str, score: float) -> float:
        """The number by which groups are compared."""
        return {
            "longest_idle": lambda: 0.0,
            "least_skilled": lambda: -self.skills[group],
            "most_skilled": lambda: self.skills[group],
            "fastest": lambda: self.p["handle_rate"][queue, group],
            "pair_order": lambda: -self.p["pair_rank"][queue, group],
            "least_occupied": lambda: self.g["idle"][group] / self.p["group_size"][group],
            "best_pair": lambda: score,
        }[self.word]()

    def adapt(self) -> None:
        """One change of the threshold each `every_s`."""
        if math.isnan(self.changed_s):
            self.changed_s = self.now_s
        elif (self.now_s - self.changed_s) % 86_400.0 >= self.p["every_s"]:
            self.changed_s = self.now_s
            levels = [self.q["service_level_recent"][q] for q in self.queues if q not in self.deferrable]
            most = max(group.staffing for group in self.scenario.centre.groups.values())
            step = 1.0 if min(levels) < self.p["service_level"] else -1.0
            self.kept = min(float(most), max(0.0, self.kept + step))


def _cost_rate(t: Twin, q: str, g: str) -> float:
    return float(t.p["waiting_cost"][q] * t.p["handle_rate"][q, g])


def _wait(t: Twin, q: str) -> float:
    return float(t.q["head_entry_wait_s"][q])


def _generalised(t: Twin, q: str, g: str) -> float:
    x = t.q["queue_length"][q] if t.p["measure"] else _wait(t, q)
    return _cost_rate(t, q, g) * float(np.power(x, t.p["power"]))


def _line_excess(t: Twin, q: str) -> float:
    total = sum(n for name, n in t.q["queue_length"].items() if name not in t.deferrable)
    return float(t.q["queue_length"][q] - t.p["queue_share"][q] * total)


def _both_ratios(t: Twin, q: str, g: str) -> float:
    idle = sum(t.g["idle"].values())
    return _line_excess(t, q) + 1e-6 * float(t.g["idle"][g] - t.p["idle_share"][g] * idle)


def _expected_delay(t: Twin, q: str, g: str) -> float | None:
    here = 3600.0 / t.p["handle_rate"][q, g]
    busy = [
        60.0 / t.finish_60_s[other] + 3600.0 / t.p["handle_rate"][q, other]
        for other in t.groups
        if (q, other) in t.p["handle_rate"] and t.g["idle"][other] == 0 and t.finish_60_s[other] > 0
    ]
    return None if busy and min(busy) + t.p["margin_s"] < here else _wait(t, q) - 1e-6 * here


def _tier(t: Twin, q: str, g: str) -> float | None:
    tier = t.p["tier"][q, g]
    return _wait(t, q) - 1e-6 * tier if _wait(t, q) >= tier * t.p["tier_wait_s"] else None


def _penalty(t: Twin, q: str, g: str) -> float | None:
    most = t.p["most_penalty"] + t.p["rise"] * math.floor(_wait(t, q) / t.p["change_s"])
    return _wait(t, q) - 1e-6 * t.p["penalty"][q, g] if t.p["penalty"][q, g] <= most else None


def _weights(t: Twin, q: str, g: str) -> float | None:
    p = (q, g)
    if _wait(t, q) < t.p["delay_s"][p]:
        return None
    idle_s = float(t.g["idle_longest_s"][g])
    return float(t.p["bonus"][p] + t.p["wait_weight"][p] * _wait(t, q) + t.p["idle_weight"][p] * idle_s)


def _by_length(t: Twin, q: str, g: str) -> float | None:
    if t.p["own_team"][q, g]:
        return 1e9 + _wait(t, q)
    return _wait(t, q) if t.q["queue_length"][q] >= t.p["length"] else None


def _preferred(t: Twin, q: str, g: str) -> float | None:
    if (q, g) in t.preferred:
        return 1e9 + _wait(t, q)
    return _wait(t, q) if _wait(t, q) >= t.p["others_after_s"] else None


def _callback(t: Twin, q: str, g: str) -> float | None:
    if not t.q["head_callback"][q]:
        return _wait(t, q)
    return _wait(t, q) - 1e9 if t.g["idle"][g] > t.p["callback_reserve"] else None


SCORES: dict[str, Callable[[Twin, str, str], float | None]] = {
    "c_mu": _cost_rate,
    "c_mu_theta": lambda t, q, g: _cost_rate(t, q, g) / t.p["abandon_rate"][q],
    "generalised_c_mu": _generalised,
    "comparative_advantage": lambda t, q, g: _cost_rate(t, q, g) * t.p["advantage"][q, g],
    "planned_pairs": lambda t, q, g: _cost_rate(t, q, g) + 1e9 * (t.p["planned_share"][q, g] > 1e-6),
    "max_weight": lambda t, q, g: t.p["weight"][q] * t.q["queue_length"][q] * t.p["handle_rate"][q, g],
    "weighted_wait": lambda t, q, g: t.p["weight"][q] * _wait(t, q),
    "wait_over_target": lambda t, q, g: _wait(t, q) / t.p["target_wait_s"][q],
    "wait_and_idle_weights": _weights,
    "own_team_first": lambda t, q, g: _wait(t, q) + 1e9 * (t.p["own_team"][q, g] > 0),
    "tiers": _tier,
    "penalties": _penalty,
    "profiles": lambda t, q, g: _wait(t, q) - 1e9 * t.p["order"][q] if _wait(t, q) >= t.p["delay_s"][q, g] else None,
    "overflow_at_length": _by_length,
    "preferred_advisor": _preferred,
    "fixed_queue_ratio": lambda t, q, g: _line_excess(t, q),
    "queue_and_idleness_ratio": _both_ratios,
    "shortest_expected_delay": _expected_delay,
    "idle_thresholds": lambda t, q, g: (
        _wait(t, q) - 1e9 * t.p["order"][q] if t.g["idle"][g] > t.p["order"][q] * t.p["step"] else None
    ),
    "callback_offer": _callback,
    "adaptive_threshold": lambda t, q, g: None if q in t.deferrable and t.g["idle"][g] <= t.kept else _wait(t, q),
}
