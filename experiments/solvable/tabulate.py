"""A policy of the simulator as a table over the states of a model.

The policy runs days of the model's own scenario. What it does after each event is counted by the state that the model
would be in: the table holds the conditional frequencies of the choices. A stationary policy that draws from them has
the same long-run rates as the policy itself, whatever else that one looks at (Altman 1999, "Constrained Markov Decision
Processes", chapter 4), so its exact value is that of the policy up to the error of the frequencies. A state in which
the policy was never seen gets the likeliest choice of the nearest one in which it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from ccenv.policy.exploring import Actor, Explorer, Kept, Sampling
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.policy.index_form import ObservedColumns
from ccenv.run.config import run_config
from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import ASSIGN, EVENT_EPOCH, HOLD, OPENING_EPOCH, SAME_INSTANT
from ccenv.theory.mdp import stationary_dist
from experiments.solvable.declared import Case, Rule

EVERYTHING = Sampling(share=1.0, share_assign=1.0)
ROOM = 2**16  # decisions kept at once
ROWS = 16


class Table(NamedTuple):
    """A tabulated policy.

    Attributes:
        model: The model, with a cap on ringing lines that the policy does not reach.
        weights: Probabilities of its choices, (E,).
        unseen: Share of the events, under the table, after which the policy was never seen but had a choice.
        refused: Share of the counted events at which the policy did what the model does not allow; the nearest choice
            was counted.
        decisions: Decisions counted.
    """

    model: Any
    weights: np.ndarray
    unseen: float
    refused: float
    decisions: int


class Counted(NamedTuple):
    """What a policy did after events: states by coordinate, (N,), and what it started, (N, A)."""

    states: dict[str, np.ndarray]
    started: np.ndarray
    decisions: int


class _Reader:
    """Reads the coordinates of a model's state from observations."""

    def __init__(self, scenario: Scenario) -> None:
        names = {"queue": scenario.queues, "campaign": scenario.campaigns}
        pairs = [f"{names[pair.kind][pair.index]}>{scenario.groups[pair.group]}" for pair in scenario.pairs]
        self.pair = {name: place for place, name in enumerate(pairs)}
        self.queues = bool(scenario.queues)
        self.observed = ObservedColumns(scenario)

    def number(self, obs: np.ndarray, field: str, k: int = 0) -> np.ndarray:
        """Return a whole number of the observation in its natural unit, (N,)."""
        column, scale = self.observed.at(field, k=k)
        return np.rint(obs[:, column] / scale).astype(np.int64)

    def coordinate(self, obs: np.ndarray, name: str) -> np.ndarray:
        """Return a coordinate of the states, (N,).

        Raises:
            ValueError: If no observation shows it.
        """
        match name:
            case "mode" | "wrap_up" | "ringing":
                return self.number(obs, name)
            case "inbound":
                return self.number(obs, "in_service", self.pair["inbound>advisors"])
            case "outbound" | "talking":
                return self.number(obs, "in_service", self.pair["outbound>advisors"])
            case "waiting":
                return self.number(obs, "queue_length" if self.queues else "connects_waiting")
            case "class1":  # with the dedicated advisors or waiting
                return self.number(obs, "in_service", self.pair["class1>dedicated"]) + self.number(obs, "queue_length")
            case "flexible1" | "flexible2":
                return self.number(obs, "in_service", self.pair[f"class{name[-1]}>flexible"])
            case "q2":
                return self.number(obs, "queue_length", 1)
        raise ValueError(f"coordinate {name!r} is not allowed: no observation shows it")


def explorer_of(case: Case, scenario: Scenario, policy: CompiledPolicy | None, rules: Mapping[str, Rule]) -> Explorer:
    """Return what runs days of a case.

    Args:
        case: The solved centre.
        scenario: Its scenario.
        policy: Who decides; None: the rules.
        rules: `routing` and `pacing`: what the policy does not own, or all.
    """
    flag = scenario.reserves if scenario.campaigns else None
    both: dict[str, Any] = {"routing": rules["routing"], "pacing": rules["pacing"]}
    run = run_config(scenario, owns=case.owns, reserves=flag, reward=case.reward, **both)
    alone = run_config(scenario, owns="rules", reserves=flag, reward=case.reward, **both)
    return Explorer(run, alone, Actor(policy), ROWS)


