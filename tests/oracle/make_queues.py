"""Random inbound queues."""

from __future__ import annotations

from tests.oracle.dice import MACHINE_BASE, Dice, Plain


class QueueMaker(Dice):
    """Makes random queues that use the whole schema."""

    def queue(self, name: str, names: list[str], clock: Plain) -> Plain:
        """An inbound queue; `names` are those of all queues."""
        others = [other for other in names if other != name]
        higher_tiers = names[names.index(name) + 1 :] if self.upwards else names[: names.index(name)]
        queue: Plain = {
            "arrivals_per_hour": self.profile(45, 190, 0.1),
            "handle_s": self.time(f"handle {name}", 40, p_zero=0.03),
            "patience_s": self.time(f"patience {name}", 40, p_zero=0.05, p_never=0.15, endless_s=True),
            "wrap_up_s": self.time(f"wrap-up {name}", 10, p_zero=0.3),
            "redial": self.comes_back(f"redial {name}"),
            "repeat": self.comes_back(f"repeat {name}"),
            "service_level_s": self.between(0, 40),
            "p_balk": self.one_of(0.0, self.between(0.1, 0.5)),
        }
        if isinstance(queue["arrivals_per_hour"], list):
            queue["interpolation"] = self.one_of("constant", "linear")
        if clock["kind"] == "day" and self.chance(0.15):
            queue["trace_s"] = self.trace(clock)
        if self.chance(0.7):
            queue["ivr"] = self.ivr(name, others)
        if self.chance(0.6):
            queue["announcement"] = self.announcement(name)
        if self.chance(0.75):
            queue["callback"] = self.callback(name)
        if higher_tiers and self.chance(0.9):
            queue["transfer"] = self.transfer(name, higher_tiers)
        if self.chance(0.6):
            queue["priority"] = {"p": self.between(0.1, 0.6), "credit_s": self.one_of(0.0, self.between(10, 120))}
        if self.chance(0.7):
            queue["customer"] = self.customer()
        if self.chance(0.8):
            queue["sale"] = self.sale(name)
        if self.chance(0.6):
            queue["satisfaction"] = self.satisfaction()
        return queue

    def comes_back(self, key: str) -> Plain:
        """Redials or repeats; some delays reach beyond closing."""
        return {
            "p": self.one_of(0.0, self.between(0.2, 1.0), 1.0),
            "delay_s": self.time(key, self.one_of(20.0, 100.0, 600.0), p_zero=0.1),
            "max_times": self.whole(0, 3),
        }

    def trace(self, clock: Plain) -> list[float]:
        """Recorded arrivals of three days, within opening hours."""
        low, high = clock["open_s"], clock["close_s"]
        days = [sorted(self.between(low, high) for _ in range(self.whole(0, 20))) for _ in range(3)]
        return [round(day * 86_400.0 + t, 3) for day, times in enumerate(days) for t in times]

    def ivr(self, name: str, others: list[str]) -> Plain:
        """An IVR; some misroute contacts."""
        ivr = {
            "time_s": self.time(f"ivr {name}", 12, p_zero=0.15),
            "p_contained": self.one_of(0.0, self.between(0.05, 0.4)),
            "p_hangup": self.one_of(0.0, self.between(0.05, 0.3)),
            "detect_s": self.time(f"detect {name}", 12),
        }
        if others and self.chance(0.7):
            ivr["routes"] = dict(zip(others, self.shares(len(others), self.between(0.1, 0.7)), strict=True))
        return ivr | self.machine(name)

    def machine(self, name: str) -> Plain:
        """Price, hand-off and resolution of an IVR, from dice of their own; some keep the defaults."""
        dice = Dice(self.number, MACHINE_BASE + int(name[-1]))
        if dice.chance(0.3):
            return {}
        easy = dice.one_of(1.0, dice.between(0.3, 1.0))
        return {
            "p_resolved_easy": easy,
            "p_resolved_hard": dice.one_of(0.0, round(easy * dice.between(0.0, 1.0), 3)),
            "price_per_minute": dice.between(0.0, 2.0),
            "handoff_factor": dice.one_of(dice.between(0.5, 0.95), dice.between(1.05, 1.6)),
        }

    def announcement(self, name: str) -> Plain:
        """An announcement for contacts that must wait."""
        return {
            "tolerance_s": self.time(f"tolerance {name}", 30, p_zero=0.05, p_never=0.1, endless_s=True),
            "patience_factor": self.between(0.3, 2.5),
        }

    def callback(self, name: str) -> Plain:
        """An offer of callbacks, with few or many tries."""
        return {
            "offer_above_s": self.one_of(0.0, self.between(2, 40)),
            "p_accept": self.between(0.2, 1.0),
            "ring_s": self.time(f"callback ring {name}", 6, p_zero=0.1),
            "p_answer": self.one_of(1.0, self.between(0.2, 0.9)),
            "max_tries": self.whole(1, 4),
            "retry_s": self.time(f"retry {name}", self.one_of(15.0, 60.0, 400.0), p_zero=0.05),
        }

    def transfer(self, name: str, higher_tiers: list[str]) -> Plain:
        """Cold or warm, to another queue from which no transfer leads back."""
        return {
            "p": self.between(0.1, 0.7),
            "to": self.one_of(*higher_tiers),
            "kind": self.one_of("cold", "warm", "warm"),
            "handover_s": self.time(f"handover {name}", 8, p_zero=0.1),
        }

    def customer(self) -> Plain:
        """Customer data, as in a CRM."""
        customer: Plain = {
            "p_identified": self.one_of(1.0, self.between(0.2, 0.9)),
            "p_returning": self.between(0.1, 0.9),
            "returning_factor": self.between(0.5, 1.2),
            "p_preferred": self.one_of(0.0, self.between(0.3, 1.0)),
            "preferred_factor": self.between(0.5, 1.1),
        }
        shares = self.shares(self.whole(1, 4), self.between(0.3, 1.0))
        if self.chance(0.7):
            customer["value_classes"] = [
                {
                    "share": share,
                    "value_factor": self.between(0.2, 5),
                    "credit_s": self.one_of(0.0, self.between(5, 90)),
                }
                for share in shares
            ]
        return customer

    def sale(self, name: str) -> Plain:
        """Orders, with or without a handle time of their own."""
        sale: Plain = {"p": self.between(0.1, 0.9), "value": self.between(1, 100)}
        if self.chance(0.8):
            sale["handle_s"] = self.time(f"sale {name}", 50)
        return sale

    def satisfaction(self) -> Plain:
        """Points of satisfaction, with weights so large that some scores reach the bounds."""
        return {
            "base": self.between(50, 100),
            "per_wait_minute": self.between(0, 60),
            "per_transfer": self.between(0, 20),
            "per_repeat": self.between(0, 20),
            "per_quality": self.between(0, 2),
        }
