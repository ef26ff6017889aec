"""Policies inside the kernel: a decision of a 64x64 network, `simulate` of a bundle, futures, and their cold compile.

The network imitates the rules. A decision is timed where it is asked over the rules with a margin that no output
exceeds: then its days are those of the rules, and the difference in time is the decision, with its observation. The
days of a bundle are its own, so their time is compared with that of as many events under the rules, and as many
decisions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agents.common.export import export_bundle
from agents.common.imitation import build, imitate, standardise
from agents.common.policy import TorchPolicy
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.run.config import run_config
from ccenv.scenarios import Scenario, load_scenario
from ccenv.serving import BundlePolicy, load_bundle
from ccenv.simulation import simulate
from experiments.speed.child import ask
from experiments.speed.clock import WARM_UP, Counts, exactly, figure, interleaved, scaled

SCENARIO = "bank_blended"
HIDDEN = (64, 64)
DAYS, TRIED_DAYS = 16, 4  # in a turn
SHARE = 0.1  # of the decisions at which all actions are tried
HORIZON_S, AT_ONCE_S = 500.0, 1e-3  # of a future; of one that is copied and begun, and ends
IMITATED, IMITATED_DAYS, PASSES = 20_000, 12, 10  # decisions at most, days, passes over them
FAR = 1e6  # a margin that no output exceeds
COMPILES = """
import json, time
import ccenv
from ccenv.policy.exploring import Actor, Explorer
from ccenv.run.config import run_config
scenario = ccenv.load_scenario({scenario!r}, size_class={size!r})
run, rules = (run_config(scenario, owns=owns) for owns in ("blended", "rules"))
started = time.process_time()
Explorer(run, rules, Actor(), n=1).values([1])
print(json.dumps(time.process_time() - started))
"""


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time days under rules and policies, and futures.

    Args:
        inputs: `rounds`, `share`, and optionally `scenario` (default: the bank); or `compile`, a size class.
    """
    if "compile" in inputs:
        return _cold(inputs["compile"])
    with tempfile.TemporaryDirectory() as folder:
        days = _Days(load_scenario(inputs.get("scenario", SCENARIO)), Path(folder), inputs["share"])
        turns = {
            "rules": days.under_rules, "network": days.over_rules, "bundle": days.of_bundle,
            "futures": lambda number: days.futures(number, HORIZON_S),
            "copies": lambda number: days.futures(number, AT_ONCE_S),
        }  # fmt: skip
        clocked = interleaved(turns, inputs["rounds"])
    rules, network, bundle = (clocked[name] for name in ("rules", "network", "bundle"))
    decision_s = network.per("decisions") - rules.per("decisions")
    event_s, plain_s = rules.per("events"), rules.per("episodes")
    expected_s = bundle.counts["events"] * event_s + bundle.counts["decisions"] * decision_s
    # the days from which futures are tried are days under the rules
    future_s, copy_s = (
        (clocked[name].seconds - clocked[name].counts["episodes"] * plain_s) / clocked[name].counts["copies"]
        for name in ("futures", "copies")
    )
    return {
        "figures": {
            "decision_us": figure(1e6 * decision_s),
            "bundle_over_sum": figure(bundle.seconds / expected_s),
            "futures_per_s": figure(1.0 / future_s),
            "copy_percent": figure(100.0 * copy_s / future_s),
            "future_us": figure(1e6 * future_s),
            "copy_us": figure(1e6 * copy_s),
            "event_ns": figure(1e9 * event_s),
            "bundle_day_ms": figure(1e3 * bundle.per("episodes")),
        }
    }


def _cold(size: str) -> dict[str, Any]:
    """CPU time of the first day of the rules in the entry of policies and futures, with an empty cache."""
    with tempfile.TemporaryDirectory() as empty:
        seconds, _ = ask(COMPILES.format(scenario="tiny", size=size), cache=Path(empty))
    return {"figures": {"compile_s": exactly(seconds)}}


class _Days:
    """Days of a centre under its rules and under a network that imitates them, in the kernel."""

    def __init__(self, scenario: Scenario, folder: Path, share: float) -> None:
        self.scenario = scenario
        self.n, self.n_tried = scaled(DAYS, share), scaled(TRIED_DAYS, share)
        run, rules = (run_config(scenario, owns=owns) for owns in ("blended", "rules"))
        self.rules = Explorer(run, rules, Actor(), self.n)
        self.trying = Explorer(run, rules, Actor(), self.n_tried)
        self.policy = _bundle(scenario, self.rules, folder)
        network: Any = self.policy.compiled()
        self.over = Explorer(run, rules, Actor(network.with_margin(FAR), over=True), self.n)
        self.events = self._run(Explorer(run, None, Actor(network), self.n), 0)["events"]  # on the bundle's days

    def _seeds(self, number: int, n: int) -> np.ndarray:
        return (number - WARM_UP) * n + np.arange(n)

    def _run(self, explorer: Explorer, number: int) -> Counts:
        before = explorer.decisions
        explorer.values(self._seeds(number, self.n))
        events = float(explorer.engine.envs["n_events"].sum())
        return {"events": events, "decisions": float(explorer.decisions - before), "episodes": float(self.n)}

    def under_rules(self, number: int) -> Counts:
        """Run the turn's days under the rules."""
        return self._run(self.rules, number)

    def over_rules(self, number: int) -> Counts:
        """Run the same days; the network is asked at each decision, and the rules' action is taken."""
        return self._run(self.over, number)

    def of_bundle(self, number: int) -> Counts:
        """Run the turn's days under the bundle by `simulate`; their events are counted once, before the turns."""
        table = simulate(self.scenario, policy=self.policy, seeds=self._seeds(0, self.n))
        return {"events": self.events, "decisions": float(table["n_decisions"].sum()), "episodes": float(self.n)}

    def futures(self, number: int, horizon_s: float) -> Counts:
        """Try all actions at some decisions of the turn's days."""
        sampling, copies = Sampling(SHARE, SHARE, horizon_s=horizon_s), 0
        for kept in self.trying.sample(self._seeds(number, self.n_tried), sampling):
            copies += int(np.count_nonzero(~np.isnan(kept.gain)))
        return {"copies": float(max(copies, 1)), "episodes": float(self.n_tried)}


def _bundle(scenario: Scenario, rules: Explorer, folder: Path) -> BundlePolicy:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    kept = next(rules.sample(np.arange(IMITATED_DAYS), Sampling(SHARE, 1.0), room=IMITATED))
    actor = build(kept.obs.shape[1], HIDDEN, kept.mask.shape[1])
    standardise(actor).fit(kept.obs)
    imitate(actor, kept.obs, kept.mask, kept.own, PASSES, 0)
    about = {"source_digest": "none: it imitates the rules", "seeds": "training", "steps": len(kept.own)}
    policy = TorchPolicy(actor, reserves=scenario.reserves if scenario.campaigns else None)
    return load_bundle(export_bundle(folder / "bundle", policy, scenario, provenance=about, days=1))
