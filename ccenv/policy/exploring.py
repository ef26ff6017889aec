"""Days under rules or a compiled policy inside the kernel, and rewards of other actions tried on copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import numpy as np

from ccenv.loops import explore as loops
from ccenv.loops import futures
from ccenv.policy.in_kernel import CompiledPolicy, Evaluator
from ccenv.run.config import RunConfig, in_size
from ccenv.run.draws import draw_of
from ccenv.run.engine import CapacityError, Engine
from ccenv.run.growth import fresh, larger
from ccenv.sim.kernel.jit import records
from ccenv.sim.state.codes import NIL, OK, PAUSED

NOBODY = Evaluator(0, np.zeros(1), np.array([2.0, -1.0]))
ROOM = 4096  # decisions that a call keeps at most


class Actor(NamedTuple):
    """Who acts.

    Attributes:
        policy: A compiled policy; None: the rules of the run.
        base: The policy over which `policy` is asked: it is told the base's action. None: the rules of the run.
        over: Whether `policy` is asked over a base.
    """

    policy: CompiledPolicy | None = None
    base: CompiledPolicy | None = None
    over: bool = False

    @property
    def kind(self) -> int:
        """Code of the kernel."""
        if self.policy is None:
            return futures.RULES
        if not self.over:
            return futures.POLICY
        return futures.OVER_RULES if self.base is None else futures.OVER_POLICY


class Sampling(NamedTuple):
    """Which decisions are kept, and what is tried at them.

    Attributes:
        share: Probability of a decision to be kept.
        share_assign: The same where the actor assigns a contact.
        wander: Probability of a random action at any decision, so that other states are seen too.
        horizon_s: Seconds after which a future ends; 0: nothing is tried.
        hold_s: Seconds for which an action is held.
        seed: Of the draws.
    """

    share: float
    share_assign: float
    wander: float = 0.0
    horizon_s: float = 0.0
    hold_s: float = 0.0
    seed: int = 0


class Kept(NamedTuple):
    """Decisions kept.

    Attributes:
        obs: Observations, (N, K) float32.
        mask: Legal actions, (N, A) bool.
        own: The actor's action, (N,).
        run: Number of the day, (N,).
        t: Time [s], (N,).
        gain: Reward until the horizon by future and action, (N, F, A); nan where nothing was tried.
    """

    obs: np.ndarray
    mask: np.ndarray
    own: np.ndarray
    run: np.ndarray
    t: np.ndarray
    gain: np.ndarray


class Explorer:
    """Runs days of a centre in the kernel.

    Args:
        run: The run in which the actor decides its half.
        rules: The same run with rules that decide everything; None where only policies act.
        actor: Who acts.
        n: Days run in one call.
        engine: Arrays of the run; None: new ones for n rows.

    Attributes:
        decisions: Decisions of the actor so far, on days that were run to their end.
    """

    def __init__(
        self, run: RunConfig, rules: RunConfig | None, actor: Actor, n: int = 16, engine: Engine | None = None
    ) -> None:
        self.run, self.rules, self.actor, self.n = run, run if rules is None else rules, actor, n
        self.decisions, self._draw = 0, 0
        self._attach(fresh(run, n) if engine is None else engine)

    def _attach(self, engine: Engine) -> None:
        """Take over an engine; a record for copies is made beside it."""
        self.engine, self.run = engine, engine.run
        self.rules = in_size(self.rules, self.run.scenario.size)
        self.copy = Engine(self.run, 1)
        keeps = bool(np.any(self.run.config["campaign"]["keeps"] != 0))
        self.n_copied = engine.words.shape[1] if keeps else engine.first_lead
        kinds = self.run.layout
        policy, base = self.actor.policy, self.actor.base
        self.policy = NOBODY if policy is None else policy.evaluator(kinds).copy()
        self.base = NOBODY if base is None else base.evaluator(kinds).copy()
        self.n_asked = np.zeros(engine.n, np.int64)

    def replace(self, policy: CompiledPolicy) -> None:
        """Let another policy with as many numbers act."""
        self.actor = self.actor._replace(policy=policy)
        self.policy = policy.evaluator(self.run.layout).copy()

    def pay_as(self, run: RunConfig) -> None:
        """Pay by the reward of another run of the same scenario."""
        self.run = in_size(run, self.engine.run.scenario.size)

    def play(self, keys: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Run one episode for each seed.

        Yields:
            For at most `n` seeds at a time: counters since counting started, (R, numbers), and decisions, (R,).
        """
        for _, rows in self._days(keys, Sampling(0.0, 0.0), 1):
            if rows:
                yield self.engine.counters()[:rows], self.engine.envs["n_decisions"][:rows].copy()

    def values(self, keys: np.ndarray) -> np.ndarray:
        """Return the reward of an episode for each seed, as `Batch.step` pays it in sum, (R,)."""
        return self.paid(keys)[:, 0]

    def paid(self, keys: np.ndarray) -> np.ndarray:
        """Return reward, and numerator and denominator of the dropped share, of an episode for each seed, (R, 3)."""
        return np.concatenate([self._paid(counts) for counts, _ in self.play(keys)])

    def _paid(self, counts: np.ndarray) -> np.ndarray:
        c: Any = self._config(self.run)[0]
        n = int(c["n_terms"])
        weights = [c[f"term_{name}"][:n] for name in ("reward", "cost", "cost_base")]
        return np.stack([counts[:, c["term_place"][:n]] @ each for each in weights], axis=1)

    def _config(self, run: RunConfig) -> np.ndarray:
        """Return the configuration of the days that run now."""
        return run.draws[self._draw].config if run.draws else run.config

    def _part(self, keys: np.ndarray) -> np.ndarray:
        """Return the first seeds that one call can run: at most n, all of one draw."""
        part = keys[: self.n]
        if not self.run.draws:
            return part
        draws = draw_of(part, 0, len(self.run.draws))
        self._draw = int(draws[0])
        return part[: int(np.argmax(draws != draws[0])) or part.size]

    def sample(self, keys: np.ndarray, sampling: Sampling, room: int = ROOM) -> Iterator[Kept]:
        """Run one episode for each seed, keep decisions, and try all actions at them; yields up to `room` at a time."""
        for kept, _ in self._days(keys, sampling, room):
            if kept is not None:
                yield kept

    def _days(self, keys: np.ndarray, sampling: Sampling, room: int) -> Iterator[tuple[Kept | None, int]]:
        """Yield decisions as there is no more room, and after each part of the days the number of its rows."""
        keys = np.asarray(keys).astype(np.uint64)
        first = 0
        rng = np.uint64(sampling.seed * 7919 + 13)
        while first < keys.size:
            part = self._part(keys[first:])
            job = self._job(sampling)
            job["rng"] = rng
            try:
                for kept in self._calls(job, np.resize(part, self.n), part.size, room, first, sampling.seed):
                    yield kept, 0
            except CapacityError as error:
                self._attach(fresh(larger(self.run, error), self.n))
                continue
            rng = job["rng"][0]
            self.decisions += int(self.n_asked[: part.size].sum())
            yield None, part.size
            first += part.size

    def _calls(self, job: np.ndarray, keys: np.ndarray, rows: int, room: int, first: int, seed: int) -> Iterator[Kept]:
        """Run the first rows to their ends; yield the decisions kept."""
        store = self._store(room, 1)
        none = np.zeros(0, np.uint64)
        allowed = np.ones(self.engine.masks.shape[1], np.bool_)
        while True:
            b = self.call(job, keys[:rows], rows, none, allowed, store)
            n = int(job["n"][0])
            if n and (b == NIL or n == room):
                yield Kept(*(part[:n].copy() for part in store))._replace(run=store.run[:n] + first)
                job["n"] = 0
            if b == NIL:
                return
            self._go_on(job, b, full=n == room)

    def _go_on(self, job: np.ndarray, b: int, *, full: bool) -> None:
        """Let the next call continue at row b, or raise why it may not."""
        failure = int(self.engine.envs["failure"][b])
        job["first"] = b
        if failure == PAUSED:
            self.engine.envs["failure"][b] = OK
        elif failure != OK:
            raise self.engine.fault(b)
        job["resumes"] = failure == PAUSED or full

    def try_here(self, engine: Engine, sampling: Sampling, keys: np.ndarray, allowed: np.ndarray) -> Kept:
        """Try actions at the decisions at which the rows of an engine stand; the engine stays as it is.

        Args:
            engine: Its rows stand at a decision; it is of the size class of the explorer.
            sampling: What is tried.
            keys: Key of each future that is drawn anew; none: the one that happens.
            allowed: Actions to try beside the actor's own, (A,) bool.
        """
        own, self.engine = self.engine, engine
        job = self._job(sampling)
        job["once"], job["n_futures"] = 1, max(1, keys.size)
        store = self._store(engine.n, max(1, keys.size))
        failures = engine.envs["failure"].copy()
        try:
            b = 0
            while b != NIL:
                b = self.call(job, np.zeros(engine.n, np.uint64), engine.n, keys, allowed, store)
                if b != NIL:
                    if engine.envs["failure"][b] != failures[b]:
                        raise engine.fault(b)
                    job["first"] = b
        finally:
            engine.envs["failure"] = failures
            self.engine = own
        return store

    def _store(self, room: int, n_futures: int) -> Kept:
        k, a = self.engine.obs.shape[1], self.engine.masks.shape[1]
        return Kept(
            np.zeros((room, k), np.float32), np.zeros((room, a), np.bool_), np.zeros(room, np.int64),
            np.zeros(room, np.int64), np.zeros(room), np.full((room, n_futures, a), np.nan),
        )  # fmt: skip

    def _job(self, sampling: Sampling) -> np.ndarray:
        job = records(np.zeros(1, futures.JOB))
        job["kind"], job["policy_at"], job["base_at"] = self.actor.kind, self.policy.address, self.base.address
        job["share"], job["share_assign"], job["wander"] = sampling.share, sampling.share_assign, sampling.wander
        job["horizon_s"], job["hold_s"] = sampling.horizon_s, sampling.hold_s
        job["tries"], job["n_futures"], job["n_copied"] = sampling.horizon_s > 0.0, 1, self.n_copied
        contacts, at = cast(Any, self.run.layout.env.fields)["contact"][:2]
        job["contacts_at"], job["contacts_end"] = at // 8, (at + contacts.itemsize) // 8
        job["contact_words"] = contacts.base.itemsize // 8
        return job

    def call(
        self, job: np.ndarray, seeds: np.ndarray, rows: int, keys: np.ndarray, allowed: np.ndarray, store: Kept
    ) -> int:
        """Call the kernel once for the first rows; returns what `explore_rows` returns."""
        e, s = self.engine, self.copy
        levels = np.zeros(max(1, len(self.run.scenario.campaigns)))
        scratch = (s.envs, s.words, s.flat, s.snaps, s.masks, s.outs, levels, s.paid)
        result: int = loops.explore_rows(
            e.envs[:rows], e.words[:rows], e.first_lead, e.past, e.flat[:rows], e.snaps[:rows], e.masks[:rows], seeds,
            self._config(self.run), self._config(self.rules), e.logs, job, (self.policy.params, self.policy.memory),
            (self.base.params, self.base.memory), scratch, keys, allowed, store[:5], store.gain, self.n_asked,
        )  # fmt: skip
        return result
