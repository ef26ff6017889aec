"""Small random scenarios, as the plain mappings of a scenario file, that together use every key of the schema.

Constants are odd fractions of a second, so that two chains of events meet at one instant only where the specification
says in which order they do (two contacts assigned at one instant, a wrap-up of 0 s, ...), never by a rounding error.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Plain = dict[str, Any]
BASE = 1  # one with which the first 25 scenarios use every key of the schema


class Run(NamedTuple):
    """A scenario and how to run it."""

    scenario: Plain
    seed: int
    days: int
    order: str


class ScenarioMaker:
    """Makes one random scenario; the same number gives the same scenario."""

    def __init__(self, number: int) -> None:
        self.rng = np.random.default_rng([BASE, number])
        self.number = number

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return bool(self.rng.random() < p)

    def between(self, low: float, high: float) -> float:
        """A number with three decimals."""
        return round(float(self.rng.uniform(low, high)), 3)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, *items: Any) -> Any:
        """One of the items."""
        return items[self.whole(0, len(items) - 1)]

    def run(self) -> Run:
        """The scenario, the seed, the number of days and the queue order."""
        scenario = self.centre()
        steady = scenario["clock"].get("kind") == "steady"
        return Run(
            scenario, self.whole(0, 2**40), 1 if steady else self.whole(1, 3), self.one_of("entry", "total_wait")
        )

    def centre(self) -> Plain:
        """A whole scenario."""
        self.n_slots = 1
        clock = self.steady_clock() if self.chance(0.25) else self.day_clock()
        queues = [f"q{i}" for i in range(self.whole(1, 3))]
        campaigns = [f"c{i}" for i in range(self.whole(0, 2))]
        if campaigns and self.chance(0.1):
            queues = []
            clock["review_s"] = clock["review_s"] or self.between(2, 20)  # else holding in an empty centre never ends
        centre = {
            "name": f"random-{self.number}",
            "description": "made by the tests",
            "clock": clock,
            "queues": {name: self.queue() for name in queues},
            "groups": self.groups(queues, campaigns),
            "campaigns": {name: self.campaign(clock) for name in campaigns},
            "work_conserving": self.chance(0.3),
            "day_level_cv": self.one_of(0.0, self.between(0.05, 0.6)),
        }
        if self.chance(0.5):
            centre["trunks"] = self.whole(2, 25)
        return centre

    def day_clock(self) -> Plain:
        """A short day of 1 to 5 slots, the last of which may be cut short."""
        self.n_slots = self.whole(1, 5)
        slot_s = float(self.one_of(60, 150, 300))
        open_s = float(self.one_of(0, 300, 28_800))
        span_s = slot_s * self.n_slots - self.one_of(0.0, 0.25, 0.5) * slot_s
        overtime_s = self.one_of(0.0, self.between(5, 200), self.between(5, 200), 3_600.0)
        return {
            "kind": "day",
            "open_s": open_s,
            "close_s": open_s + span_s,
            "overtime_s": overtime_s,
            "slot_s": slot_s,
            "review_s": self.review_s(),
        }

    def steady_clock(self) -> Plain:
        """A short steady scenario, with or without warm-up."""
        return {
            "kind": "steady",
            "horizon_s": self.between(300, 1200),
            "warm_up_s": self.one_of(0.0, self.between(10, 300)),
            "review_s": self.review_s(),
        }

    def review_s(self) -> float:
        """Time between reviews."""
        return self.one_of(0.0, self.between(1, 4), self.between(4, 40))

    def profile(self, low: float, high: float, p_zero: float) -> float | list[float]:
        """A plain number, or one value for each slot, some of them 0."""
        if self.chance(0.3):
            return self.between(low, high)
        return [0.0 if self.chance(p_zero) else self.between(low, high) for _ in range(self.n_slots)]

    def time(self, mean_s: float, p_zero: float = 0.0, p_never: float = 0.0, endless_s: bool = False) -> float | Plain:
        """A law of time of about this mean: any law of the schema, or "at once", or "never"."""
        if self.chance(p_zero):
            return self.one_of(0.0, {"law": "constant", "value_s": 0.0})
        if self.chance(p_never):
            return {"law": "never"}
        mean_s = self.between(0.3 * mean_s, 1.7 * mean_s)
        last_hazard = 0.0 if endless_s and self.chance(0.4) else round(1.5 / mean_s, 5)
        sigma = self.between(0.2, 1.2)
        return self.one_of(
            mean_s,
            {"law": "constant", "value_s": mean_s},
            {"law": "exponential", "mean_s": mean_s},
            {"law": "uniform", "low_s": self.one_of(0.0, round(0.4 * mean_s, 3)), "high_s": round(1.7 * mean_s, 3)},
            {"law": "lognormal", "mu": round(float(np.log(mean_s)) - sigma**2 / 2, 4), "sigma": sigma},
            {
                "law": "piecewise_hazard",
                "from_s": [0.0, round(0.3 * mean_s, 3), round(1.1 * mean_s, 3)],
                "hazard_per_s": [round(0.5 / mean_s, 5), self.one_of(0.0, round(2 / mean_s, 5)), last_hazard],
            },
        )

    def comes_back(self) -> Plain:
        """Redials or repeats, sometimes beyond closing."""
        return {
            "p": self.one_of(0.0, self.between(0.2, 1.0), 1.0),
            "delay_s": self.time(self.one_of(20.0, 100.0, 600.0), p_zero=0.1),
            "max_times": self.whole(0, 3),
        }

    def queue(self) -> Plain:
        """An inbound queue."""
        queue = {
            "arrivals_per_hour": self.profile(60, 400, 0.15),
            "handle_s": self.time(40, p_zero=0.03),
            "patience_s": self.time(40, p_zero=0.05, p_never=0.15, endless_s=True),
            "wrap_up_s": self.time(10, p_zero=0.4),
            "redial": self.comes_back(),
            "repeat": self.comes_back(),
            "service_level_s": self.between(0, 40),
        }
        if self.chance(0.6):
            queue["priority"] = {"p": self.between(0.1, 0.6), "credit_s": self.one_of(0.0, self.between(10, 120))}
        return queue

    def groups(self, queues: list[str], campaigns: list[str]) -> Plain:
        """One to three groups; every queue and campaign has one that can handle it."""
        names = [f"g{i}" for i in range(self.whole(1, 3))]
        skills: dict[str, list[str]] = {name: [] for name in names}
        for skill in queues + campaigns:
            able = [name for name in names if self.chance(0.5)] or [self.one_of(*names)]
            for name in able:
                skills[name].append(skill)
        return {name: self.group(skills[name] or [self.one_of(*queues, *campaigns)], queues) for name in names}

    def group(self, skills: list[str], queues: list[str]) -> Plain:
        """A group whose staffing changes, sometimes to nobody."""
        staffing: int | list[int] = self.whole(1, 4)
        if self.chance(0.7):
            staffing = [self.whole(0, 4) for _ in range(self.n_slots)]
            staffing[self.whole(0, self.n_slots - 1)] = self.whole(1, 5)
        group: Plain = {"skills": skills, "staffing": staffing}
        if self.chance(0.4):
            group["handle_s"] = {skill: self.time(30, p_zero=0.03) for skill in skills if skill in queues}
        return group

    def campaign(self, clock: Plain) -> Plain:
        """A campaign, in which so many lines or leads are allowed that the smallest size class holds them."""
        n_numbers = self.whole(1, 4)
        shares = [round(float(share), 3) for share in self.rng.dirichlet(np.ones(n_numbers))]
        shares[-1] = round(1.0 - sum(shares[:-1]), 3)
        campaign = {
            "p_answer": self.profile(0.1, 0.55, 0.05),
            "p_machine": self.one_of(0.0, self.between(0.05, 0.25)),
            "p_busy": self.between(0, 0.1),
            "p_invalid": self.between(0, 0.1),
            "detector": {"p_false_positive": self.between(0, 0.3), "p_machine_passed": self.between(0, 0.6)},
            "ring_s": self.time(12, p_zero=0.2),
            "handle_s": self.time(30, p_zero=0.03),
            "handle_machine_s": self.time(6, p_zero=0.3),
            "wrap_up_s": self.time(8, p_zero=0.4),
            "drop_after_s": self.time(6, p_zero=0.25, p_never=0.1, endless_s=True),
            "reserves": self.chance(0.35),
            "contact_number": shares,
            "p_sale": self.one_of(
                self.between(0, 0.6), [self.between(0, 0.6) for _ in range(self.whole(1, n_numbers))]
            ),
            "sale_value": self.between(0, 100),
            "dial_ladder": self.one_of([1], [1, 2], [1, 3, 4], [1, 2, 4, 8]),
        }
        if self.chance(0.5):
            campaign["handle_sale_s"] = self.time(40)
        self.limit_dialing(campaign, clock)
        return campaign

    def limit_dialing(self, campaign: Plain, clock: Plain) -> None:
        """Bounds of lines and leads, and dialing hours."""
        if self.chance(0.3):
            campaign["leads"] = self.whole(0, 60)
            campaign["max_lines"] = self.one_of(1_000_000, self.whole(1, 10))
        else:
            campaign["max_lines"] = self.whole(1, 15)
        if clock["kind"] == "day" and self.chance(0.3):
            open_s, span_s = clock["open_s"], clock["close_s"] - clock["open_s"]
            campaign["dial_from_s"] = round(open_s + self.between(0, 0.5) * span_s, 3)
            campaign["dial_until_s"] = round(open_s + self.between(0.6, 1.1) * span_s, 3)
