"""Random outbound campaigns."""

from __future__ import annotations

from tests.oracle.dice import Dice, Plain


class CampaignMaker(Dice):
    """Makes campaigns with any of what the schema offers."""

    def campaign(self, name: str, clock: Plain) -> Plain:
        """A campaign, in which so many lines or leads are allowed that the smallest size class holds them."""
        n_numbers = self.whole(1, 4)
        campaign = {
            "p_answer": self.profile(0.1, 0.55, 0.05),
            "p_machine": self.one_of(0.0, self.between(0.05, 0.25)),
            "p_busy": self.between(0, 0.1),
            "p_invalid": self.between(0, 0.1),
            "detector": {"p_false_positive": self.between(0, 0.3), "p_machine_passed": self.between(0, 0.6)},
            "ring_s": self.time(f"ring {name}", 12, p_zero=0.2),
            "handle_s": self.time(f"handle {name}", 30, p_zero=0.03),
            "handle_machine_s": self.time(f"machine {name}", 6, p_zero=0.2),
            "wrap_up_s": self.time(f"wrap-up {name}", 8, p_zero=0.2),
            "drop_after_s": self.time(f"drop {name}", 6, p_zero=0.15, p_never=0.08, endless_s=True),
            "reserves": self.chance(0.35),
            "contact_number": self.shares(n_numbers, 1.0),
            "p_sale": self.one_of(
                self.between(0, 0.6), [self.between(0, 0.6) for _ in range(self.whole(1, n_numbers))]
            ),
            "sale_value": self.between(0, 100),
            "dial_ladder": self.one_of([1], [1, 2], [1, 3, 4], [1, 2, 4, 8]),
        }
        if self.chance(0.7):
            campaign["handle_sale_s"] = self.time(f"sale {name}", 40)
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
