"""Warnings about scenarios that can be used: rewards that starve inbound, and advisors who may wait for one another."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import gymnasium

from ccenv.rewards.terms import Reward
from ccenv.scenarios.check.held_transfers import HeldTransferWarning, held_transfers
from ccenv.scenarios.check.reward_trap import RewardTrapWarning, WorthlessGoalsWarning, check_reward, worthless_goals

if TYPE_CHECKING:
    from ccenv.scenarios.scenario import Scenario

PACKAGE = Path(__file__).parents[2]
INSIDE = tuple(f"{folder}{os.sep}" for folder in (PACKAGE, Path(str(gymnasium.__file__)).parent))

_told: ContextVar[set[str] | None] = ContextVar("_told", default=None)


@contextmanager
def each_once() -> Iterator[None]:
    """Give each warning of this module once within a block, whatever the filters of `warnings` are."""
    token = _told.set(set())
    try:
        yield
    finally:
        _told.reset(token)


def warn_of_reward(scenario: Scenario, reward: Reward = None) -> None:
    """Warn if a reward, by default the scenario's own, makes it pay to let inbound contacts starve."""
    chosen = scenario.reward if reward is None else reward
    found = check_reward(scenario, reward)
    if found is not None:
        _warn(f"{scenario.file}: reward = {chosen!r}: {found}", RewardTrapWarning)
    worthless = [] if scenario.centre.goals_unpaid else worthless_goals(scenario, reward)
    if worthless:
        what = (
            f"the goals of {', '.join(worthless)} are worth nothing, so that never to dial is best; pay for them, by a "
            "reward that does or by their sale_value, or say goals_unpaid: true"
        )
        _warn(f"{scenario.file}: reward = {chosen!r}: {what}", WorthlessGoalsWarning)


def warn_of_transfers(scenario: Scenario) -> None:
    """Warn of each queue for which all advisors may wait while they hold a contact for it."""
    for held in held_transfers(scenario.centre):
        _warn(f"{scenario.file}: {held}", HeldTransferWarning)


def warn_of_change(scenario: Scenario, before: Scenario) -> None:
    """Warn of the scenario's own reward, unless that of the scenario it was made from had the same fault."""
    same = scenario.reward == before.reward
    if not (same and (check_reward(before) is not None or worthless_goals(before))):
        warn_of_reward(scenario)


def _warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called into ccenv, also where the call went through Gymnasium."""
    told = _told.get()
    if told is not None:
        if message in told:
            return
        told.add(message)
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
