"""Small random scenarios, as plain mappings of a scenario file; together they use every key of the schema."""

from __future__ import annotations

from typing import NamedTuple

from ccenv.scenarios import ScenarioError, load_scenario
from tests.oracle.dice import DATE_BASE, OUTBOUND_BASE, Dice, Plain
from tests.oracle.make_advisors import behaviour
from tests.oracle.make_campaigns import CampaignMaker
from tests.oracle.make_chats import ChatMaker
from tests.oracle.make_groups import GroupMaker
from tests.oracle.make_queues import QueueMaker
from tests.oracle.make_services import ServiceMaker
from tests.oracle.make_work import WorkMaker

LONG_RUN_S = 300.0  # runs of more than a week have days of at most this length


class Run(NamedTuple):
    """A scenario and the arguments of its run."""

    scenario: Plain
    seed: int
    days: int
    order: str


def dialable(scenario: Plain) -> Plain:
    """The scenario; without zones and calling hours, if these leave a segment no hour in which it may be dialed."""
    try:
        load_scenario(scenario)
    except ScenarioError as error:
        if "could never be dialed" not in str(error):
            return scenario  # the test that loads it says so
        for campaign in scenario["campaigns"].values():
            for key in ("calling_from_s", "calling_until_s", "preset"):
                campaign.get("calling_rules", {}).pop(key, None)
            for segment in campaign.get("segments", {}).values():
                segment.pop("zone", None)
                segment.pop("zone_s", None)
    return scenario


class ScenarioMaker(QueueMaker, GroupMaker):
    """Makes one random scenario; the same number gives the same scenario."""

    def run(self) -> Run:
        """The scenario, the seed, the number of days and the queue order."""
        scenario = dialable(self.centre())
        return Run(scenario, self.whole(0, 2**40), self.days(scenario["clock"]), self.one_of("entry", "total_wait"))

    def days(self, clock: Plain) -> int:
        """A few days; for short days also more than a week."""
        if clock["kind"] == "steady":
            return 1
        if clock["close_s"] - clock["open_s"] <= LONG_RUN_S and self.chance(0.5):
            return self.whole(8, 10)
        return self.whole(1, 4)

    def centre(self) -> Plain:
        """A whole scenario."""
        clock = self.steady_clock() if self.chance(0.2) else self.day_clock()
        queues = [f"q{i}" for i in range(self.whole(1, 3))]
        campaigns = [f"c{i}" for i in range(self.one_of(0, 1, 1, 2, 2, 3))]
        if campaigns and self.chance(0.1):
            queues = []
            clock["review_s"] = clock["review_s"] or self.between(2, 20)  # else a `hold` in an empty centre never ends
        maker = CampaignMaker(self.number, OUTBOUND_BASE, self.n_slots)
        centre = {
            "name": f"random-{self.number}",
            "description": "made by the tests",
            "clock": clock,
            "queues": {name: self.queue(name, queues, clock) for name in queues},
            "groups": ServiceMaker(self.number).add_to(self.groups(queues, campaigns, clock), queues),
            "campaigns": {name: maker.campaign(name, clock, queues) for name in campaigns},
            "work_conserving": self.chance(0.3),
            "day_level_cv": self.one_of(0.0, self.between(0.05, 0.6)),
            "day_level_dist": self.one_of("lognormal", "gamma"),
            "reward": "service",
            "goals_unpaid": True,
        }
        if self.chance(0.5):
            centre["trunks"] = self.whole(2, 25)
        self.add_load(centre, queues, clock)
        ChatMaker(self.number).add_to(centre)
        WorkMaker(self.number, self.n_slots).add_to(centre)
        behaviour(self.number, centre, self.n_slots)
        return centre

    def add_load(self, centre: Plain, queues: list[str], clock: Plain) -> None:
        """Add random slot levels, a switching mode and surges."""
        if clock["kind"] == "day" and self.chance(0.4):
            centre["slot_level"] = {"cv": self.between(0.05, 0.6), "correlation": self.between(-0.8, 0.95)}
        if self.chance(0.4):
            centre["switching"] = {
                "mean_s": [self.between(30, 400), self.between(30, 400)],
                "arrivals": [self.between(0, 1), self.between(1, 2.5)],
                "answers": [self.between(0.3, 1), self.between(1, 2.5)],
                "observed": self.number % 2 == 0,
            }
        if queues and clock["kind"] == "day" and self.chance(0.8):
            centre["surge"] = self.surge(queues, clock)

    def surge(self, queues: list[str], clock: Plain) -> Plain:
        """A temporary increase or decrease of the arrivals."""
        span_s = clock["close_s"] - clock["open_s"]
        from_s = clock["open_s"] + round(self.between(0, 0.5) * span_s, 3)
        surge = {
            "p": self.one_of(1.0, self.between(0.3, 0.9)),
            "factor": self.one_of(0.0, self.between(0.2, 4.0), self.between(0.2, 4.0)),
            "from_s": from_s,
            "until_s": round(from_s + self.between(0.01, 0.5) * span_s, 3),
            "lasts_s": self.time("surge 0", 0.4 * span_s),
        }
        if self.chance(0.5):
            surge["queues"] = [self.one_of(*queues)]
        return surge

    def day_clock(self) -> Plain:
        """A short day of 1 to 5 slots; the last one may be shorter."""
        self.n_slots = self.whole(1, 5)
        slot_s = float(self.one_of(90, 240, 420))
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
            **self.date(),
        }

    def date(self) -> Plain:
        """A date and a zone of the centre, or neither; some days are followed by a change of the clocks."""
        dice = Dice(self.number, DATE_BASE)
        if dice.chance(0.4):
            return {}
        start = dice.one_of("2026-03-07", "2026-04-04", "2026-10-24", "2026-10-31", "2026-07-01")
        return {"start_date": start, "zone": dice.one_of("Australia/Brisbane", "Europe/Berlin", "America/Chicago")}

    def steady_clock(self) -> Plain:
        """A short steady scenario, with or without warm-up."""
        return {
            "kind": "steady",
            "horizon_s": self.between(300, 1200),
            "warm_up_s": self.one_of(0.0, self.between(10, 300)),
            "review_s": self.review_s(),
        }

    def review_s(self) -> float:
        """Time between reviews in seconds; 0 for none."""
        return self.one_of(0.0, self.between(1, 4), self.between(4, 40))
