"""The tuning of a rung: many starts, the best of them improved by alternating moves, the choice on validation days.

A rule is not judged by its default numbers: the best start of each rule has its numbers searched before the starts that
are improved are chosen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from ccenv.rules import find_rule
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import Pair, Rule, finite, own_pair
from experiments.pipeline.joint.moves import NUMBER_MOVES, Searcher, any_pair, improved, kicked
from experiments.pipeline.joint.objective import Objective, Score
from experiments.pipeline.joint.space import HALVES, RUNGS, Half, Space, carried_over, with_rule

P0 = ("fifo", "lwt")  # routing rules of the rung P0, with the scenario's own pacing
STARTS_SHARE = 0.2  # share of the CPU time that finds the starts
NUMBERS_SHARE = 0.5  # share of it at which the numbers of the best start of each rule have been searched
KEPT = 0.25  # share of the starts that stays in each round
RANDOM = 200  # random starts at most


@dataclasses.dataclass(frozen=True)
class Tuned:
    """The result of the tuning of a rung by one replicate.

    Attributes:
        pair: The best pair on validation days.
        rung: `P1` or `P2`.
        replicate: Number of the replicate.
        value: Reward of a validation day.
        dropped_share: Dropped share on validation days; None without connects.
        validation_days: Number of these days.
        untuned: Parameters of the pair that were not searched.
        skipped: Reasons why the centre cannot run a pair, by its label.
        cpu_s: CPU time.
        training_days: Days simulated in the search.
        pairs: Candidates simulated, each as often as it was.
    """

    pair: Pair
    rung: str
    replicate: int
    value: float
    dropped_share: float | None
    validation_days: int
    untuned: list[str]
    skipped: dict[str, str]
    cpu_s: float
    training_days: int
    pairs: int


def tune_rung(
    scenario: Scenario,
    rung: str,
    *,
    limit: float | None,
    cpu_s: float,
    replicate: int = 0,
    validation_days: int = 256,
    reserves: bool | None = None,
    also: Sequence[Pair] = (),
    starts: Sequence[Pair] = (),
    skip: int = 0,
) -> Tuned:
    """Tune both rules of a centre jointly.

    Args:
        scenario: The centre.
        rung: `P1` or `P2`.
        limit: Largest dropped share allowed; None for no limit.
        cpu_s: CPU time of the search in seconds; the choice on validation days comes on top.
        replicate: Number of the replicate: its training days and random numbers are its own.
        validation_days: Days of the choice.
        reserves: Campaign flag of the pacing rules allowed; None for both.
        also: Pairs from which a search starts as well, for example the result of the rung below.
        starts: Pairs that are compared with the other starts; those that the rung does not allow are left out.
        skip: Validation days left out before those of the choice.

    Returns:
        The best pair on the validation days; never worse there than the scenario's own pair or those of `also`.

    Raises:
        ValueError: If the centre can run no pair at all.
    """
    space, objective = Space(scenario, rung, reserves), Objective(scenario, limit, replicate)
    rng = np.random.default_rng([replicate, RUNGS.index(rung)])
    own = own_pair(scenario)
    given = [*([own] if space.has_flag(find_rule("pacing", own.pacing.name)) else []), *also]
    searcher = Searcher(space, objective, rng, cpu_s)
    more_starts = [pair for pair in starts if space.allows_pair(pair)]
    score = searched(searcher, own, given, also, validation_days, skip, more_starts)
    return result_of(simplified(objective, space, score, skip), space, objective, replicate)


def searched(
    searcher: Searcher,
    own: Pair,
    given: Sequence[Pair],
    also: Sequence[Pair],
    validation_days: int,
    skip: int = 0,
    more_starts: Sequence[Pair] = (),
) -> Score:
    """Search a space until the searcher's CPU time is over, and return the best pair on validation days.

    Args:
        searcher: The space, the objective, and the CPU time.
        own: Pair beside whose other half each rule starts.
        given: Pairs that may start, and among which is chosen.
        also: Those of them from which a search starts in any case.
        validation_days: Days of the choice.
        skip: Validation days left out before them.
        more_starts: Other pairs that may start.

    Raises:
        ValueError: If the centre can run no pair at all.
    """
    space, objective, cpu_s = searcher.space, searcher.objective, searcher.until_s
    starts, champions = best_starts(searcher.until(STARTS_SHARE * cpu_s), own, [*given, *more_starts])
    tuned = [
        improved(each, pair, NUMBER_MOVES) for each, pair in _shared_out(searcher, NUMBERS_SHARE * cpu_s, champions)
    ]
    known = {(half, getattr(pair, half).name): getattr(pair, half) for pair in reversed(tuned) for half in HALVES}
    ranked = objective.scores([*starts, *tuned], objective.window(searcher.effort.rounds[-1]))
    starts = [*also, *distinct(ranked)[: searcher.effort.restarts]]
    searcher = searcher.until(cpu_s, known)
    kept = [*given, *(improved(each, pair) for each, pair in _shared_out(searcher, cpu_s, starts))]
    kept += _kicks(searcher, kept)
    chosen = objective.scores(kept, seeds("validation", validation_days, skip=skip))
    if not chosen:
        raise ValueError(f"{space.scenario.name} runs none of the pairs of rung {space.rung}: {objective.skipped}")
    return chosen[0]


def _shared_out(searcher: Searcher, until_s: float, pairs: Sequence[Pair]) -> Iterator[tuple[Searcher, Pair]]:
    """Yield each pair with a searcher; those that are left share the CPU time that is left alike."""
    for k, pair in enumerate(pairs):
        spent_s = searcher.objective.spent_s
        yield searcher.until(spent_s + max(0.0, until_s - spent_s) / (len(pairs) - k)), pair


def distinct(scores: Sequence[Score]) -> list[Pair]:
    """Return the best pairs that differ in a rule, the best first."""
    found: dict[tuple[str, str], Pair] = {}
    for score in scores:
        found.setdefault((score.pair.routing.name, score.pair.pacing.name), score.pair)
    return list(found.values())


def first_on_validation(scenario: Scenario, limit: float | None, pairs: Sequence[Pair], days: int = 256) -> Pair:
    """Return the pair that is best on validation days."""
    return Objective(scenario, limit).scores(pairs, seeds("validation", days))[0].pair


def simplified(objective: Objective, space: Space, score: Score, skip: int = 0) -> Score:
    """Return a pair without the parameters that change nothing on the days of its score."""
    days = seeds("validation", len(score.values), skip=skip)
    for half, param in space.params(score.pair):
        rule: Rule = getattr(score.pair, half)
        if param.name in rule.params:
            rest = {name: value for name, value in rule.params.items() if name != param.name}
            without = objective.score(with_rule(score.pair, half, Rule(rule.name, rest)), days)
            if without is not None and np.array_equal(without.values, score.values):
                score = without
    return score


def _kicks(searcher: Searcher, found: Sequence[Pair]) -> list[Pair]:
    """Spend the CPU time that is left on searches that start near the best pair found; return their results."""
    pair = searcher.objective.scores(found, searcher.objective.window(searcher.effort.chosen))[0].pair
    results = []
    while not searcher.over:
        other = improved(searcher, kicked(searcher, pair))
        pair = searcher.better(pair, other)
        results.append(pair)
    return results


def best_starts(searcher: Searcher, own: Pair, given: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Return the best starts, and the best start of each rule, the best first.

    The starts are each rule in each wording beside the scenario's own other half, and random pairs.
    """
    pairs = {pair.label: pair for pair in given}
    for pair in structured(searcher.space, own):
        pairs.setdefault(pair.label, pair)
    for _ in range(RANDOM):
        pair = any_pair(searcher)
        pairs.setdefault(pair.label, pair)
    left, champions, effort = list(pairs.values()), list[Pair](), searcher.effort
    for round_, days in enumerate(effort.rounds):
        share = searcher.until_s * (round_ + 1) / len(effort.rounds)
        ranked = _scored_in_time(searcher, left, searcher.objective.window(days), share)
        champions = champions or of_each_rule(searcher.space, ranked)[: effort.champions]
        left = [score.pair for score in ranked[: max(effort.restarts, int(KEPT * len(ranked)))]]
    return left[: effort.restarts], champions


