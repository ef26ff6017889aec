"""Campaigns of the library's largest centre, which its teams dial while no contact waits for them."""

from __future__ import annotations

from typing import Any, NamedTuple

from experiments.calibrate.campaign import P_BUSY, P_INVALID, PRESET, rings

OPEN_HOURS = range(6, 22)
P_ANSWER_FROM_HOUR = {6: 0.14, 9: 0.17, 12: 0.18, 15: 0.2, 17: 0.24, 20: 0.25}
LOCKOUT_S = 72 * 3600


class Offer(NamedTuple):
    """A campaign: its team and language, its segments (leads, propensity), and the probability of a sale."""

    team: str
    language: str
    segments: dict[str, tuple[int, float]]
    p_sale: list[float]
    mix: str


OFFERS = {
    "renewals_english": Offer(
        "sales", "english", {"recent": (20_000, 1.2), "lapsed": (30_000, 0.7)}, [0.12, 0.1], "score"
    ),
    "renewals_spanish": Offer(
        "sales", "spanish", {"recent": (10_000, 1.2), "lapsed": (15_000, 0.7)}, [0.12, 0.1], "score"
    ),
    "winback_english": Offer(
        "office", "english", {"left": (20_000, 1.0), "long_gone": (25_000, 0.6)}, [0.06, 0.05], "even"
    ),
}
SOURCES = {
    "p_answer": "assumption, never calibrated: no public log has dials. Within the .10 to .35 that practice names, "
    "higher towards the evening",
    "by_attempt": "modelling choice, who was not reached is harder to reach",
    "p_machine": "assumption: practice names .30 to .50 of dials",
    "p_busy": "assumption, engineering judgement: .03 of dials",
    "p_invalid": "assumption, engineering judgement: .03 of dials",
    "detector.*": "assumption: 95 % right either way, the best that vendors claim",
    "ring_s_by_outcome.*": "assumption: practice names 10 to 12 s to an answer, machines that answer after four rings, "
    "some 20 s, and 22 to 30 s until nobody has answered; busy and invalid numbers are told within seconds",
    "greeting_s": "modelling choice, the length of a greeting",
    "drop_after_s.*": "FTC Telemarketing Sales Rule, 16 CFR 310.4(b)(4): 2 s from the end of the greeting",
    "hang_up_s.*": "modelling choice",
    "handle_*": "modelling choice; that handle times are lognormal, Brown et al. (2005)",
    "wrap_up_s": "modelling choice",
    "p_sale": "modelling choice",
    "contact_number": "modelling choice, a new list",
    "sale_value": "unit: values are counted in sales",
    "value_*": "modelling choice",
    "max_lines": "modelling choice",
    "dial_ladder": "modelling choice",
    "segments.*": "modelling choice",
    "order.*": "modelling choice",
    "retries.*": "modelling choice",
    "agreed_callback.*": "modelling choice",
    "p_stop": "modelling choice",
    "calling_rules.max_per_24h": "at most 3 in 24 hours, as in Florida and Oklahoma",
    "calling_rules.lockout_after_drop_s": "modelling choice: 72 h, the order that ViciDial's help names for drops",
    "line_cost_per_hour": "modelling choice: a cent a minute where a sale brings 50",
}


def campaigns() -> dict[str, Any]:
    """Return all campaigns as mappings of the scenario file."""
    return {name: _campaign(offer) for name, offer in OFFERS.items()}


def skills(team: str, languages: tuple[str, ...]) -> list[str]:
    """Return the names of a team's campaigns in the given languages."""
    return [name for name, offer in OFFERS.items() if offer.team == team and offer.language in languages]


def _campaign(offer: Offer) -> dict[str, Any]:
    return {
        "p_answer": [p for hour in OPEN_HOURS for p in 2 * [_p_answer(hour)]],
        "by_attempt": [1.0, 0.9, 0.8, 0.7, 0.6],
        "p_machine": 0.35,
        "p_busy": P_BUSY,
        "p_invalid": P_INVALID,
        "detector": {"p_false_positive": 0.05, "p_machine_passed": 0.05},
        "ring_s_by_outcome": rings(),
        "greeting_s": 1.5,
        "drop_after_s": {"dist": "constant", "value_s": 3.5},
        "hang_up_s": {"dist": "exponential", "mean_s": 12},
        "handle_s": {"dist": "lognormal", "mu": 4.7, "sigma": 0.8},
        "handle_sale_s": {"dist": "lognormal", "mu": 5.6, "sigma": 0.6},
        "handle_machine_s": {"dist": "constant", "value_s": 10},
        "wrap_up_s": 20,
        "p_sale": offer.p_sale,
        "contact_number": [1.0, 0.0],
        "sale_value": 1.0,
        "value_cv": 0.5,
        "value_handle_correlation": 0.3,
        "max_lines": 120,
        "dial_ladder": [1, 2, 4, 8, 16, 32],
        "segments": {
            name: {"size": size, "propensity": propensity, "score": propensity, "value_left": 0.02}
            for name, (size, propensity) in offer.segments.items()
        },
        "order": {"retries": "due", "fresh_every": 3, "mix": offer.mix},
        "retries": {
            "max_attempts": 5,
            "no_answer": {"dist": "uniform", "low_s": 7_200, "high_s": 93_600},
            "busy": {"dist": "uniform", "low_s": 600, "high_s": 1_800},
            "machine": {"dist": "uniform", "low_s": 7_200, "high_s": 93_600},
            "dropped": LOCKOUT_S,
            "hung_up": 86_400,
            "talked": 3 * 86_400,
        },
        "agreed_callback": {
            "p": 0.1,
            "after_s": {"dist": "uniform", "low_s": 82_800, "high_s": 90_000},
            "window_s": 900,
            "answer_factor": 2.0,
        },
        "p_stop": 0.02,
        "calling_rules": {"preset": PRESET, "max_per_24h": 3, "lockout_after_drop_s": LOCKOUT_S},
        "compliance": "genesys_queue",
        "line_cost_per_hour": 0.012,
    }


def _p_answer(hour: int) -> float:
    return P_ANSWER_FROM_HOUR[max(h for h in P_ANSWER_FROM_HOUR if h <= hour)]
