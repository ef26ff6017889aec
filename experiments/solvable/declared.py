"""The solved centres on which learners are measured, each declared once: model, prices, and rules beside the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ccenv.scenarios import Scenario
from ccenv.theory.models import BlendedPacing, Blending, NDesign, Pacing, SwitchingBlending, SwitchingPacing

HOUR_S = 3600.0
REVIEW_S = 600.0  # the models decide after events alone; reviews only keep an empty centre without arrivals going
DROP_LIMIT = 0.03

Rule = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """A solved centre.

    Attributes:
        name: Its name in settings, results and page.
        about: What it is, for the page.
        model: The model, which solves it and makes its scenario.
        owns: The half that the policy decides; the model fixes the other one.
        prices: Price by measure of the model; the objective is the sum of prices times the numerators of the measures,
            which are rates [1/h].
        reward: The same as weights of reward terms.
        integer: Rules with whole numbers, as the model and the simulator name them; the best one is the integer rule.
        linear: Rules with real numbers beside them; a start from the rule takes the best one of both.
        limit: Limit of the dropped share; None for none.
    """

    name: str
    about: str
    model: Any
    owns: str
    prices: Mapping[str, float]
    reward: Mapping[str, Any]
    integer: tuple[Rule, ...]
    linear: tuple[Rule, ...] = ()
    limit: float | None = None

    @property
    def plain(self) -> tuple[Rule, Rule]:
        """Routing and pacing rule as shipped: what a start from scratch leaves to rules, and its first base."""
        if self.owns == "routing":
            return ("fifo", {}), ("no_dial", {})
        return ("fifo", {}), ("progressive" if self.scenario(1.0).reserves else "progressive_unreserved", {})

    def scenario(self, hours: float) -> Scenario:
        """Return the scenario for the simulator; its episodes count `hours` hours after a tenth of that as warm-up."""
        inbound = any("arrivals" in name or "lambda" in name for name in vars(self.model))
        clock = {"horizon_s": hours * HOUR_S, "warm_up_s": 0.1 * hours * HOUR_S}
        made: Scenario = self.model.scenario(**clock, **({} if inbound else {"review_s": REVIEW_S}))
        return made


def _reserves(s: int) -> tuple[Rule, ...]:
    return tuple(("reserve_threshold", {"reserve": float(r)}) for r in range(s + 1))


RATIOS: tuple[Rule, ...] = tuple(("fixed_ratio", {"ratio": round(float(k), 2)}) for k in np.arange(1.0, 5.05, 0.1))
LINES: tuple[Rule, ...] = tuple(
    ("max0", {"k": round(float(k), 2), "c": float(c)})
    for k in np.arange(1.0, 5.05, 0.1)
    for c in np.arange(0.0, 4.1, 0.5)
)
RATIOS_LEFT: tuple[Rule, ...] = tuple(
    ("fixed_ratio", {"ratio": round(float(k), 2), "reserve": float(r)})
    for k in np.arange(1.0, 4.05, 0.25)
    for r in range(5)
)
ORDERS: tuple[Rule, ...] = tuple(
    ("priority", {"order": order, "advisor": "least_skilled"}) for order in (["class1", "class2"], ["class2", "class1"])
)


def _blending(name: str, about: str, model: Blending, gamma: float) -> Case:
    return Case(
        name, about, model, "pacing", {"outbound_per_h": 1.0, "lq": -gamma},
        {"joined": 1.0, "waiting_s": -gamma / HOUR_S}, _reserves(model.s),
    )  # fmt: skip


def _pacing(name: str, about: str, model: Any, price: float, limit: float | None = None) -> Case:
    return Case(
        name, about, model, "pacing", {"connects_per_h": 1.0, "drops_per_h": -price},
        {"joined": 1.0, "dropped": -price}, RATIOS, LINES, limit,
    )  # fmt: skip


SWITCHING_LOAD = SwitchingBlending(10, (80.0, 180.0), 180.0, 180.0, 120.0)
LONG_BOTH = BlendedPacing(6, 40.0, 180.0, 120.0, 420.0, 18.0, 0.3)
N_DESIGN = NDesign(3, 3, 55.0, 40.0, 180.0, 220.0, 180.0, 120.0, 120.0, 1.0, 3.0)

CASES = {
    case.name: case
    for case in (
        _blending("equal_talks", "blending, inbound and outbound talks equally long, patient callers",
                  Blending(10, 100.0, 180.0, 180.0), 100.0),
        _blending("long_outbound", "blending, outbound talks twice as long as inbound ones",
                  Blending(10, 100.0, 180.0, 360.0), 100.0),
        _blending("short_outbound", "blending, outbound talks a third of inbound ones",
                  Blending(10, 50.0, 360.0, 120.0), 100.0),
        Case("switching_load", "blending, the load switches between two modes that are seen", SWITCHING_LOAD, "pacing",
             {"outbound_per_h": 1.0, "lq": -2.0 * HOUR_S / 120.0}, {"joined": 1.0, "abandoned": -2.0}, _reserves(10)),
        _pacing("switching_answers", "pacing, the answer rate switches between two modes that are seen",
                SwitchingPacing(10, (0.15, 0.45), 18.0, 210.0), 1.0),
        _pacing("pacing_limit", "pacing within a limit of the dropped share", Pacing(5, 0.3, 18.0, 210.0), 0.0,
                DROP_LIMIT),
        Case("blended_pacing", "inbound served first, longer outbound talks dialed ahead", LONG_BOTH, "pacing",
             {"connects_per_h": 1.0, "drop_rate": -1.0, "inbound_abandon": -10.0},
             {"joined": 1.0, "dropped": -1.0, "abandoned": -10.0}, RATIOS_LEFT),
        Case("n_design", "two classes, flexible advisors slower for one of them, whose own class is worth more",
             N_DESIGN, "routing", {"cost_per_h": -1.0}, {"abandoned": {"class1": -1.0, "class2": -3.0}}, ORDERS),
    )
}  # fmt: skip
