"""Parameters that several variants set: how a level becomes keys of a scenario, and on what the level rests."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ccenv.scenarios import load_scenario
from ccenv.scenarios.schema import Campaign, Centre
from experiments.screen.declared import Parameter
from experiments.screen.hidden_load import HiddenLoad

BANK, HYBRID = "bank_blended:either", "hybrid_small:either"
RETURNS, OMNICHANNEL = "sales_returns:either", "support_omnichannel"
LOG = HiddenLoad(variance=0.013409617583732552, correlation_s=4860.0)
"""`experiments.screen.hidden_load.fitted` of the weekdays of October 1999 in the bank's log; a test fits it again."""

UNIT_PRICE = 0.05  # of a lost contact, in sales, under the preset `bank_blended` with the value unit 1


def plain(source: str) -> dict[str, Any]:
    """Return a centre as plain data, without the keys that have their defaults."""
    found: dict[str, Any] = msgspec.to_builtins(load_scenario(source).centre)
    return found


@functools.cache
def _bank() -> Centre:
    return load_scenario(BANK).centre


def _deposits() -> Campaign:
    return _bank().campaigns["deposits"]


def staffed(values: Iterable[float], factor: float) -> list[int]:
    """Return numbers of advisors times a factor, rounded; at least one where there was one."""
    return [max(int(value > 0), round(factor * value)) for value in values]


def _moved(to: float) -> dict[str, Any]:
    general, blended = (_bank().groups[name].staffing for name in ("general", "blended"))
    assert isinstance(general, list) and isinstance(blended, list)
    most = max(blended)
    left = [max(1, g - int(to) + most) if b else g for g, b in zip(general, blended, strict=True)]
    return {
        "groups.general.staffing": left,
        "groups.blended.staffing": [b + g - k for g, b, k in zip(general, blended, left, strict=True)],
    }


def _hidden(amplitude: float) -> dict[str, Any]:
    return {"switching": {"mean_s": [3600, 1800], "arrivals": [1 - amplitude, 1 + 2 * amplitude], "observed": False}}


def _hidden_as_fitted(times: float) -> dict[str, Any]:
    c, mean_s = math.sqrt(times * LOG.variance), 2.0 * LOG.correlation_s
    return {"switching": {"mean_s": [mean_s, mean_s], "arrivals": [1 - c, 1 + c], "observed": False}}


def _longer(campaign: str, times: Mapping[str, Any], factor: float) -> dict[str, Any]:
    return {f"campaigns.{campaign}.{key}.mu": time.mu + math.log(factor) for key, time in times.items()}


def _size(factor: float) -> dict[str, Any]:
    moved = _moved(5)
    found: dict[str, Any] = {
        f"queues.{name}.arrivals_per_hour": [round(factor * rate, 2) for rate in queue.arrivals_per_hour]  # type: ignore[union-attr]
        for name, queue in _bank().queues.items()
    }
    for name in ("general", "internet", "blended"):
        values = moved.get(f"groups.{name}.staffing", _bank().groups[name].staffing)
        found[f"groups.{name}.staffing"] = staffed(values, factor)
    return {**found, "campaigns.deposits.max_lines": round(30 * factor)}


