"""A survey of training days: the range of each observation, and decisions that a bundle's graph must repeat."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ccenv.batch import Batch
from ccenv.loops.batch import DISABLED
from ccenv.policy import Policy
from ccenv.run.config import run_config
from ccenv.run.draws import with_draws
from ccenv.run.engine import CapacityError, Engine
from ccenv.seeds import seeds
from ccenv.serving.errors import BundleError
from ccenv.serving.graph import GraphPolicy
from ccenv.serving.manifest import TOLERANCE, Golden

N_GOLDEN = 16
MOST_NUMBERS = 2**24  # numbers of the observations and masks that a survey keeps, and as many again
FEWEST_STEPS = 500
CLEAR = 1e-3  # smallest margin of a golden decision: other processors round differently

Probabilities = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Survey(NamedTuple):
    """What a policy met: least and greatest value of each number of the observation, (K,), and N decisions.

    `obs` (N, K), `mask` (N, A) and `u` (N,) are the inputs of those decisions.
    """

    low: np.ndarray
    high: np.ndarray
    obs: np.ndarray
    mask: np.ndarray
    u: np.ndarray


def survey_days(batch: Batch, policy: Policy) -> Survey:
    """Run the policy through training days, one for each row, and record what it meets.

    Ranges cover all decisions of all rows. At each step the inputs of one row are kept, of each row in turn. A day of a
    large centre has more decisions than can be kept. Then the rows leave the opening hours: the batch's own rules play
    each up to another time of the day, and the policy decides from there for as many steps again.
    """
    steps = max(FEWEST_STEPS, MOST_NUMBERS // (batch.n_obs + batch.n_actions))
    recorder = _Recorder(batch, policy)
    batch.reset(seeds("training", batch.n))
    if not recorder.run(steps):
        with contextlib.suppress(CapacityError):  # a row brought forward cannot be run again in a larger size class
            _spread(batch.engine)
            recorder.run(steps, forward=True)
    return recorder.survey()


class _Recorder:
    """Ranges and inputs of the decisions that a policy takes in a batch."""

    def __init__(self, batch: Batch, policy: Policy) -> None:
        self.batch, self.policy = batch, policy
        self.low = np.full(batch.n_obs, np.inf, np.float32)
        self.high = np.full(batch.n_obs, -np.inf, np.float32)
        self.looks: list[tuple[np.ndarray, np.ndarray, float]] = []

    def run(self, steps: int, *, forward: bool = False) -> bool:
        """Take at most so many steps; `forward`: of rows that `_spread` brought forward.

        Returns:
            Whether all rows have finished.

        Raises:
            CapacityError: If a table is full after rows were brought forward.
        """
        batch, state = self.batch, None
        for step in range(steps):
            running = batch.engine.envs["done"] == 0
            if not np.any(running):
                return True
            self.low = np.minimum(self.low, batch.obs[running].min(axis=0))
            self.high = np.maximum(self.high, batch.obs[running].max(axis=0))
            row = np.flatnonzero(running)[step % np.count_nonzero(running)]
            self.looks.append((batch.obs[row].copy(), batch.mask[row].copy(), float(batch.u[row])))
            actions, state = self.policy.act(batch.obs, batch.mask, state, batch.u, batch.starts)
            if forward:
                batch.engine.step(actions, DISABLED)
            else:
                batch.step(actions)
        return bool(np.all(batch.engine.envs["done"] != 0))

    def survey(self) -> Survey:
        """What was recorded."""
        obs, mask, u = zip(*self.looks, strict=True)
        return Survey(self.low, self.high, np.array(obs), np.array(mask), np.array(u))


def _spread(engine: Engine) -> None:
    """Bring each row to a decision at another time of the day: row k of n after the k-th of n parts of its slots."""
    run, n = engine.run, engine.n
    alone = run_config(run.scenario, owns="rules", routing=run.routing, pacing=run.pacing, days=run.days)
    rules = Engine(with_draws(alone, [each.scenario for each in run.draws]), n, past=engine.past)
    keys, every = seeds("training", n).astype(np.uint64), np.ones(n, np.bool_)
    rules.envs["stop_at_slots"] = True
    rules.start(keys, every)
    engine.start(keys, every)
    slots = int(run.config["n_slots"][0])
    for stop in range(1, slots):
        due = (np.arange(n) > 0) & (np.arange(n) * slots // n == stop) & (rules.envs["stopped"] != 0)
        engine.words[due] = rules.words[due]
        rules.go_on()
    engine.envs["stop_at_slots"] = False
    engine.go_on()


def golden_vectors(
    policy: GraphPolicy, survey: Survey, actions: list[str], expected: Probabilities | None = None
) -> list[Golden]:
    """One decision with a clear margin for each action that the policy took, at most `N_GOLDEN`.

    Args:
        policy: The graph, with the way in which it decides.
        survey: Where the decisions are taken from.
        actions: Names of the actions.
        expected: Function from (obs, mask) to the probabilities that the graph must give.

    Raises:
        BundleError: If a probability of the survey differs from the expected one by more than `TOLERANCE`, or if no
            decision has a clear margin.
    """
    found = policy.probabilities(survey.obs, survey.mask)
    if expected is not None:
        off = float(np.abs(found - expected(survey.obs, survey.mask)).max())
        if not off <= TOLERANCE:
            raise BundleError(f"the exported graph is not the network: a probability is off by {off:.2g}")
    taken = policy.decide(found, survey.u)
    clear = _margin(found, survey.u, policy.decision) > CLEAR
    rows = [np.flatnonzero((taken == a) & clear) for a in range(len(actions))]
    vectors = [
        Golden(
            obs=survey.obs[row].tolist(),
            legal=np.flatnonzero(survey.mask[row]).tolist(),
            u=float(survey.u[row]),
            action=actions[taken[row]],
            probabilities=found[row].tolist(),
        )
        for row in [mine[mine.size // 2] for mine in rows if mine.size][:N_GOLDEN]
    ]
    if not vectors:
        raise BundleError(f"no decision of the survey has a margin above {CLEAR:g}: the graph prefers no action")
    return vectors


def _margin(probabilities: np.ndarray, u: np.ndarray, decision: str) -> np.ndarray:
    """Smallest change of a probability or of the coin that would change the action, (B,)."""
    if decision == "argmax":
        best = np.sort(probabilities, axis=1)
        margin: np.ndarray = best[:, -1] - best[:, -2]
        return margin
    nearest: np.ndarray = np.abs(np.cumsum(probabilities, axis=1) - u[:, None]).min(axis=1)
    return nearest
