"""Random scenarios that never close: those of the maker with another clock, and with less to do in an hour."""

from __future__ import annotations

from typing import Any

from tests.oracle.dice import Dice, Plain
from tests.oracle.scenario_maker import Run, ScenarioMaker

DAY_S = 86_400.0
CLOCK_BASE = 11
RARER = 25.0  # times fewer arrivals in an hour than in scenarios of short days


class ContinuousMaker(ScenarioMaker):
    """Makes one random scenario with a continuous clock; the same number gives the same scenario."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.own = Dice(number, CLOCK_BASE)
        self.weekly = self.own.chance(0.4)

    def steady_clock(self) -> Plain:
        """A clock of the same kind as all others."""
        return self.day_clock()

    def day_clock(self) -> Plain:
        """A day from midnight to midnight, which `run` turns into one that never ends."""
        self.n_slots = self.own.one_of(1, 2, 4)
        clock: Plain = {"kind": "day", "open_s": 0.0, "close_s": DAY_S, "overtime_s": 0.0, "review_s": 0.0}
        return {**clock, "slot_s": DAY_S / self.n_slots, **self.date()}

    def run(self) -> Run:
        """The scenario, the seed, the number of days and the queue order."""
        made = super().run()
        scenario, n_slots = made.scenario, self.n_slots
        clock = {key: scenario["clock"][key] for key in ("slot_s", "start_date", "zone") if key in scenario["clock"]}
        warm_up_s = self.own.one_of(0.0, 0.0, 5_000.5, min(DAY_S / n_slots, DAY_S / 2))
        scenario["clock"] = {"kind": "continuous", "warm_up_s": warm_up_s, "weekly": self.weekly, **clock}
        scenario["clock"]["review_s"] = self.own.one_of(0.0, 1_800.25)
        for queue in scenario["queues"].values():
            queue["arrivals_per_hour"] = self.week(rarer(queue["arrivals_per_hour"]))
            self.factors_by_week(queue)
        for group in scenario["groups"].values():
            if "staffing" in group:
                group["staffing"] = self.week(group["staffing"])
            for shift in group.get("shifts", ()):
                self.late(shift)
        for campaign in scenario["campaigns"].values():
            campaign["p_answer"] = self.week(campaign["p_answer"])
            self.factors_by_week(campaign)
            campaign["dial_from_s"] = 1_800.0 * self.own.whole(0, 47)
            campaign["dial_until_s"] = (campaign["dial_from_s"] + 1_200.0) % DAY_S
            campaign["calling_rules"] = {
                key: value
                for key, value in campaign["calling_rules"].items()
                if not key.startswith("calling_") and key != "preset"  # which may have hours, too
            }
            for segment in campaign.get("segments", {}).values():
                if "p_answer" in segment:
                    segment["p_answer"] = self.week(segment["p_answer"])
        return made._replace(days=self.own.whole(1, 3))

    def week(self, profile: Any) -> Any:
        """A profile of a week, if the profiles are weekly: that of a day, with fewer on some days."""
        if not (self.weekly and isinstance(profile, list)):
            return profile
        return [value if self.own.chance(0.8) else type(value)(value / 2) for value in 7 * profile]

    def factors_by_week(self, entity: Plain) -> None:
        """Give the factors of handle times for a week, if the profiles are weekly."""
        if "handle_by_slot" in entity:
            entity["handle_by_slot"] = self.week(entity["handle_by_slot"])

    def late(self, shift: Plain) -> None:
        """Move some shifts, so that they go on over midnight."""
        if self.own.chance(0.5):
            by = DAY_S - 1_800.0 * self.own.whole(1, 6) - shift["from_s"]
            shift["from_s"], shift["until_s"] = shift["from_s"] + by, shift["until_s"] + by
            for pause in shift.get("breaks", ()):
                pause["at_s"] += by
        shift["until_s"] = min(shift["until_s"], shift["from_s"] + DAY_S - 60.5)
        shift["breaks"] = [x for x in shift.get("breaks", ()) if x["at_s"] + x["length_s"] <= shift["until_s"]]


def rarer(per_hour: float | list[float]) -> float | list[float]:
    """A lower profile of arrivals."""
    return [x / RARER for x in per_hour] if isinstance(per_hour, list) else per_hour / RARER