MOVED = Parameter(
    "blended advisors", _moved, "range",
    "so many of the bank's general advisors are trained to dial in the campaign's hours; the sum stays. From those of "
    "the library to all but one or two", (2, 7), whole=True,
)  # fmt: skip
SIZE = Parameter(
    "size of the bank", _size, "range",
    "arrivals, advisors and lines times a number, 5 to 25 blended advisors; the bank's own size is 1", (1, 5),
)  # fmt: skip
PRICE = Parameter(
    "price of a lost contact, sales", lambda price: {"value_unit": round(price / UNIT_PRICE, 6)}, "range",
    "one customer in twenty to one in four leaves for ever and was worth a sale; waiting and drops count in proportion",
    (0.05, 0.25),
)  # fmt: skip
PRICE_OF_STUDY = Parameter(
    "reward preset `bank_volatile` in place of `bank_blended`", lambda level: {"reward": "bank_volatile"}, "source",
    "ccenv/rewards/presets/bank_volatile.yaml: a lost contact costs 0.15 sales, a drop 0.1 as before",
)  # fmt: skip
HIDDEN = Parameter(
    "hidden load: what the quiet mode lacks", _hidden, "range",
    "an hour with less, then half an hour with twice as much more, unannounced; at 0.3 the factors 0.7 and 1.6. Beyond "
    "the bank's fit 1.5 to 24 times in variance: a firm whose mailings, faults or news move the load",
    (0.1, 0.4),
)  # fmt: skip
FITTED = Parameter(
    "hidden load: variance, in that of the bank's log", _hidden_as_fitted, "fit",
    "two modes of equal length whose variance and correlation time are fitted to counts by half hour, net of Poisson "
    "noise, weekdays of October 1999, Anonymous Bank call log, Technion (Brown et al. 2005): factor 1 +- 0.116, "
    "correlation time 81 minutes. January and May vary 5.4 and 3.7 times as much", (1, 5.4),
)  # fmt: skip
LONG_TALKS = Parameter(
    "length of outbound talks, in that of the bank",
    lambda factor: _longer(
        "deposits", {"handle_s": _deposits().handle_s, "handle_sale_s": _deposits().handle_sale_s}, factor
    ), "range",
    "from the 258 s of the UCI Bank Marketing data (Moro et al. 2014) to advice of 13 minutes; 1.63 is seven minutes",
    (1, 3),
)  # fmt: skip
SALES = Parameter(
    "probability of a sale, in that of the bank",
    lambda factor: {"campaigns.deposits.p_sale": [round(factor * p, 5) for p in _deposits().p_sale]}, "range",  # type: ignore[union-attr]
    "longer talks pay only if they sell more: in proportion to their length, and up to four times", (1, 4),
)  # fmt: skip


def _slower(factor: float) -> dict[str, Any]:
    found = {}
    for name in ("NE", "PE", "PS"):
        time = _bank().queues[name].handle_s
        shift = math.log(factor) * (-0.5 if name == "PS" else 1.0)
        found[name] = {"dist": "lognormal", "mu": time.mu + shift, "sigma": time.sigma}  # type: ignore[union-attr]
    return {"groups.blended.handle_s": found}


UNEQUAL_PAIRS = Parameter(
    "handle time of blended advisors: NE and PE, in that of the others", _slower, "range",
    "they are trained for the regular service (PS, faster by the square root) and less for stock trading and English. "
    "Specialists are 10 to 60 % faster; a third in `x_design`", (1.1, 1.6),
)  # fmt: skip


def _patience(ratio: float) -> dict[str, Any]:
    scale = 443 / math.sqrt(ratio)
    return {"queues.orders.patience_s.scale_s": scale, "queues.questions.patience_s.scale_s": ratio * scale}


PATIENCE = Parameter(
    "patience of questions, in that of orders", _patience, "range",
    "mean geometric to the fit of the library (Brown et al. 2005). There new customers are about a fifth as patient as "
    "traders; nine is beyond", (1, 9),
)  # fmt: skip
CLASSES = Parameter(
    "value of the best tenth of orders, in that of the others",
    lambda factor: {
        "queues.orders.customer.p_identified": 0.9,
        "queues.orders.customer.value_classes": [{"share": 0.1, "value_factor": factor}],
    }, "range",
    "the library's order_desk and customer_service have classes with factors up to 3; a tenth of a mail-order firm's "
    "customers may bring a third to half of its turnover", (2, 8),
)  # fmt: skip
RETURN_SHARE = Parameter(
    "share of missed leads that call in, in that of the centre",
    lambda factor: {
        f"campaigns.contracts.return_calls.p_by_outcome.{name}": factor * p
        for name, p in plain(RETURNS)["campaigns"]["contracts"]["return_calls"]["p_by_outcome"].items()
    }, "range",
    "no public log has them: half to three times the assumption of the library, at most 45 % after a drop", (0.5, 3),
)  # fmt: skip
RETURN_PATIENCE = Parameter(
    "patience of those who call in: scale, s",
    lambda scale: {"queues.callers.patience_s.scale_s": scale}, "range",
    "from people who only want to know who called to those of the bank's log (Brown et al. 2005)", (60, 443),
)  # fmt: skip
