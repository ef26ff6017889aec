"""Effective staffing: the whole numbers of advisors under which the simulator reproduces the measured outcomes.

The log does not record presence, so the staffing of a group is fitted to its abandonments and waits. A change of
staffing acts on its own half hour and the few after it. Therefore all half hours of one colour (every `COLOURS`-th) are
changed in one simulation, and the effect of each is read from its own half hour to the next of its colour.
"""

from collections.abc import Callable
from itertools import count

import numpy as np
from numpy.typing import NDArray

from ccenv.theory import erlang_a
from experiments.calibrate.logs import SLOT_S, SLOTS
from experiments.calibrate.outcomes import Outcome, Target

COLOURS = 4
# Weight of the day's totals in the loss: an error of one percent counts as one standard error in one half hour.
TOTAL_ERROR = 0.01

Staffing = dict[str, list[int]]
Simulate = Callable[[Staffing], dict[str, Outcome]]
Change = tuple[int, int]  # slot, and the change in advisors
Step = tuple[Change, ...]
Effects = dict[Change, Outcome]


def first_guess(target: Target, handle_s: float, patience_s: float) -> list[int]:
    """Return the fewest advisors in each half hour with at most the abandonment of the day, by Erlang A.

    Args:
        target: Measured outcome.
        handle_s: Mean handle time with wrap-up [s].
        patience_s: Mean patience [s].
    """
    share = target.mean.abandoned.sum() / target.mean.offered.sum()

    def enough(rate: float) -> int:
        return next(n for n in count(1) if erlang_a(rate, handle_s, patience_s, n, 20.0).p_abandon <= share)

    return [enough(offered * 3600.0 / SLOT_S) for offered in target.mean.offered]


def loss(numbers: list[int], outcome: Outcome, target: Target) -> float:
    """Return the squared distance from the target plus a penalty on changes of staffing.

    Half hours are measured in standard errors, totals in units of `TOTAL_ERROR`. A change by d advisors between
    neighbouring half hours costs d squared, because the log hardly identifies which of the two was short of staff.
    """
    by_slot = np.sum(((outcome.abandoned - target.mean.abandoned) / target.error_abandoned) ** 2)
    by_slot += np.sum(((outcome.waiting_s - target.mean.waiting_s) / target.error_waiting_s) ** 2)
    totals = (outcome.abandoned.sum() / target.mean.abandoned.sum() - 1.0) ** 2
    totals += (outcome.waiting_s.sum() / target.mean.waiting_s.sum() - 1.0) ** 2
    return float(by_slot + totals / TOTAL_ERROR**2 + np.sum(np.diff(numbers) ** 2))


def fit(
    simulate: Simulate, targets: dict[str, Target], start: Staffing, sweeps: int, tick: Callable[[], object]
) -> Staffing:
    """Coordinate search from `start`, all groups at once (they share no contact); `tick` is called per simulation."""
    best = {name: list(numbers) for name, numbers in start.items()}
    outcome = simulate(best)
    tick()
    for _ in range(sweeps):
        effects = _effects(simulate, best, outcome, tick)
        steps = {name: _promising(best[name], outcome[name], effects[name], targets[name]) for name in best}
        if not _apply(simulate, targets, best, outcome, steps, tick):
            break
    return best


def _apply(
    simulate: Simulate,
    targets: dict[str, Target],
    best: Staffing,
    outcome: dict[str, Outcome],
    steps: dict[str, list[Step]],
    tick: Callable[[], object],
) -> bool:
    """Apply the promising steps of each group together; while its loss does not fall, halve the steps and try again.

    `best` and `outcome` are changed in place. Returns whether any group changed.
    """
    improved = False
    while any(steps.values()):
        candidate = {name: _moved(best[name], steps[name]) for name in best}
        result = simulate(candidate)
        tick()
        for name in best:
            better = loss(candidate[name], result[name], targets[name]) < loss(best[name], outcome[name], targets[name])
            if better:
                best[name], outcome[name], improved = candidate[name], result[name], True
            steps[name] = [] if better else steps[name][: len(steps[name]) // 2]
    return improved


def _effects(
    simulate: Simulate, staffing: Staffing, outcome: dict[str, Outcome], tick: Callable[[], object]
) -> dict[str, Effects]:
    """Effect of one advisor more or fewer in each half hour on the outcome, by group."""
    effects: dict[str, Effects] = {name: {} for name in staffing}
    for colour in range(COLOURS):
        for change in (1, -1):
            slots = range(colour, SLOTS, COLOURS)
            result = simulate({name: _changed(numbers, slots, change) for name, numbers in staffing.items()})
            tick()
            for name in staffing:
                difference = [new - old for new, old in zip(result[name], outcome[name], strict=True)]
                for slot in slots:
                    effects[name][slot, change] = Outcome(*(_window(d, slot) for d in difference))
    return effects


def _promising(numbers: list[int], outcome: Outcome, effects: Effects, target: Target) -> list[Step]:
    """Steps that lower the loss if effects are additive, best first: a change, or a shift between neighbours."""
    possible: list[Step] = [((slot, change),) for slot, change in effects]
    possible += [((slot, change), (slot + 1, -change)) for slot in range(SLOTS - 1) for change in (1, -1)]
    taken: list[Step] = []
    now = outcome
    while True:
        current = _moved(numbers, taken)
        changed = {slot for step in taken for slot, _ in step}
        options = [s for s in possible if all(slot not in changed and current[slot] + d >= 1 for slot, d in s)]
        scores = [loss(_moved(current, [step]), _plus(now, effects, step), target) for step in options]
        if not scores or min(scores) >= loss(current, now, target):
            return taken
        taken.append(options[int(np.argmin(scores))])
        now = _plus(now, effects, taken[-1])


def _plus(outcome: Outcome, effects: Effects, step: Step) -> Outcome:
    for change in step:
        outcome = Outcome(*(a + b for a, b in zip(outcome, effects[change], strict=True)))
    return outcome


def _moved(numbers: list[int], steps: list[Step]) -> list[int]:
    out = list(numbers)
    for step in steps:
        for slot, change in step:
            out[slot] += change
    return out


def _changed(numbers: list[int], slots: range, change: int) -> list[int]:
    return [max(1, n + change) if slot in slots else n for slot, n in enumerate(numbers)]


def _window(difference: NDArray[np.float64], slot: int) -> NDArray[np.float64]:
    out = np.zeros_like(difference)
    out[slot : slot + COLOURS] = difference[slot : slot + COLOURS]
    return out
