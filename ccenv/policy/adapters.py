"""Adapters: models of Stable-Baselines3 and plain functions as policies."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from ccenv.files.errors import shown
from ccenv.files.numbers import whole_numbers
from ccenv.policy.protocol import Policy, State
from ccenv.run.config import OWNERS

ALLOWED = (
    "an object with the method `act` of `ccenv.Policy`, a Stable-Baselines3 model, or a function (obs, mask) -> action"
)
OWNS = tuple(owns for owns in OWNERS if owns != "rules")


class FunctionPolicy:
    """A function of observation and mask as a policy.

    Args:
        function: Called at each decision with one observation, (K,) float32, and the legal actions, (A,) bool; returns
            an action. The arrays are overwritten later: copy those that you keep.
        batched: Whether the function decides for B rows at once: observations (B, K) and masks (B, A) in, actions (B,)
            out. A row with one legal action has no decision; the answer for it is ignored.
        owns: Decisions that the function takes: `routing`, `pacing` or `blended`. Rules take the others.

    Raises:
        ValueError: If an argument is not allowed.

    Example:
        ```
        def first_legal(obs, mask):
            return mask.argmax()

        ccenv.simulate("tiny", policy=first_legal, seeds=range(8))
        ccenv.simulate("tiny", policy=ccenv.FunctionPolicy(first_legal, owns="pacing"), seeds=range(8))
        ```
    """

    def __init__(self, function: Callable[..., Any], *, batched: bool = False, owns: str = "blended") -> None:
        if not callable(function):
            raise ValueError(f"function = {shown(function)}; allowed: a function (obs, mask) -> action")
        self.function, self.batched, self.owns = function, batched, _owns(owns)

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows, as in `Policy.act`.

        Raises:
            ValueError: If the function does not return a whole number for each decision.
        """
        name = f"actions of {_name(self.function)}"
        if self.batched:
            return whole_numbers(name, self.function(obs, mask), np.int64, n=len(u)), None
        asked = np.flatnonzero(np.count_nonzero(mask, axis=1) > 1)
        actions = np.argmax(mask, axis=1).astype(np.int64)
        if asked.size:
            given = [self.function(obs[b], mask[b]) for b in asked.tolist()]
            actions[asked] = whole_numbers(name, given, np.int64)
        return actions, None


class ModelPolicy:
    """A model of Stable-Baselines3 or sb3-contrib as a policy.

    A model whose `predict` takes `action_masks` gets the mask. Any other may choose an illegal action, which counts as
    `hold`; the KPI `illegal_share` says how often. The state of a recurrent model is kept. Observations are normalised
    as in the training, if the model has a `VecNormalize`.

    Args:
        model: An object with the method `predict` of Stable-Baselines3.
        owns: Decisions that the model takes: `routing`, `pacing` or `blended`. None: those of the environment that the
            model holds, and `blended` if it holds none (a model that was loaded from a file).
        deterministic: Whether the model takes its most probable action, rather than a random one.

    Raises:
        ValueError: If an argument is not allowed.

    Example:
        ```
        model = sb3_contrib.MaskablePPO("MlpPolicy", gymnasium.make("ccenv/Blended-v0", scenario="tiny")).learn(10_000)
        ccenv.simulate("tiny", policy=model, seeds=range(8))
        ```
    """

    on_illegal = "hold"

    def __init__(self, model: Any, *, owns: str | None = None, deterministic: bool = True) -> None:
        if not callable(getattr(model, "predict", None)):
            raise ValueError(f"model = {shown(model)}; allowed: an object with the method predict")
        self.model, self.deterministic = model, deterministic
        self.owns = _owns(_owned_in_training(model) if owns is None else owns)
        self.masked = "action_masks" in inspect.signature(model.predict).parameters
        get_normalize = getattr(model, "get_vec_normalize_env", None)
        self._normalize = get_normalize() if callable(get_normalize) else None

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows, as in `Policy.act`.

        Raises:
            ValueError: If the model is for other observations or actions.
        """
        self._check("observation_space", "shape", obs.shape[1:])
        self._check("action_space", "n", mask.shape[1])
        looks = obs if self._normalize is None else self._normalize.normalize_obs(obs)
        masks = {"action_masks": mask} if self.masked else {}
        actions, state = self.model.predict(
            looks, state=state, episode_start=starts, deterministic=self.deterministic, **masks
        )
        return whole_numbers(f"actions of {_name(self.model)}", actions, np.int64, n=len(u)), state

    def _check(self, space: str, attribute: str, here: Any) -> None:
        there = getattr(getattr(self.model, space, None), attribute, None)
        if there is not None and there != here:
            raise ValueError(
                f"policy = {_name(self.model)}: its {space} has {attribute} {there}; this scenario has {here}"
            )


def as_policy(policy: Any) -> Policy:
    """Return a policy, a model or a function as a policy.

    Args:
        policy: An object with the method `act` of `Policy`, which is returned itself; a model of Stable-Baselines3 or
            sb3-contrib (`ModelPolicy`); or a function of one observation and one mask (`FunctionPolicy`).

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(policy, type):
        raise ValueError(f"policy = the class {policy.__name__}; allowed: {ALLOWED}; give an instance")
    if callable(getattr(policy, "act", None)):
        return cast(Policy, policy)
    if callable(getattr(policy, "predict", None)):
        return ModelPolicy(policy)
    if callable(policy):
        return FunctionPolicy(policy)
    raise ValueError(f"policy = {shown(policy)}; allowed: {ALLOWED}")


def _owned_in_training(model: Any) -> str:
    """Return the decisions that the environment held by a model leaves to its policy; `blended` if it holds none."""
    get_env = getattr(model, "get_env", None)
    env = get_env() if callable(get_env) else None
    if env is None:
        return "blended"
    try:
        batch = getattr(env, "batch", None) or env.get_attr("batch")[0]
    except AttributeError:
        return "blended"
    return str(batch.run.owns)


def _owns(owns: str) -> str:
    if owns not in OWNS:
        raise ValueError(f"owns = {shown(owns)}; allowed: {', '.join(OWNS)}")
    return owns


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", type(thing).__name__))