def of_each_rule(space: Space, ranked: Sequence[Score]) -> list[Pair]:
    """Return the best pair of each rule that has numbers which not all rules of its half have; each pair once."""
    found: dict[tuple[Half, str], Pair] = {}
    for score in ranked:
        for number in space.numbers(score.pair):
            if number.name not in space.common[number.half]:
                found.setdefault((number.half, getattr(score.pair, number.half).name), score.pair)
    return list({pair.label: pair for pair in found.values()}.values())


def structured(space: Space, own: Pair) -> list[Pair]:
    """Return every rule of both halves, in each wording, beside the other half of a pair if the rung allows that."""
    found = [
        carried_over(own, half, wording)
        for half, names in space.rules.items()
        for name in names
        for wording in space.wordings(half, name)
    ]
    return [pair for pair in found if space.has_flag(find_rule("pacing", pair.pacing.name))]


def _scored_in_time(searcher: Searcher, pairs: Sequence[Pair], days: np.ndarray, until_s: float) -> list[Score]:
    """Return the scores of the pairs, the best first; leave out those that come after `until_s`, but for a few."""
    found = []
    for k, pair in enumerate(pairs):
        if k >= searcher.effort.restarts and searcher.objective.spent_s >= until_s:
            break
        score = searcher.objective.score(pair, days)
        if score is not None:
            found.append(score)
    return sorted(found, key=lambda score: score.rank(searcher.objective.limit))


def result_of(chosen: Score, space: Space, objective: Objective, replicate: int) -> Tuned:
    """Return the result of a search: the pair chosen on validation days, what was not searched, and the effort."""
    return Tuned(
        pair=chosen.pair,
        rung=space.rung,
        replicate=replicate,
        value=chosen.value,
        dropped_share=finite(chosen.share),
        validation_days=len(chosen.values),
        untuned=space.untuned(chosen.pair),
        skipped=objective.skipped,
        cpu_s=round(objective.spent_s, 1),
        training_days=objective.n_days - len(chosen.values),
        pairs=objective.n_pairs,
    )


def p0_pairs(scenario: Scenario) -> list[Pair]:
    """Return the pairs of the rung P0: FIFO and longest waiting time, with the scenario's own pacing."""
    own = own_pair(scenario)
    return [carried_over(own, "routing", Rule(name)) for name in P0]
