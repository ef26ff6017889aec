"""Successive halving: in each round fewer configurations with a longer training each.

Method: Jamieson and Talwalkar (2016), Non-stochastic best arm identification and hyperparameter optimization. All
rounds have the same CPU time. The default configuration stays in every round, so the last one compares the best
configurations with it.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

DEFAULT = 0  # place of the default configuration
MARGIN = 1.0  # standard errors by which the score of another configuration must be ahead of the default's
NORMAL = 3.92  # standard errors in a 95 % interval

Gain = Mapping[str, Any]  # `mean`, `low` and `high` of the difference to the start, and whether it is `feasible`


def training_s(cpu_s: float, rounds: Sequence[int], round_: int, centres: int) -> float:
    """Return the CPU time of a training in a round [s].

    Args:
        cpu_s: CPU time of all trainings [s].
        rounds: Configurations in each round.
        round_: The round.
        centres: Number of centres, in each of which a configuration is trained.
    """
    return cpu_s / (len(rounds) * rounds[round_] * centres)


def days_of(most: int, rounds: Sequence[int], round_: int) -> int:
    """Return the validation days of a round: `most` in the last one, in proportion to the time of a training."""
    return max(2, round(most * rounds[-1] / rounds[round_]))


def standard_error(gains: Sequence[Gain]) -> float | None:
    """Return the standard error of a gain at a centre: the median of those of the configurations of a round.

    It is the same for all of them, so a policy that hardly differs from its start has no advantage. None: all days of
    all policies are those of the start.
    """
    known = [gain["high"] - gain["low"] for gain in gains if gain["low"] is not None and not gain.get("bound")]
    return statistics.median(known) / NORMAL if known else None


def counted(gain: Gain) -> float:
    """Return the gain that counts: a policy that surely exceeds the limit of drops counts as its start, or as worse."""
    return float(gain["mean"] if gain["feasible"] else min(gain["mean"], 0.0))


def scores(found: Sequence[Mapping[str, Gain]]) -> tuple[list[float], dict[str, float | None]]:
    """Return the score of each configuration of a round, and the standard error of each centre.

    The score is the mean over centres of the gain in standard errors of the centre, so all centres count alike.

    Args:
        found: Gains of each configuration by centre.
    """
    errors = {name: standard_error([each[name] for each in found]) for name in found[0]}
    return [
        statistics.fmean(0.0 if not error else counted(each[name]) / error for name, error in errors.items())
        for each in found
    ], errors


def survivors(ranked: Sequence[int], n: int) -> list[int]:
    """Return the places of the configurations of the next round: the default, and the best others."""
    return [DEFAULT, *[place for place in ranked if place != DEFAULT][: n - 1]]


def chosen(places: Sequence[int], found: Sequence[float]) -> int:
    """Return the place of the configuration that is chosen after the last round: the default, if none is surely better.

    Args:
        places: Places of the configurations of the last round, the default among them.
        found: Their scores.
    """
    score = dict(zip(places, found, strict=True))
    best = max(places, key=lambda place: score[place])
    return best if score[best] > score[DEFAULT] + MARGIN else DEFAULT
