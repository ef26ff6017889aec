"""Random groups of advisors."""

from __future__ import annotations

from typing import Any

from tests.oracle.dice import Dice, Plain

ORDERS = ("longest_idle", "fewest_contacts", "least_talk", "round_robin", "linear", "fastest", "random")


class GroupMaker(Dice):
    """Makes random groups that use the whole schema."""

    def groups(self, queues: list[str], campaigns: list[str], clock: Plain) -> Plain:
        """One to three groups; every queue and campaign has at least one that can handle it."""
        names = [f"g{i}" for i in range(self.whole(1, 3))]
        skills: dict[str, list[str]] = {name: [] for name in names}
        for skill in queues + campaigns:
            able = [name for name in names if self.chance(0.5)] or [self.one_of(*names)]
            for name in able:
                skills[name].append(skill)
        return {
            name: self.group(name, skills[name] or [self.one_of(*queues, *campaigns)], queues, clock) for name in names
        }

    def group(self, name: str, skills: list[str], queues: list[str], clock: Plain) -> Plain:
        """A group with its skills, presence, handle times and traits; its staffing may be 0 in some slots."""
        group: Plain = {"skills": skills, "advisor_order": self.one_of(*ORDERS), **self.presence(clock)}
        if self.chance(0.6):
            handled = [skill for skill in skills if skill in queues]
            group["handle_s"] = {skill: self.time(f"{name} {skill}", 30, p_zero=0.03) for skill in handled}
        if self.chance(0.3):
            group["shrinkage"] = self.between(0.05, 0.6)
        group.update(self.traits(clock))
        return group

    def presence(self, clock: Plain) -> Plain:
        """Staffing by slot, or shifts with breaks."""
        if clock["kind"] == "day" and self.chance(0.45):
            return {"shifts": [self.shift(clock) for _ in range(self.whole(1, 3))]}
        staffing: int | list[int] = self.whole(1, 4)
        if self.chance(0.7):
            staffing = [self.whole(0, 4) for _ in range(self.n_slots)]
            staffing[self.whole(0, self.n_slots - 1)] = self.whole(1, 5)
        return {"staffing": staffing}

    def shift(self, clock: Plain) -> Plain:
        """A shift with up to two breaks; it starts at the opening, at a slot boundary or at another time."""
        open_s, close_s, slot_s = clock["open_s"], clock["close_s"], clock["slot_s"]
        span_s = close_s - open_s
        from_s = open_s + self.one_of(0.0, slot_s * self.whole(0, self.n_slots - 1), self.between(0, 0.5) * span_s)
        room_s = close_s - from_s
        until_s = from_s + self.one_of(room_s, round(self.between(0.3, 0.95) * room_s, 3))
        shift: Plain = {"n": self.whole(1, 3), "from_s": round(from_s, 3), "until_s": round(until_s, 3)}
        if self.chance(0.7):
            shift["breaks"] = self.breaks(shift["from_s"], shift["until_s"])
        return shift

    def breaks(self, from_s: float, until_s: float) -> list[Any]:
        """One or two breaks within a shift, one after the other."""
        n, length_s = self.whole(1, 2), until_s - from_s
        starts = [from_s + length_s * (i + self.between(0.05, 0.4)) / n for i in range(n)]
        return [
            {"at_s": round(start, 3), "length_s": round(self.between(0.05, 0.5) * length_s / n, 3)} for start in starts
        ]

    def traits(self, clock: Plain) -> Plain:
        """Traits by which advisors differ from each other and change from day to day."""
        traits: Plain = {}
        if self.chance(0.5):
            traits["speed_cv"] = self.between(0.1, 0.6)
        if self.chance(0.6):
            traits["quality"] = {
                "mean": self.between(40, 95), "sd": self.between(0, 20),
                "on_repeat": self.between(0, 0.08), "on_sale": self.between(0, 0.08),
            }  # fmt: skip
        if self.chance(0.4):
            traits["learning"] = {
                "excess": self.between(0.1, 1), "time_constant_days": self.between(0.5, 5),
                "tenure_days": self.one_of(0.0, self.between(0, 5)),
            }  # fmt: skip
        if self.chance(0.4):
            traits["fatigue"] = {
                "strength": self.between(0.2, 2), "threshold": self.between(0.01, 0.5),
                "time_constant_s": self.between(50, 1000),
            }  # fmt: skip
        if self.chance(0.4):
            traits["script"] = {"strength": self.between(0.1, 1), "quality_cost": self.between(0, 30)}
        if self.chance(0.4):
            traits["monitoring"] = {
                "share": self.between(0.1, 1), "cost": self.between(0, 10), "gain": self.between(0, 1),
            }  # fmt: skip
            if clock["kind"] == "day":
                traits["monitoring"]["drift_per_day"] = self.between(0, 30)
        return traits
