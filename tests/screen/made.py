"""Figures of a variant as a measurement gives them, made up so that they meet all criteria."""

from typing import Any

from experiments.screen.declared import Parameter, Variant

LENGTH = Parameter("length", lambda level: {"campaigns.survey.wrap_up_s": level}, "range", "made up", (0.0, 40.0))
PRICE = Parameter("price", lambda level: {"value_unit": level}, "source", "made up")
VARIANT = Variant("made_up", "all of it", "tiny", ((LENGTH, 20.0), (PRICE, 2.0)))


def estimate(mean: float, error: float) -> dict[str, float]:
    return {"mean": mean, "low": mean - error, "high": mean + error}


def figures(**changes: Any) -> dict[str, Any]:
    """S is 1.0 +- 0.2 ahead of P2, 10 % of the score of 10; 0.6 by routing alone, 0.5 by pacing alone."""
    rungs = {
        rung: {"label": f"{rung} rule", "value": value, "dropped_share": 0.02, "abandonment": 0.05}
        for rung, value in (("P0", 5.0), ("P1", 13.0), ("P2", 14.0), ("S", 15.0))
    }
    return {
        "variant": VARIANT.name, "levels": {}, "scenario_digest": "0", "unit": "a sale", "limit": 0.03,
        "effort": {"cpu_s": 1.0, "days": 2, "validation_days": 8, "evaluation_days": 8},
        "amplitude": 0.424, "price": 0.15, "blended": 5.0, "rungs": rungs,
        "over_p1": estimate(2.0, 0.2), "over_p2": estimate(1.0, 0.2),
        "halves": {"routing": estimate(0.6, 0.2), "pacing": estimate(0.5, 0.2)},
        "search": {"rules_chosen": False, "generations": 12, "days": 96, "start_s": 0.5, "cpu_s": 1.0,
                   "agreement": 0.9},
        "cpu_s": 9.0, "ends": [], **changes,
    }  # fmt: skip


def dropping(share: float) -> dict[str, Any]:
    """The same, S dropping another share."""
    found = figures()
    found["rungs"]["S"]["dropped_share"] = share
    return found


def ends(**changes: Any) -> list[dict[str, Any]]:
    """Figures at both ends of half of the range; `changes` are those of the last one."""
    first, last = VARIANT.ends()
    return [figures(end=list(first)), figures(end=list(last), **changes)]
