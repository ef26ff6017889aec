"""Random lists of leads, the order in which they are dialed, and the calling rules."""

from __future__ import annotations

from datetime import date

from ccenv.sim.state.definitions import DEFINITIONS
from tests.oracle.dice import LAW_BASE, Dice, Plain
from tests.oracle.hours import DAY_S, noon_offset_s, within

ZONE_STEP_S = 30.0  # step of time zones; it makes local midnights round times
ZONES = ("America/New_York", "America/Phoenix", "Asia/Kolkata", "Australia/Adelaide", "Europe/London", "Asia/Manila")
STARTS = ("connected", "greeting_start", "greeting_end", "decided")
TRIES = 20


def may_be_called(segment: Plain, clock: Plain, from_s: float, until_s: float) -> bool:
    """Whether the calling hours meet the opening of the first day."""
    zone_s = segment.get("zone_s", 0.0)
    if "zone" in segment:
        today = date.fromisoformat(clock["start_date"])
        zone_s = noon_offset_s(segment["zone"], today) - noon_offset_s(clock["zone"], today)
    return within(from_s, until_s, clock["open_s"] + zone_s) or within(from_s, until_s, clock["close_s"] - 1 + zone_s)


def shortest_s(time: float | Plain) -> float:
    """The time that no draw of a distribution falls below; 0 for all kinds that may be of any length."""
    if isinstance(time, float):
        return 0.0
    quantiles = time.get("quantiles_s", [0.0])
    return float(time.get("value_s", time.get("low_s", quantiles[0])))


DEFAULT = 1_000_000  # stands for the default until the campaign is made


class ListMaker(Dice):
    """Makes the lists of a campaign and its calling rules."""

    def factors(self) -> list[float]:
        """Factors of the probability of an answer, by attempt."""
        return [self.between(0.3, 1.6) for _ in range(self.whole(1, 4))]

    def lists(self, campaign: Plain, clock: Plain) -> None:
        """One list, or segments with an order; with few leads or few lines."""
        campaign["max_lines"] = self.one_of(DEFAULT, self.whole(1, 10)) if self.chance(0.3) else self.whole(1, 15)
        if self.chance(0.6):
            names = [f"s{i}" for i in range(self.whole(1, 3))]
            campaign["segments"] = {name: self.segment(clock) for name in names}
        elif campaign["max_lines"] > 15 or self.chance(0.5):
            campaign["leads"] = self.whole(0, 60)
            campaign["value_left"] = self.between(0, 10)
        if any(segment["size"] == "unlimited" for segment in campaign.get("segments", {}).values()):
            keeps = any(key in campaign for key in ("retries", "agreed_callback", "follow_up", "return_calls"))
            campaign["max_lines"] = self.whole(1, 3 if keeps else 12)
        if campaign["max_lines"] == DEFAULT:
            del campaign["max_lines"]
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
            calling_rules |= self.around_the_world(campaign, clock)
        if self.chance(0.4):
            calling_rules["max_per_24h"] = self.whole(1, 3)
        if self.chance(0.4):
            calling_rules["max_per_7_days"] = self.whole(1, 4)
        if self.chance(0.4):
            calling_rules["lockout_after_drop_s"] = self.one_of(self.between(300, 3000), 86_400.0)
        if self.chance(0.4):
            calling_rules["quiet_after_talk_s"] = self.one_of(self.between(300, 3000), 100_000.0)
        calling_rules["needs_consent"] = self.chance(0.4)
        campaign["calling_rules"] = calling_rules | self.law(campaign, clock)
        self.compliance(campaign)

    def law(self, campaign: Plain, clock: Plain) -> Plain:
        """A least ring time that the campaign keeps, and a law by name; both from dice of their own."""
        dice = Dice(self.number, LAW_BASE)
        rings = campaign.get("ring_s_by_outcome", {"no_answer": campaign.get("ring_s", 0.0)})
        law: Plain = {"min_ring_s": dice.one_of(0.0, 1.0) * shortest_s(rings["no_answer"])}
        if clock["kind"] == "day" and dice.chance(0.5):
            law["preset"] = dice.one_of("none", "ftc_tsr_2024", "fcc_2012", "ofcom_2017")
        return law

    def hours(self, clock: Plain, what: str, latest_start: float, earliest_end: float) -> Plain:
        """Beginning and end of the hours, drawn as shares of the opening hours, in eighths of a second."""
        open_s, span_s = clock["open_s"], clock["close_s"] - clock["open_s"]
        return {
            f"{what}_from_s": open_s + round(8 * self.between(0, latest_start) * span_s) / 8,
            f"{what}_until_s": open_s + round(8 * self.between(earliest_end, 1.1) * span_s) / 8,
        }

    def around_the_world(self, campaign: Plain, clock: Plain) -> Plain:
        """Give segments zones anywhere, and the campaign calling hours of 8 to 23 hours, often over midnight.

        The centre's opening then spans any part of the local day: the beginning or end of the hours, or midnight.
        """
        for segment in campaign["segments"].values():
            if "start_date" in clock and self.chance(0.7):
                del segment["zone_s"]
                segment["zone"] = self.one_of(*ZONES)
            else:
                segment["zone_s"] = self.whole(-24, 24) * 3_600.0
        for _ in range(TRIES):
            from_s = (clock["open_s"] + 3_600.0 * self.whole(-23, 23) + self.one_of(0.0, 60.0, 120.5)) % DAY_S
            until_s = (from_s + 3_600.0 * self.whole(8, 23)) % DAY_S
            if all(may_be_called(segment, clock, from_s, until_s) for segment in campaign["segments"].values()):
                return {"calling_from_s": from_s, "calling_until_s": until_s}
        return {}

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
