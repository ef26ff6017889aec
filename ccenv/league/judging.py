"""What a score file says of a cell: value, score, paired differences to the opponents, compliance, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ccenv.kpis import Estimate, holm
from ccenv.kpis.bootstrap import CONFIDENCE, N_RESAMPLES, estimate, ratio_estimate, resampled_sums
from ccenv.kpis.dropped_share import is_within
from ccenv.kpis.rare import apart, unit_apart
from ccenv.kpis.replicates import smallest_level
from ccenv.kpis.suite import LEVEL, MORE_ABANDONED
from ccenv.league.declared import RUNGS, Opponents, Scale, Suite
from ccenv.league.score_file import CellScore, Days, Parts

Verdict = Literal["won", "tied", "lost", "unequal"]
LEAST_P = 1.0 / N_RESAMPLES  # smaller p-values are not told apart
HALVINGS = 12
POLICY, STRONGEST = "policy", "P2"


@dataclass(frozen=True)
class Judged:
    """One cell, judged.

    Attributes:
        value: Mean value of a run, in natural units.
        score: Share of the way from P0 to the best known; at most 0 if the dropped share is over the limit.
        over: Paired difference to each other actor, by name.
        dropped: Dropped share of the policy; None without a campaign.
        abandoned: Abandoned share of the policy and of P2; None without a queue.
        lawful: Whether the upper end of the dropped share is within the limit.
        equal: Whether the policy may win: it is lawful, and does not abandon more than P2 by over `MORE_ABANDONED`.
        p_value: Two-sided p-value of the difference to P2.
    """

    value: Estimate
    score: float
    over: dict[str, Estimate]
    dropped: Estimate | None
    abandoned: tuple[float, float] | None
    lawful: bool
    equal: bool
    p_value: float


def judged(cell: CellScore, opponents: Opponents, scale: Scale, confidence: float = CONFIDENCE) -> Judged:
    """Return a cell's figures.

    Args:
        cell: The cell of a score file.
        opponents: Its opponents.
        scale: The scale of its score.
        confidence: Confidence of the intervals.
    """
    policy = cell.actors[POLICY]
    values = np.array(policy.value)
    others = {name: np.array(days.value) for name, days in cell.actors.items() if name != POLICY}
    over = {name: ratio_estimate(values - other, confidence=confidence) for name, other in others.items()}
    dropped = None if policy.dropped is None else _share(policy.dropped, confidence)
    lawful = dropped is None or opponents.limit is None or is_within(dropped, opponents.limit)
    gain = float(np.mean(values - others[RUNGS[0]])) / scale.denominator
    abandoned = _abandoned(policy, cell.actors[STRONGEST])
    calm = abandoned is None or not abandoned[0] > abandoned[1] + MORE_ABANDONED
    return Judged(
        value=ratio_estimate(values, confidence=confidence),
        score=gain if lawful else min(gain, 0.0),
        over=over,
        dropped=dropped,
        abandoned=abandoned,
        lawful=lawful,
        equal=lawful and calm,
        p_value=p_value_of(values - others[STRONGEST]),
    )


def judged_cells(cells: Mapping[str, CellScore], suite: Suite) -> dict[str, Judged]:
    """Return the figures of the cells of a score file, by name."""
    return {
        name: judged(cell, suite.opponents_of(suite.cell(name)), suite.scales[name]) for name, cell in cells.items()
    }


def verdicts_of(cells: Mapping[str, Judged]) -> dict[str, Verdict]:
    """Return the verdict over P2 of each cell, at the level `LEVEL` for all cells together (Holm 1979).

    `tied` unless the adjusted p-value is at most the level; `unequal` in place of `won` if the policy may not win.
    """
    adjusted = holm([cell.p_value for cell in cells.values()])
    return {name: _verdict(cell, p_value) for (name, cell), p_value in zip(cells.items(), adjusted, strict=True)}


def _verdict(cell: Judged, adjusted: float) -> Verdict:
    if adjusted > LEVEL:
        return "tied"
    if cell.over[STRONGEST].value < 0.0:
        return "lost"
    return "won" if cell.equal else "unequal"


def p_value_of(differences: np.ndarray) -> float:
    """Return the two-sided p-value of a mean of 0: the smallest level at which the interval over days leaves out 0.

    It speaks of this policy on further days, not of further trainings. 1 if all differences are equal; at least
    `LEAST_P`.
    """
    ones = np.ones(len(differences))
    sums = resampled_sums(np.stack([differences, ones], axis=1))
    runs = apart(differences, ones, unit_apart(differences, ones, 0.0))
    value, samples = float(differences.mean()), sums[:, 0] / sums[:, 1]
    if not runs.sizes.size:
        return 1.0
    return smallest_level(lambda confidence: estimate(value, samples, runs, confidence), LEAST_P, HALVINGS)


def _share(parts: Parts, confidence: float) -> Estimate:
    return ratio_estimate(parts.above, parts.below, confidence)


def _abandoned(policy: Days, other: Days) -> tuple[float, float] | None:
    if policy.abandoned is None or other.abandoned is None:
        return None
    mine, theirs = (_ratio(parts) for parts in (policy.abandoned, other.abandoned))
    return mine, theirs


def _ratio(parts: Parts) -> float:
    below = sum(parts.below)
    return sum(parts.above) / below if below else 0.0


def suite_score(scores: Mapping[str, float], n_cells: int) -> float:
    """Return the score of a suite: the mean over all its cells, in which one that is not entered counts 0, as P0."""
    return sum(scores.values()) / n_cells
