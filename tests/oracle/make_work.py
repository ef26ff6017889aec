"""Random deferrable work."""

from __future__ import annotations

from tests.oracle.dice import Dice, Plain

WORK_BASE = 3  # deferrable work has its own dice


class WorkMaker(Dice):
    """Adds a queue of deferrable work to some scenarios."""

    def __init__(self, number: int, n_slots: int) -> None:
        super().__init__(number, WORK_BASE, n_slots)

    def add_to(self, centre: Plain) -> None:
        """A queue before or after the others, which some groups of own advisors serve."""
        if not centre["queues"] or self.chance(0.3):
            return
        work = {"w0": self.work()}
        centre["queues"] = {**work, **centre["queues"]} if self.chance(0.4) else {**centre["queues"], **work}
        own = [group for group in centre["groups"].values() if "answering_service" not in group]
        for group in [group for group in own if self.chance(0.6)] or own[:1]:
            group["skills"] = [*group["skills"], "w0"]
            if self.chance(0.4):
                group["handle_s"] = {**group.get("handle_s", {}), "w0": self.time("work 0", 60, p_zero=0.05)}

    def work(self) -> Plain:
        """Items of work; most of them may be interrupted."""
        queue: Plain = {
            "arrivals_per_hour": self.profile(30, 150, 0.1),
            "handle_s": self.time("items 0", 60, p_zero=0.03),
            "wrap_up_s": self.time("wrap-up 0", 8, p_zero=0.4),
            "deferrable": {
                "due_s": self.time("due 0", self.one_of(100.0, 2_000.0, 90_000.0)),
                "interruptible": self.chance(0.75),
                "resume_s": self.one_of(0.0, self.between(0.5, 20)),
            },
        }
        if self.chance(0.6):
            queue["repeat"] = {"p": self.between(0.2, 1.0), "delay_s": self.time("again 0", 200.0), "max_times": 2}
        if self.chance(0.5):
            queue["priority"] = {"p": self.between(0.1, 0.6), "credit_s": self.between(10, 120)}
        if self.chance(0.5):
            queue["satisfaction"] = {"base": self.between(50, 100), "per_wait_minute": self.between(0, 30)}
        if self.chance(0.5):
            queue["customer"] = {
                "p_identified": self.between(0.2, 1.0), "p_returning": self.between(0.1, 0.9), "returning_factor": 0.7,
                "value_classes": [{"share": 0.5, "credit_s": self.between(5, 90)}], "p_preferred": self.between(0.3, 1),
            }  # fmt: skip
        return queue
