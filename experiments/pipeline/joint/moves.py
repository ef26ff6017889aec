"""Moves of the search: each tries to improve one part of a pair of rules and returns the better pair.

A move compares candidates on training days that are new to it, and the best third of them on four times as many. It
accepts a candidate only if the candidate is better on as many new days, by half a standard error of the paired
difference, so that repeated moves do not follow the noise. Where no move helps, the number of days doubles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import cma
import numpy as np

from experiments.pipeline.evaluation import Pair, Rule
from experiments.pipeline.joint.objective import Objective
from experiments.pipeline.joint.space import HALVES, Half, Number, Space, carried_over, with_numbers, with_param

CHECKED = 4  # times as many days: the best third is compared, and the best must beat the pair, on so many
MOST_PLACES = 40  # insertions of an order that are tried at once
STEP = 0.2  # first standard deviation of the numbers, as a share of their bounds
GENERATIONS = 12
PLACES = 11  # values of one number over its bounds
NEAR = (0.8, 0.9, 1.1, 1.25)  # values of one number near its own, as shares of it

Move = Callable[["Searcher", Pair], Pair]


class Effort(NamedTuple):
    """Numbers of training days and of starts of a search.

    Attributes:
        rounds: Days of the rounds in which starts are halved.
        restarts: Starts that are improved, and fewest that every round scores.
        fewest: Days on which the candidates of a move are compared at first.
        most: Days on which they are compared at last.
        chosen: Days on which the pair from which kicks start is chosen.
        champions: Rules at most whose numbers are searched before the starts that are improved are chosen.
    """

    rounds: tuple[int, ...] = (4, 16, 64)
    restarts: int = 4
    fewest: int = 16
    most: int = 64
    chosen: int = 256
    champions: int = 16


USUAL = Effort()


class Searcher:
    """What the moves need.

    Args:
        space: What may be searched.
        objective: Where candidates are simulated.
        rng: Random numbers of the replicate.
        until_s: CPU time of the objective at which moves stop.
        effort: Numbers of training days and of starts.
        known: Good parameters of rules, by half and name; a rule is tried with them and with its defaults.
    """

    def __init__(
        self,
        space: Space,
        objective: Objective,
        rng: np.random.Generator,
        until_s: float,
        effort: Effort = USUAL,
        known: Mapping[tuple[Half, str], Rule] | None = None,
    ) -> None:
        self.space = space
        self.objective = objective
        self.rng = rng
        self.until_s = until_s
        self.effort = effort
        self.known = dict(known or {})
        self.days = effort.fewest

    def until(self, until_s: float, known: Mapping[tuple[Half, str], Rule] | None = None) -> Searcher:
        """Return the same searcher with another CPU time at which moves stop, and with other known parameters."""
        known = self.known if known is None else known
        return Searcher(self.space, self.objective, self.rng, until_s, self.effort, known)

    @property
    def over(self) -> bool:
        """Whether the CPU time is spent."""
        return self.objective.spent_s >= self.until_s

    def best_of(self, pair: Pair, candidates: Sequence[Pair]) -> Pair:
        """Return the best candidate if it beats the pair on new days, else the pair."""
        others = [each for each in candidates if each.label != pair.label]
        if not others or self.over:
            return pair
        tried = self.objective.scores(others, self.objective.window(self.days))
        if len(tried) > CHECKED:
            third = [score.pair for score in tried[: math.ceil(len(tried) / 3)]]
            tried = self.objective.scores(third, self.objective.window(CHECKED * self.days))
        return self.better(pair, tried[0].pair) if tried else pair

    def better(self, pair: Pair, candidate: Pair) -> Pair:
        """Return the candidate if it beats the pair on new days, else the pair."""
        if candidate.label == pair.label:
            return pair
        days = self.objective.window(CHECKED * self.days)
        new, old = self.objective.score(candidate, days), self.objective.score(pair, days)
        if new is None:
            return pair
        return candidate if old is None or new.beats(old, self.objective.limit) else pair


def try_words(searcher: Searcher, pair: Pair) -> Pair:
    """Try every other word of each parameter of words."""
    for each in searcher.space.words(pair):
        pair = searcher.best_of(pair, [with_param(pair, each.half, each.name, word) for word in each.words])
    return pair


def try_routing(searcher: Searcher, pair: Pair) -> Pair:
    """Try every other routing rule; parameters of the same name keep their values."""
    return _try_rules(searcher, pair, "routing")


def try_pacing(searcher: Searcher, pair: Pair) -> Pair:
    """Try every other pacing rule; parameters of the same name keep their values."""
    return _try_rules(searcher, pair, "pacing")


def _try_rules(searcher: Searcher, pair: Pair, half: Half) -> Pair:
    names = [name for name in searcher.space.rules[half] if name != getattr(pair, half).name]
    rules = [Rule(name) for name in names] + [rule for (of, _), rule in searcher.known.items() if of == half]
    return searcher.best_of(pair, [carried_over(pair, half, rule) for rule in rules])


def try_orders(searcher: Searcher, pair: Pair) -> Pair:
    """Move one name of an order to another place, as long as that helps."""
    for each in searcher.space.orders(pair):
        while not searcher.over:
            order = list(getattr(pair, each.half).params.get(each.name, each.names))
            neighbours = insertions(order)
            if len(neighbours) > MOST_PLACES:
                chosen = searcher.rng.choice(len(neighbours), MOST_PLACES, replace=False)
                neighbours = [neighbours[k] for k in chosen]
            better = searcher.best_of(pair, [with_param(pair, each.half, each.name, order) for order in neighbours])
            if better.label == pair.label:
                break
            pair = better
    return pair


def insertions(order: Sequence[str]) -> list[list[str]]:
    """Return all orders that move one name to another place; each once."""
    found = {}
    for at in range(len(order)):
        rest = [*order[:at], *order[at + 1 :]]
        for to in range(len(order)):
            moved = [*rest[:to], order[at], *rest[to:]]
            found[tuple(moved)] = moved
    del found[tuple(order)]
    return list(found.values())


def try_numbers(searcher: Searcher, pair: Pair) -> Pair:
    """Search all numbers of both rules at once by CMA-ES (library `cma`), each generation on new training days.

    Source: Hansen (2016), The CMA Evolution Strategy: A Tutorial. Only the ranks of the candidates count, so pairs
    above the limit simply rank behind those within it.
    """
    numbers = searcher.space.numbers(pair)
    if len(numbers) < 2 or searcher.over:  # the library needs two
        return pair
    start = [number.unit(_value(pair, number.half, number.name, number.default)) for number in numbers]
    options = {"bounds": [0.0, 1.0], "seed": int(searcher.rng.integers(1, 2**31)), "verbose": -9}
    strategy = cma.CMAEvolutionStrategy(start, STEP, options)
    for _ in range(GENERATIONS):
        if searcher.over or strategy.stop():
            break
        units = strategy.ask()
        pairs = [with_numbers(pair, numbers, each) for each in units]
        ranked = searcher.objective.scores(pairs, searcher.objective.window(searcher.days))
        place = {score.pair.label: k for k, score in enumerate(ranked)}
        strategy.tell(units, [float(place.get(each.label, len(ranked))) for each in pairs])
    mean = np.asarray(strategy.result.xfavorite)
    return searcher.better(pair, with_numbers(pair, numbers, mean))


def try_single_numbers(searcher: Searcher, pair: Pair) -> Pair:
    """Try other values of each number alone: over its bounds, near its own, and whole numbers near its own."""
    for number in searcher.space.numbers(pair):
        value = _value(pair, number.half, number.name, number.default)
        pair = searcher.best_of(
            pair, [with_param(pair, number.half, number.name, other) for other in values_near(number, value)]
        )
    return pair


def values_near(number: Number, value: float) -> list[float]:
    """Return values of a number within its bounds that are worth a try, given its present one; each once."""
    spread = np.linspace(number.low, number.high, PLACES)
    near = [share * value for share in NEAR]
    whole = [math.floor(value) + step for step in (-1, 0, 1, 2)]
    found = {float(f"{each:.6g}") for each in (*spread, *near, *whole) if number.low <= each <= number.high}
    return sorted(found - {value})


def _value(pair: Pair, half: Half, name: str, default: float) -> float:
    return float(getattr(pair, half).params.get(name, default))


NUMBER_MOVES: tuple[Move, ...] = (try_numbers, try_single_numbers)
MOVES: tuple[Move, ...] = (try_words, try_orders, *NUMBER_MOVES, try_routing, try_pacing)


def improved(searcher: Searcher, pair: Pair, moves: Sequence[Move] = MOVES) -> Pair:
    """Repeat moves in random order until none changes the pair even on the most days, or the time is spent."""
    searcher.days = searcher.effort.fewest
    while not searcher.over:
        before = pair.label
        for k in searcher.rng.permutation(len(moves)):
            pair = moves[k](searcher, pair)
        if pair.label == before:
            if searcher.days >= searcher.effort.most:
                break
            searcher.days *= 2
    return pair


def kicked(searcher: Searcher, pair: Pair) -> Pair:
    """Return a pair near another one: two names of each order are moved, and each number by a random step."""
    for each in searcher.space.orders(pair):
        order = list(getattr(pair, each.half).params.get(each.name, each.names))
        for _ in range(2):
            order = searcher.rng.choice(np.array(insertions(order))).tolist()
        pair = with_param(pair, each.half, each.name, order)
    numbers = searcher.space.numbers(pair)
    units = [number.unit(_value(pair, number.half, number.name, number.default)) for number in numbers]
    steps = searcher.rng.normal(0.0, STEP, len(numbers))
    return with_numbers(pair, numbers, np.array(units) + steps) if numbers else pair


def any_pair(searcher: Searcher) -> Pair:
    """Return a random pair: rules, words, orders and numbers."""
    space, rng = searcher.space, searcher.rng
    halves = []
    for half in HALVES:
        name = str(rng.choice(space.rules[half]))
        wordings = space.wordings(half, name)
        halves.append(wordings[int(rng.integers(len(wordings)))])
    pair = Pair(*halves)
    for order in space.orders(pair):
        names = [order.names[k] for k in rng.permutation(len(order.names))]
        pair = with_param(pair, order.half, order.name, names)
    numbers = space.numbers(pair)
    return with_numbers(pair, numbers, rng.random(len(numbers)))
