"""What the opponents and the league share: size of a centre, rank of a result, its figures and the name of its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.scenarios import Scenario
from experiments.pipeline.evaluation import finite, interval
from experiments.pipeline.joint.objective import Score, rank_of

LARGE = ("L", "XL")
LONG_DAYS = 10


def file_name(scenario: str, reserves: bool | None) -> str:
    """Return the name of the result of a centre, without suffix."""
    flag = {None: "", True: "-reserved", False: "-unreserved"}[reserves]
    return Path(scenario).stem.replace(":", "-") + flag


def is_large(scenario: Scenario) -> bool:
    """Return whether a centre has the larger budget: class L and above, or an episode longer than ten days."""
    return scenario.size.name in LARGE or scenario.centre.episode_days > LONG_DAYS


def rank_of_result(result: Mapping[str, Any], limit: float | None) -> tuple[bool, float]:
    """Return the sort key of a result, as `rank_of`."""
    return rank_of(result["value"], result["dropped_share"], limit)


def figures(score: Score) -> dict[str, Any]:
    """Return the figures of a pair for a result file: its value with a 95 % interval, and its dropped share."""
    mean = ratio_estimate(score.values)
    return {
        "label": score.pair.label,
        "value": score.value,
        "low": finite(mean.low),
        "high": finite(mean.high),
        "dropped_share": finite(score.share),
    }


def over(values: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    """Return the mean difference of the values of two pairs on the same days, with a 95 % interval."""
    found = interval(ratio_estimate(values - others))
    assert found is not None  # there are days
    return found
