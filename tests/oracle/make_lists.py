"""Random lists of leads, the order in which they are dialed, and the calling rules."""

from __future__ import annotations

from ccenv.sim.state.definitions import DEFINITIONS
from tests.oracle.dice import Dice, Plain

ZONE_STEP_S = 30.0  # step of time zones; it makes local midnights round times
STARTS = ("connected", "greeting_start", "greeting_end")


class ListMaker(Dice):
    """Makes the lists of a campaign and its calling rules."""

    def factors(self) -> list[float]:
        """Factors of the probability of an answer, by attempt."""
        return [self.between(0.3, 1.6) for _ in range(self.whole(1, 4))]

    def lists(self, campaign: Plain, clock: Plain) -> None:
        """One list, or segments with an order; with few leads or few lines."""
        campaign["max_lines"] = self.one_of(1_000_000, self.whole(1, 10)) if self.chance(0.3) else self.whole(1, 15)
        if self.chance(0.6):
            names = [f"s{i}" for i in range(self.whole(1, 3))]
            campaign["segments"] = {name: self.segment(clock) for name in names}
        elif campaign["max_lines"] > 15 or self.chance(0.5):
            campaign["leads"] = self.whole(0, 60)
            campaign["value_left"] = self.between(0, 10)
        if any(segment["size"] == "unlimited" for segment in campaign.get("segments", {}).values()):
            keeps = any(key in campaign for key in ("retries", "agreed_callback", "follow_up"))
            campaign["max_lines"] = self.whole(1, 3 if keeps else 12)
        if self.chance(0.8):
            campaign["order"] = {
                "retries": self.one_of("due", "score", "least_attempts", "longest_since", "newest", "random"),
                "fresh_every": self.whole(0, 4),
                "mix": self.one_of("in_order", "even", "random", "score"),
            }

    def segment(self, clock: Plain) -> Plain:
        """A segment: leads that are alike."""
        size = "unlimited" if self.chance(0.15) else self.whole(0, 40)
        segment: Plain = {
            "size": size,
            "propensity": self.between(0, 2),
            "p_consent": self.between(0.4, 1),
            "p_do_not_call": self.one_of(0.0, self.between(0, 0.4)),
            "score": self.one_of(0.0, 1.0, self.between(-5, 5)),
            "weight": self.between(0.2, 3),
        }
        if self.chance(0.5):
            segment |= {"p_answer": self.profile(0.1, 0.55, 0.05), "sale_value": self.between(0, 100)}
        if self.chance(0.5):
            segment["by_attempt"] = self.factors()
        if size != "unlimited":
            segment["value_left"] = self.between(0, 10)
        if clock["kind"] == "day":
            segment["zone_s"] = self.zone_s(clock)
        return segment

    def zone_s(self, clock: Plain) -> float:
        """A time zone so near that its hours overlap those of the centre."""
        steps = int(0.2 * (clock["close_s"] - clock["open_s"]) / ZONE_STEP_S)
        return ZONE_STEP_S * self.whole(-steps, steps)

    def calling_rules(self, campaign: Plain, clock: Plain) -> None:
        """Hours, caps and lockouts, and the definition of the dropped share."""
        if clock["kind"] == "day" and self.chance(0.3):
            campaign |= self.hours(clock, "dial", 0.5, 0.6)
        calling_rules: Plain = {}
        if clock["kind"] == "day" and self.chance(0.5):
            calling_rules |= self.hours(clock, "calling", 0.2, 0.8)
        elif clock["kind"] == "day" and "segments" in campaign and self.chance(0.5):
            self.far_zones(campaign, clock)
        if self.chance(0.4):
            calling_rules["max_per_24h"] = self.whole(1, 3)
        if self.chance(0.4):
            calling_rules["max_per_7_days"] = self.whole(1, 4)
        if self.chance(0.4):
            calling_rules["lockout_after_drop_s"] = self.one_of(self.between(300, 3000), 86_400.0)
        if self.chance(0.4):
            calling_rules["quiet_after_talk_s"] = self.one_of(self.between(300, 3000), 100_000.0)
        calling_rules["needs_consent"] = self.chance(0.4)
        campaign["calling_rules"] = calling_rules
        self.compliance(campaign)

    def hours(self, clock: Plain, what: str, latest_start: float, earliest_end: float) -> Plain:
        """Beginning and end of the hours, drawn as shares of the opening hours."""
        open_s, span_s = clock["open_s"], clock["close_s"] - clock["open_s"]
        return {
            f"{what}_from_s": round(open_s + self.between(0, latest_start) * span_s, 3),
            f"{what}_until_s": round(open_s + self.between(earliest_end, 1.1) * span_s, 3),
        }

    def far_zones(self, campaign: Plain, clock: Plain) -> None:
        """Set time zones hours away; the centre's opening then spans any hour, or the midnight, of the local day."""
        east, west = (12, 7) if clock["open_s"] > 3_600 else (20, 0)
        for segment in campaign["segments"].values():
            segment["zone_s"] = max(-12, min(12, self.whole(-west, east))) * 3_600.0

    def compliance(self, campaign: Plain) -> None:
        """A definition by name, or the campaign's own parameters."""
        campaign["drop_limit"] = self.between(0, 0.3)
        campaign["greeting_s"] = self.between(0, 4)
        if self.chance(0.6):
            campaign["compliance"] = {
                "threshold_s": self.one_of(None, self.between(0.1, 6), self.between(0.1, 6)),
                "start": self.one_of(*STARTS),
                "base": self.one_of("live", "queue"),
                "hang_ups": self.one_of("late", "all", "none"),
                "false_positives": self.one_of("ignored", "estimated"),
                "window": self.one_of("day", "period_30d", "rolling_24h"),
            }
        elif self.chance(0.6):
            campaign["compliance"] = self.one_of(*(definition.name for definition in DEFINITIONS))
