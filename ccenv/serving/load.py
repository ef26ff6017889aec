"""Load a bundle. Every statement of its manifest is checked before the bundle is used."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.rules import RuleError
from ccenv.run.config import run_config
from ccenv.scenarios import Scenario
from ccenv.serving.compiled import compiled_graph
from ccenv.serving.errors import BundleError, BundleWarning, PolicyError
from ccenv.serving.graph import Graph, GraphPolicy
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
from ccenv.spaces.observation import observation_names

KEYS_SHOWN = 20


class BundlePolicy(GraphPolicy):
    """An exported policy; `load_bundle` makes it. It implements `ccenv.policy.Policy` and keeps no state.

    Attributes:
        manifest: The bundle's manifest.
        scenario: The scenario of its training.
        graph: Its graph.
        owns: The half that it decides: `routing`, `pacing` or `blended`; rules decide the rest.
        reserves: The campaigns' flag under which it was trained; None if there is no campaign or if they differ.
        actions: Dials that it may use: `all`, `reserved` or `unreserved`.
        routing, pacing: Its fallback rules, as `simulate` takes them; `routing` orders the queues.
    """

    def __init__(self, manifest: Manifest, scenario: Scenario, graph: Graph) -> None:
        super().__init__(
            graph, manifest.decision, owns=manifest.owns, reserves=manifest.reserves, actions=manifest.actions
        )
        self.manifest, self.scenario = manifest, scenario
        self.routing, self.pacing = manifest.fallback.routing.choice, manifest.fallback.pacing.choice

    def compiled(self) -> CompiledPolicy | None:
        """Return the same policy for the kernel; None if it samples, or if its graph is of another form.

        `simulate` runs it there. It takes the graph's actions up to rounding (see `NetPolicy` and `IndexPolicy`).
        """
        content = getattr(self.graph, "content", None)
        if content is None or self.decision != "argmax":
            return None
        return compiled_graph(
            content, self.scenario, owns=self.owns, reserves=self.reserves, actions=self.actions
        )  # fmt: skip

    def check_scenario(self, scenario: Scenario) -> None:
        """Check that the policy can decide in this scenario, with the campaigns' flags that it has.

        Warns:
            BundleWarning: If the scenario is not that of the training; it lists the keys that differ.

        Raises:
            BundleError: If fields, names or actions differ.
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
        BundleWarning: If this version of the package gives the training scenario another digest.

    Raises:
        BundleError: If a file is missing or differs from the one that the manifest names, the format version differs,
            the fields or actions of the training scenario differ from those of this package, a fallback rule cannot
            run, or the graph does not repeat the golden vectors. The message names the difference.
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
    """Dotted keys at which two scenarios' contents differ. If one content lacks a key, keys below it are not listed.

    Args:
        before: Content with parts by name, as `manifest.by_name` gives it.
        after: The other content.
        at: Dotted key of both.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = set(before) ^ set(after)
        found = {f"{at}.{key}".lstrip(".") for key in keys}
        return found.union(*(changed_keys(before[k], after[k], f"{at}.{k}".lstrip(".")) for k in set(before) - keys))
    return set() if before == after else {at}


def _check_fallback(policy: BundlePolicy) -> None:
    """Check that the fallback rules exist, with these parameters, under this flag."""
    run = run_config(
        policy.scenario,
        owns=policy.owns,
        routing=policy.routing,
        pacing=policy.pacing,
        reserves=policy.reserves,
        actions=policy.actions,
    )
    if run.scenario.digest != policy.scenario.digest:
        raise BundleError(f"reserves = {policy.reserves}: the training scenario's campaigns have another flag")


def _check_golden(policy: BundlePolicy) -> None:
    """Check that the graph has the interface's sizes and repeats each golden vector."""
    manifest, names = policy.manifest, list(observation_names(policy.scenario))
    actions = manifest.interface.actions
    policy.graph.check_size(len(names), len(actions))
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
