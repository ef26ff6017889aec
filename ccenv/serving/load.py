"""Loading a bundle: nothing of it is used before everything that it says of itself has been checked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.rules import RuleError
from ccenv.run.config import run_config
from ccenv.scenarios import Scenario
from ccenv.serving.errors import BundleError, BundleWarning, PolicyError
from ccenv.serving.graph import Graph
from ccenv.serving.interface import differences, interface_of, listed
from ccenv.serving.manifest import (
    TOLERANCE,
    Golden,
    Manifest,
    by_name,
    read_graph,
    read_manifest,
    training_scenario,
)
from ccenv.spaces.coins import choose
from ccenv.spaces.observation import observation_names

KEYS_SHOWN = 20


class BundlePolicy:
    """An exported policy, by the policy protocol; it keeps no state. Made by `load_bundle`.

    Attributes:
        manifest: All that is known of it.
        scenario: The scenario of its training.
        owns: What it owns: `routing`, `pacing` or `blended`; rules own the rest.
        reserves: The campaigns' flag under which it was trained; None where there is no campaign or they differ.
        routing, pacing: Its fallback rules, as `simulate` takes them; `routing` orders the queues.
    """

    def __init__(self, manifest: Manifest, scenario: Scenario, graph: Graph) -> None:
        self.manifest, self.scenario, self.graph = manifest, scenario, graph
        self.owns, self.reserves = manifest.owns, manifest.reserves
        self.routing, self.pacing = manifest.fallback.routing.choice, manifest.fallback.pacing.choice
        self.needs_coin = manifest.decision == "sample"

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Choose an action for each row.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
            state: Passed through.
            u: Coins in (0, 1), (B,).
            starts: Rows at their first decision, (B,) bool; not used.

        Returns:
            Actions, (B,) int64, and the state.

        Raises:
            PolicyError: If the graph gives no decision.
        """
        return self.decide(self.graph.probabilities(obs, mask), u), state

    def decide(self, probabilities: np.ndarray, u: np.ndarray) -> np.ndarray:
        """From probabilities (B, A) to actions (B,) int64: the likeliest, or drawn with the coins (B,)."""
        return choose(probabilities, u) if self.needs_coin else probabilities.argmax(axis=1)

    def check_scenario(self, scenario: Scenario) -> None:
        """Whether the policy can be asked about this scenario, the campaigns' flags included.

        Warns:
            BundleWarning: If the scenario is not that of the training; it lists the keys that differ.

        Raises:
            BundleError: If fields, names or actions differ: the policy could not be asked.
        """
        found = differences(self.manifest.interface, interface_of(scenario))
        if found:
            raise BundleError(f"bundle {self.manifest.name}: scenario {scenario.name} does not fit: {listed(found)}")
        if scenario.digest != self.manifest.scenario.digest:
            keys = sorted(changed_keys(by_name(self.manifest.scenario.content), by_name(scenario.content)))
            warnings.warn(
                f"bundle {self.manifest.name} was trained on another scenario; these keys differ: "
                f"{listed(keys, KEYS_SHOWN)}",
                BundleWarning,
                stacklevel=2,
            )


def load_bundle(path: str | Path) -> BundlePolicy:
    """Load an exported policy.

    Args:
        path: Folder of the bundle.

    Returns:
        A policy that runs under onnxruntime in one thread.

    Warns:
        BundleWarning: If this version of the package reads the training scenario otherwise.

    Raises:
        BundleError: If a file is missing or is not the one that the manifest names, the format version is another, the
            fields or actions of the training scenario are not those of this package, a fallback rule cannot run, or
            the graph does not repeat the golden vectors. The message names what differs.
        ImportError: If the extra `serve` is not installed.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    content = read_graph(folder, manifest)
    try:
        policy = BundlePolicy(manifest, training_scenario(manifest.scenario), Graph(content))
        policy.check_scenario(policy.scenario)
        _check_fallback(policy)
        _check_golden(policy)
    except (BundleError, RuleError) as error:
        raise BundleError(f"{folder}: {error}") from error
    return policy


def changed_keys(before: Any, after: Any, at: str = "") -> set[str]:
    """Dotted keys at which two scenarios' contents differ, both with parts by name; a key that one lacks ends there."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = set(before) ^ set(after)
        found = {f"{at}.{key}".lstrip(".") for key in keys}
        return found.union(*(changed_keys(before[k], after[k], f"{at}.{k}".lstrip(".")) for k in set(before) - keys))
    return set() if before == after else {at}


def _check_fallback(policy: BundlePolicy) -> None:
    """That the rules exist, with these parameters, under this flag."""
    run = run_config(
        policy.scenario,
        owns=policy.owns,
        routing=policy.routing,
        pacing=policy.pacing,
        reserves=policy.reserves,
    )
    if run.scenario.digest != policy.scenario.digest:
        raise BundleError(f"reserves = {policy.reserves}: the training scenario's campaigns have another flag")


def _check_golden(policy: BundlePolicy) -> None:
    """That the graph has the interface's size and repeats each golden vector."""
    manifest, graph = policy.manifest, policy.graph
    names = list(observation_names(policy.scenario))
    actions = manifest.interface.actions
    if (graph.n_obs, graph.n_actions) != (len(names), len(actions)):
        raise BundleError(
            f"the graph takes {graph.n_obs} numbers and {graph.n_actions} actions, "
            f"the interface has {len(names)} and {len(actions)}"
        )
    if list(manifest.training_range) != names:
        raise BundleError("training_range does not name the numbers of the observation, in their order")
    for k, golden in enumerate(manifest.golden):
        try:
            found = _golden_difference(policy, golden, actions)
        except (PolicyError, ValueError, IndexError) as error:
            found = str(error)
        if found:
            raise BundleError(f"golden vector {k} is not repeated: {found}")


def _golden_difference(policy: BundlePolicy, golden: Golden, actions: list[str]) -> str:
    if len(golden.probabilities) != len(actions):
        return f"{len(golden.probabilities)} probabilities for {len(actions)} actions"
    mask = np.zeros((1, len(actions)), np.bool_)
    mask[0, golden.legal] = True
    obs = np.array([golden.obs], np.float32)
    probabilities = policy.graph.probabilities(obs, mask)
    off = float(np.max(np.abs(probabilities[0] - golden.probabilities)))
    action = actions[int(policy.decide(probabilities, np.array([golden.u]))[0])]
    if off > TOLERANCE:
        return f"a probability is off by {off:.2g}, more than {TOLERANCE:g}"
    return "" if action == golden.action else f"action {action}, not {golden.action}"
