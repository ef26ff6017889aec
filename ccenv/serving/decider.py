"""One decision of the service: encode, mask, ask the policy; fallback rules decide if it fails or is late."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET

from ccenv.loops.look import look_rows
from ccenv.loops.rows import choose_rows
from ccenv.rules.registry import find_rule
from ccenv.rules.spec import RuleSpec
from ccenv.run.config import run_config
from ccenv.scenarios.catalogue import VERBS
from ccenv.serving.errors import RequestError
from ccenv.serving.limits import DEADLINE_S
from ccenv.serving.load import BundlePolicy
from ccenv.serving.request import NO_COIN, Request, RequestReader
from ccenv.serving.safe_range import SafeRangeCheck
from ccenv.sim.state.codes import ASSIGN, DIAL, DIAL_RESERVED, NIL
from ccenv.sim.state.layout import HELD
from ccenv.spaces.observation import observation_names, observed

log = logging.getLogger("ccenv.serving")


class Answer(msgspec.Struct, frozen=True):
    """An answer in the scenario's names.

    Attributes:
        action: Name of the action.
        kind: `hold`, `assign` or `dial`.
        queue: Queue of an assignment, otherwise None.
        campaign: Campaign of a dial, otherwise None.
        group: Group of an assignment or a dial; None if the action has none.
        n: Number of contacts to assign or lines to dial.
        probabilities: Probabilities of the legal actions by name; None if the fallback decided.
        fallback: Whether the fallback rules decided.
        reason: Why they did; None otherwise.
        outside_training_range: Names of the numbers of the observation that lie outside the range seen in training.
        outside_safe_range: Paths of the scenario's parameters that the snapshot shows to lie outside the ranges of the
            training (see `ccenv.serving.safe_range`).
        state: Memory of the fallback rules; the caller sends it with the next request.
        id: The caller's id of the request.
    """

    action: str
    kind: str
    queue: str | None
    campaign: str | None
    group: str | None
    n: int
    probabilities: dict[str, float] | None
    fallback: bool
    reason: str | None
    outside_training_range: list[str]
    outside_safe_range: list[str]
    state: list[float]
    id: str | int | None


class Decider:
    """Decisions of one bundle, computed by the code of the simulator.

    Args:
        bundle: The policy.
        deadline_s: Seconds that the policy has for an answer, counted from the receipt of the request.

    Attributes:
        n_decisions, n_fallbacks: Number of answers, and of those by the fallback rules.
        safe: Checks of the safe range, and how often each parameter was found outside.
    """

    def __init__(self, bundle: BundlePolicy, deadline_s: float = DEADLINE_S) -> None:
        self.bundle, self.deadline_s = bundle, deadline_s
        self.run = run_config(
            bundle.scenario,
            owns=bundle.owns,
            routing=bundle.routing,
            pacing=bundle.pacing,
            reserves=bundle.reserves,
            actions=bundle.actions,
        )
        rules = _fallback(bundle)
        self.reader = RequestReader(
            bundle.scenario,
            self.run.memory,
            needs_coin=bundle.needs_coin or any(rule.tosses for rule in rules),
            needs_memory=any(rule.state for rule in rules),
        )
        self.names = np.array(observation_names(bundle.scenario))
        self._observed = observed(bundle.scenario)
        self.low, self.high = np.array(list(bundle.manifest.training_range.values()), np.float32).T
        self.safe = SafeRangeCheck(bundle.scenario, bundle.manifest.ranges)
        self.n_decisions = self.n_fallbacks = 0
        self._thread = ThreadPoolExecutor(1, "policy")

    @property
    def interface(self) -> dict[str, Any]:
        """The bundle's interface, and what a request must bring.

        `required` are the keys of a request; `first_state` is the `state` of a client's first request.
        """
        required = ["snapshot"]
        required += ["u"] if self.reader.needs_coin else []
        required += ["state"] if self.reader.needs_memory else []
        made: dict[str, Any] = msgspec.to_builtins(self.bundle.manifest.interface)
        return {**made, "required": required, "first_state": self.reader.first_memory.tolist()}

    def warm_up(self) -> None:
        """Compile and run all code of a decision once."""
        numbers = np.zeros(self.run.places.size)
        request = Request(numbers, NO_COIN, self.reader.first_memory[None].copy(), None)
        snaps, mask, obs = self._look(request)
        self.bundle.graph.probabilities(obs, mask)
        self._by_rules(request, snaps, mask)

    def close(self) -> None:
        """Stop the policy's thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def decide(self, body: bytes, received_s: float | None = None) -> Answer:
        """Answer a request.

        Args:
            body: JSON with the keys `snapshot`; `u`, the decision's coin, if policy or fallback need one; `state` of
                the previous answer, if a fallback rule remembers something; `id`, which the answer repeats.
            received_s: Time of receipt, by `time.monotonic`; None: now.

        Returns:
            A legal action from the policy, or from the fallback rules if the policy failed or was late.

        Raises:
            BodyError: If the body is not JSON.
            RequestError: If a field is not allowed, or if no action of the policy's half is legal.
        """
        deadline_s = (time.monotonic() if received_s is None else received_s) + self.deadline_s
        request = self.reader.read(body)
        snaps, mask, obs = self._look(request)
        if not mask.any():
            raise RequestError("snapshot", UNSET, f"a state in which a {self.bundle.owns} action is legal")
        probabilities, reason = await self._ask(obs, mask, deadline_s)
        if probabilities is None:
            action, memory = self._by_rules(request, snaps, mask)
        else:
            action = int(self.bundle.decide(probabilities, np.array([request.u]))[0])
            memory = request.memory.copy()
            memory[0, HELD] = 0.0  # the routing rule has not decided at this instant
        self.n_decisions += 1
        self.n_fallbacks += probabilities is None
        return self._answer(action, mask[0], probabilities, reason, obs[0], memory, request)

    def _look(self, request: Request) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Kernel snapshot record, mask (1, A) of the policy's half, and observation (1, K)."""
        kinds, config = self.run.layout, self.run.config
        flat = np.zeros((1, kinds.snapshot.itemsize // 8))
        flat[0, self.run.places] = request.numbers
        snaps = flat.view(kinds.snapshot).reshape(1)
        mask = np.zeros((1, int(config["n_actions"][0])), np.bool_)
        obs = np.zeros((1, int(config["n_observed"][0])), np.float32)
        look_rows(config, snaps, request.numbers[None, self._observed], mask, obs)
        return snaps, mask, obs

    async def _ask(self, obs: np.ndarray, mask: np.ndarray, deadline_s: float) -> tuple[np.ndarray | None, str | None]:
        """The policy's probabilities, or the reason why there are none. A late result is discarded in its thread."""
        try:
            asked = self._thread.submit(self.bundle.graph.probabilities, obs, mask)
            left_s = max(0.0, deadline_s - time.monotonic())
            return await asyncio.wait_for(asyncio.wrap_future(asked), left_s), None
        except TimeoutError:
            return None, f"the policy gave no answer within {1000 * self.deadline_s:g} ms"
        except Exception as error:  # any error: the service must answer
            log.warning("the policy failed: %.1000s", error)
            return None, f"the policy failed: {error}"

    def _by_rules(self, request: Request, snaps: np.ndarray, mask: np.ndarray) -> tuple[int, np.ndarray]:
        """The fallback rules' action and their memory. The action is legal even if the caller sent a wrong memory."""
        memory, actions = request.memory.copy(), np.zeros(1, np.int64)
        choose_rows(self.run.config, snaps, mask, memory, np.array([request.u]), np.zeros(1, np.bool_), actions)
        action = int(actions[0])
        return (action if action >= 0 and mask[0, action] else int(mask[0].argmax())), memory

    def _answer(
        self,
        action: int,
        mask: np.ndarray,
        probabilities: np.ndarray | None,
        reason: str | None,
        obs: np.ndarray,
        memory: np.ndarray,
        request: Request,
    ) -> Answer:
        scenario = self.bundle.scenario
        chosen = scenario.catalogue[action]
        likely = None
        if probabilities is not None:
            likely = {scenario.catalogue[a].name: float(probabilities[0, a]) for a in np.flatnonzero(mask)}
        return Answer(
            action=chosen.name,
            kind=VERBS[chosen.kind],
            queue=scenario.queues[chosen.index] if chosen.kind == ASSIGN else None,
            campaign=scenario.campaigns[chosen.index] if chosen.kind in (DIAL, DIAL_RESERVED) else None,
            group=None if chosen.group == NIL else scenario.groups[chosen.group],
            n=chosen.n,
            probabilities=likely,
            fallback=probabilities is None,
            reason=reason,
            outside_training_range=self.names[(obs < self.low) | (obs > self.high)].tolist(),
            outside_safe_range=self.safe.find(request.numbers),
            state=memory[0].tolist(),
            id=request.id,
        )


def _fallback(bundle: BundlePolicy) -> list[RuleSpec]:
    """The fallback rules' declarations."""
    return [find_rule(kind, choice[0]) for kind, choice in (("routing", bundle.routing), ("pacing", bundle.pacing))]
