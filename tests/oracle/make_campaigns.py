"""Random outbound campaigns."""

from __future__ import annotations

from tests.oracle.dice import ANSWER_BASE, RETURN_BASE, Dice, Plain
from tests.oracle.make_lists import ListMaker

SOON_OR_LATER_S = (20.0, 60.0, 150.0, 400.0, 20_000.0, 86_400.0, 200_000.0)  # mean delays of later attempts


class CampaignMaker(ListMaker):
    """Makes random campaigns that use the whole schema."""

    def campaign(self, name: str, clock: Plain, queues: list[str]) -> Plain:
        """A campaign with so few lines or leads that the smallest size class holds it."""
        n_numbers = self.whole(1, 4)
        campaign: Plain = {
            "p_answer": self.profile(0.1, 0.55, 0.05),
            "p_machine": self.one_of(0.0, self.between(0.05, 0.25)),
            "p_busy": self.between(0, 0.1),
            "p_invalid": self.between(0, 0.1),
            "detector": {"p_false_positive": self.between(0, 0.3), "p_machine_passed": self.between(0, 0.6)},
            "handle_s": self.time(f"handle {name}", 30, p_zero=0.03),
            "handle_machine_s": self.time(f"machine {name}", 6, p_zero=0.2),
            "wrap_up_s": self.time(f"wrap-up {name}", 8, p_zero=0.2),
            "drop_after_s": self.time(f"drop {name}", 6, p_zero=0.15, p_never=0.08, endless_s=True),
            "hang_up_s": self.time(f"hang up {name}", 6, p_zero=0.03, p_never=0.15, endless_s=True),
            "reserves": self.reserves(name),
            "contact_number": self.shares(n_numbers, 1.0),
            "p_sale": self.one_of(
                self.between(0, 0.6), [self.between(0, 0.6) for _ in range(self.whole(1, n_numbers))]
            ),
            "dial_ladder": self.one_of([1], [1, 2], [1, 3, 4], [1, 2, 4, 8]),
            **self.value(),
        }
        if self.chance(0.7):
            campaign["handle_sale_s"] = self.time(f"sale {name}", 40)
        if self.chance(0.5):
            campaign["by_attempt"] = self.factors()
        self.ringing(campaign, name)
        self.come_again(campaign, name)
        self.call_in(campaign, name, queues)
        self.lists(campaign, clock)
        self.calling_rules(campaign, clock)
        self.who_answers(campaign, name)
        return campaign

    def who_answers(self, campaign: Plain, name: str) -> None:
        """The time of the detector or none, and the right party; from dice of their own."""
        dice = Dice(self.number, ANSWER_BASE)
        if dice.chance(0.1):
            campaign["detector"] = "none"
        elif dice.chance(0.7):
            campaign["detector"]["decide_s"] = dice.time(f"decide {name}", 2, p_zero=0.1)
        if dice.chance(0.8):
            campaign["p_right_party"] = dice.between(0.2, 1)
            if dice.chance(0.9):
                campaign["handle_wrong_party_s"] = dice.time(f"wrong party {name}", 8, p_zero=0.1)
            if "retries" in campaign and dice.chance(0.95):
                delay_s = dice.one_of(*SOON_OR_LATER_S)
                campaign["retries"]["wrong_party"] = dice.time(f"retry wrong party {name}", delay_s, p_zero=0.03)
        for segment in campaign.get("segments", {}).values():
            if dice.chance(0.3):
                segment["p_right_party"] = dice.one_of(1.0, dice.between(0, 1))

    def reserves(self, name: str) -> bool | str:
        """The flag: every third campaign leaves it to each dial, by turns; some of the others reserve."""
        reserves = self.chance(0.3)
        return "either" if (self.number + int(name[-1])) % 3 == 0 else reserves

    def value(self) -> Plain:
        """The value of goals. Penalties and the cost of lines are left out: they change nothing in the event loop."""
        value: Plain = {"sale_value": self.between(0, 100)}
        if self.chance(0.5):
            value |= {"value_cv": self.between(0.1, 1.5), "value_handle_correlation": self.between(-1, 1)}
        return value

    def ringing(self, campaign: Plain, name: str) -> None:
        """One ring distribution, or one for each outcome, alternately: a few scenarios then show every kind of both."""
        if (self.number // N_DISTS + int(name[-1])) % 2:
            campaign["ring_s"] = self.time(f"ring {name}", 12, p_zero=0.1)
            return
        campaign["ring_s_by_outcome"] = {
            "person": self.time(f"ring person {name}", 8, p_zero=0.05),
            "machine": self.time(f"ring machine {name}", 12, p_zero=0.05),
            "busy": self.time(f"ring busy {name}", 3, p_zero=0.05),
            "invalid": self.time(f"ring invalid {name}", 2, p_zero=0.05),
            "no_answer": self.time(f"ring no answer {name}", 20, p_zero=0.05),
        }

    def come_again(self, campaign: Plain, name: str) -> None:
        """Add retries, agreed callbacks and follow-ups: the reasons for which a lead is dialed again."""
        if self.chance(0.7):
            campaign["retries"] = self.retries(name)
        if self.chance(0.6):
            campaign["agreed_callback"] = {
                "p": self.between(0.1, 0.8),
                "after_s": self.time(f"agreed {name}", self.one_of(*SOON_OR_LATER_S), p_zero=0.05),
                "window_s": self.between(0, 400),
                "answer_factor": self.between(0.5, 2.5),
            }
        campaign["goal"] = self.one_of("sale", "appointment", "promise", "promise", "survey")
        if campaign["goal"] in ("appointment", "promise"):
            campaign["p_sale"] = self.between(0.3, 0.9)
            campaign["follow_up"] = {
                "p_kept": self.between(0.1, 0.9),
                "after_s": self.time(f"follow up {name}", self.one_of(*SOON_OR_LATER_S), p_zero=0.05),
                "retry_broken": self.chance(0.6),
            }
        if self.chance(0.5):
            campaign["p_stop"] = self.between(0.05, 0.4)

    def call_in(self, campaign: Plain, name: str, queues: list[str]) -> None:
        """Return calls, with dice of their own."""
        dice = Dice(self.number, RETURN_BASE + int(name[-1]))
        if not queues or dice.chance(0.3):
            return
        shares = {outcome: dice.one_of(0.0, dice.between(0.1, 1.0)) for outcome in ("machine", "dropped", "hung_up")}
        campaign["return_calls"] = {
            "queue": dice.one_of(*queues),
            "p_by_outcome": {"no_answer": dice.between(0.1, 1.0), **shares},
            "delay_s": dice.time(f"return {name}", dice.one_of(*SOON_OR_LATER_S[:5]), p_zero=0.05),
        }

    def retries(self, name: str) -> Plain:
        """Delays of retries by outcome; some campaigns leave one outcome out."""
        outcomes = ["no_answer", "busy", "machine", "dropped", "hung_up", "talked"]
        left_out = self.one_of(*outcomes, None, None, None)
        retries: Plain = {"max_attempts": self.whole(1, 9)}
        for outcome in outcomes:
            if outcome != left_out:
                delay_s = self.one_of(*SOON_OR_LATER_S)
                if outcome == "talked":  # short enough for the lockout after a talk to matter
                    delay_s = min(delay_s, 60.0)
                retries[outcome] = self.time(f"retry {outcome} {name}", delay_s, p_zero=0.03)
        return retries


N_DISTS = 11  # kinds of distributions that `Dice.time` rotates through