def count(case: Case, scenario: Scenario, explorer: Explorer, days: np.ndarray) -> tuple[Counted, np.ndarray]:
    """Run days, and return what the policy did after each event, and the reward of each day, (days,)."""
    reader, catalogue = _Reader(scenario), list(scenario.catalogue)
    names = case.model.built.space.names
    states: list[np.ndarray] = []
    started: list[np.ndarray] = []
    n = 0
    for kept in _whole(explorer.sample(days, EVERYTHING, ROOM)):
        kind = reader.number(kept.obs, "epoch_kind")
        event = np.maximum.accumulate(np.where(kind != SAME_INSTANT, np.arange(len(kind)), 0))
        made = _made(catalogue, kept.own)
        sums = np.zeros_like(made)
        np.add.at(sums, event, made)
        fresh = np.flatnonzero((kind == EVENT_EPOCH) | (kind == OPENING_EPOCH))
        states.append(np.stack([reader.coordinate(kept.obs[fresh], name) for name in names], axis=1))
        started.append(sums[fresh])
        n += len(kind)
    found = np.concatenate(states)
    return Counted(dict(zip(names, found.T, strict=True)), np.concatenate(started), n), explorer.values(days)


def _whole(parts: Iterator[Kept]) -> Iterator[Kept]:
    """Yield parts that end with a whole event: the decisions of the last instant wait for the next part."""
    rest: Kept | None = None
    for part in parts:
        both = part if rest is None else Kept(*(np.concatenate(pair) for pair in zip(rest, part, strict=True)))
        last = np.flatnonzero((both.run != both.run[-1]) | (both.t != both.t[-1]))
        cut = int(last[-1]) + 1 if len(last) else 0
        rest = Kept(*(each[cut:] for each in both))
        if cut:
            yield Kept(*(each[:cut] for each in both))
    if rest is not None:
        yield rest


def _made(catalogue: list[Any], actions: np.ndarray) -> np.ndarray:
    """Return what each action starts in the model, (N, A): lines, or contacts of each class with flexible advisors."""
    if any(action.kind not in (HOLD, ASSIGN) for action in catalogue):
        by_action = [[0 if action.kind in (HOLD, ASSIGN) else action.n] for action in catalogue]
    else:
        names = [f"assign:class{k}>flexible" for k in (1, 2)]
        by_action = [[int(action.name == name) for name in names] for action in catalogue]
    return np.array(by_action, np.int64)[actions]


def tabulate(case: Case, counted: Counted) -> Table:
    """Return the table of what a policy did."""
    model = _with_room(case.model, counted)
    built, first = model.built, model.built.process.first
    y = built.space.find(**counted.states)
    inside = np.flatnonzero(y >= 0)
    choice, exact = _choices(built, y[inside], counted.started[inside])
    weights = np.bincount(choice, minlength=first[-1]).astype(float)
    totals = np.add.reduceat(weights, first[:-1])
    seen = totals > 0.0
    seen[np.diff(first) == 1] = True  # no choice
    weights[first[:-1][np.diff(first) == 1]] = 1.0
    _fill(built, weights, np.flatnonzero(totals > 0.0), np.flatnonzero(~seen))
    weights /= np.add.reduceat(weights, first[:-1])[built.process.owner]
    visits = stationary_dist(built.process, weights) @ built.process.rates
    refused = 1.0 - float(np.count_nonzero(exact)) / max(1, len(y))
    return Table(model, weights, float(visits[~seen].sum() / visits.sum()), refused, counted.decisions)


def _with_room(model: Any, counted: Counted) -> Any:
    """Return the model with a cap on ringing lines above the most that were seen."""
    if "ringing" not in counted.states:
        return model
    most = int((counted.states["ringing"] + counted.started[:, 0]).max())
    return model if most < model.built.space["ringing"].max() else replace(model, max_ringing=most + 1)


def _choices(built: Any, y: np.ndarray, started: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the choice nearest to what was started in each state, (N,), and whether it is the same, (N,) bool."""
    rows, place = np.unique(np.column_stack([y, started]), axis=0, return_inverse=True)
    nearest, same = np.zeros(len(rows), np.int64), np.zeros(len(rows), bool)
    for k, (state, *wanted) in enumerate(rows.tolist()):
        span = slice(*built.process.first[state : state + 2])
        apart = np.abs(built.actions[span] - np.array(wanted)).sum(axis=1)
        nearest[k], same[k] = span.start + int(np.argmin(apart)), apart.min() == 0
    place = place.reshape(-1)
    return nearest[place], same[place]


def _fill(built: Any, weights: np.ndarray, seen: np.ndarray, unseen: np.ndarray) -> None:
    """Give each state in which the policy was not seen the likeliest choice of the nearest one in which it was."""
    if not len(unseen) or not len(seen):
        weights[built.process.first[unseen]] = 1.0
        return
    first = built.process.first
    likeliest = np.array([first[k] + int(np.argmax(weights[first[k] : first[k + 1]])) for k in seen])
    nearest = cKDTree(built.space.states[seen]).query(built.space.states[unseen], p=1)[1]
    choice, _ = _choices(built, unseen, built.actions[likeliest[nearest]])
    weights[choice] = 1.0
