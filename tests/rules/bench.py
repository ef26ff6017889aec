"""One snapshot filled by hand, and what rules do with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv import Scenario, load_scenario
from ccenv.loops.look import look_rows
from ccenv.loops.rows import choose_rows
from ccenv.rules import find_rule
from ccenv.run.config import RuleChoice, run_config
from ccenv.sim.kernel import draws
from ccenv.sim.kernel.jit import records


def centre(reserves: bool = False, **more: Any) -> Scenario:
    """Queues a, b, c; group `one` handles a, b and both campaigns, group `two` handles b, c and the first campaign."""
    campaign = {"p_answer": 0.3, "handle_s": 60, "ring_s": 10, "reserves": reserves, "dial_ladder": [1, 2, 4]}
    scenario = {
        "name": "bench",
        "description": "made by the tests",
        "clock": {"kind": "steady"},
        "queues": {name: {"arrivals_per_hour": 60, "handle_s": 60} for name in "abc"},
        "groups": {
            "one": {"skills": ["a", "b", "first", "other"], "staffing": 9},
            "two": {"skills": ["b", "c", "first"], "staffing": 9},
        },
        "campaigns": {"first": campaign, "other": campaign},
        **more,
    }
    return load_scenario(scenario)


SWITCHING: dict[str, Any] = {"mean_s": [600, 600], "arrivals": [0.5, 1.5], "observed": True}
NEEDED: dict[str, dict[str, Any]] = {"observed_mode": {"switching": SWITCHING}}


def needed(kind: str, choice: RuleChoice) -> dict[str, Any]:
    """Changes to a centre with which it has what a rule needs; `kind`: `routing` or `pacing`."""
    name = choice[0] if isinstance(choice, tuple) else choice
    needs = find_rule(kind, name).needs if name is not None else ()
    return {key: value for need in needs for key, value in NEEDED.get(need, {}).items()}


def whole_centre() -> Scenario:
    """A centre that every rule fits: callbacks in a, preferred advisors in b, deferrable work in d, unequal groups."""
    handle = {"a": 60, "b": 90, "c": 120, "d": 60}
    queues: dict[str, Any] = {name: {"arrivals_per_hour": 60, "handle_s": s} for name, s in handle.items()}
    queues["a"] |= {"patience_s": 120, "callback": {"offer_above_s": 90}}
    queues["b"] |= {"patience_s": 300, "customer": {"p_preferred": 0.3}, "service_level_s": 40}
    queues["c"] |= {"patience_s": 60}
    queues["d"] |= {"deferrable": {"due_s": 3600}}
    groups = {
        "one": {"skills": ["a", "b", "d", "first", "other"], "staffing": 9},
        "two": {"skills": ["b", "c", "first"], "staffing": 6, "handle_s": {"b": 60}},
        "three": {"skills": ["a", "c", "d"], "staffing": 3, "handle_s": {"a": 120}},
    }
    return centre(queues=queues, groups=groups, work_conserving=False)


class Bench:
    """Rules of a scenario over snapshots whose core fields are given by name; those not given are 0.

    Args:
        routing: As in `simulate`.
        pacing: As in `simulate`.
        scenario: The centre; None: `centre` with what the rules need, under the flag that the pacing rule needs.
    """

    def __init__(self, routing: RuleChoice = None, pacing: RuleChoice = None, scenario: Scenario | None = None) -> None:
        more = {**needed("routing", routing), **needed("pacing", pacing)}
        chosen = centre(**more) if scenario is None else scenario
        self.run = run_config(chosen, owns="rules", routing=routing, pacing=pacing)
        self.scenario = self.run.scenario
        self.names = [action.name for action in self.scenario.catalogue]
        self.state = np.zeros((1, self.run.memory))

    def snapshot(self, **fields: Any) -> np.ndarray:
        """A snapshot record, (1,)."""
        snaps = records(np.zeros(1, self.run.layout.snapshot))
        for name, value in fields.items():
            if np.ndim(value):
                snaps[name][0, : len(value)] = value
            else:
                snaps[name] = value
        return snaps

    def mask(self, snaps: np.ndarray) -> np.ndarray:
        """Legal actions, (1, A)."""
        n = len(snaps)
        masks = np.zeros((n, len(self.names)), np.bool_)
        obs = np.zeros((n, int(self.run.config["n_observed"][0])), np.float32)
        look_rows(self.run.config, snaps, np.zeros(obs.shape), masks, obs)
        return masks

    def choose(self, snaps: np.ndarray, masks: np.ndarray, u: float | np.ndarray, state: np.ndarray) -> np.ndarray:
        """Numbers of the actions, (B,)."""
        n = len(snaps)
        actions = np.zeros(n, np.int64)
        coins = np.broadcast_to(np.asarray(u, np.float64), n).copy()
        choose_rows(self.run.config, snaps, masks, state, coins, np.zeros(n, np.bool_), actions)
        return actions

    def act(self, u: float = 0.5, **fields: Any) -> str:
        """Name of the action at a snapshot; the rules remember earlier ones."""
        snaps = self.snapshot(**fields)
        return self.names[self.choose(snaps, self.mask(snaps), u, self.state)[0]]


def second(u: float) -> float:
    """The second coin of a decision, of which pacing rules are given."""
    with np.errstate(over="ignore"):  # keys are made modulo 2^64
        return float(draws.second(u))


def random_snapshots(bench: Bench, n: int, seed: int = 0) -> np.ndarray:
    """Random snapshots, (n,), with small numbers, so ties and thresholds occur."""
    rng = np.random.default_rng(seed)
    run = bench.run
    c: Any = run.config[0]
    n_queues, n_groups, n_campaigns = int(c["n_queues"]), int(c["n_groups"]), int(c["n_campaigns"])
    snaps = records(np.zeros(n, run.layout.snapshot))
    snaps["event_number"] = 1 + np.arange(n)
    snaps["epoch_kind"] = rng.integers(0, 5, n)
    snaps["closed"] = rng.random(n) < 0.1
    snaps["queue_length"][:, :n_queues] = rng.integers(0, 3, (n, n_queues)) * (rng.random((n, 1)) < 0.7)
    snaps["head_entry_wait_s"][:, :n_queues] = rng.integers(0, 5, (n, n_queues)) * 10
    credit = rng.integers(0, 3, (n, n_queues)) * 20
    snaps["head_total_wait_s"][:, :n_queues] = snaps["head_entry_wait_s"][:, :n_queues] + credit
    snaps["idle"][:, :n_groups] = rng.integers(0, 6, (n, n_groups))
    snaps["idle_longest_s"][:, :n_groups] = rng.integers(0, 4, (n, n_groups))
    snaps["ringing"][:, :n_campaigns] = rng.integers(0, 6, (n, n_campaigns))
    snaps["lines_free"][:, :n_campaigns] = rng.integers(0, 9, (n, n_campaigns))
    snaps["lines_left"] = rng.integers(0, 3, n)
    snaps["head_callback"][:, :n_queues] = rng.random((n, n_queues)) < 0.2
    dialing_open = rng.random((n, n_campaigns)) < 0.8
    snaps["leads_dialable"][:, :n_campaigns] = rng.integers(0, 50, (n, n_campaigns)) * dialing_open
    _fill_rest(snaps, rng, n_queues, n_groups, n_campaigns)
    return snaps


def _fill_rest(snaps: np.ndarray, rng: np.random.Generator, n_queues: int, n_groups: int, n_campaigns: int) -> None:
    """Fill fields outside the core, at a time after which rules that adapt do so."""
    n = len(snaps)
    snaps["time_of_day_s"] = 30_000 + 100 * np.arange(n) % 9_000
    snaps["mode"] = rng.integers(0, 2, n)
    snaps["staffed"][:, :n_groups] = 8 + rng.integers(0, 4, (n, n_groups))
    snaps["away"][:, :n_groups] = rng.integers(0, 2, (n, n_groups))
    snaps["finishes"][:, :n_groups] = np.cumsum(rng.random((n, n_groups, 3)), axis=2)
    snaps["forecast_per_hour"][:, :n_queues] = rng.integers(1, 4, (n, n_queues)) * 30
    snaps["arrivals_recent_per_hour"][:, :n_queues] = rng.integers(0, 6, (n, n_queues)) * 30
    snaps["service_level_recent"][:, :n_queues] = 1 - 0.2 * rng.integers(0, 2, (n, n_queues))
    snaps["estimated_wait_s"][:, :n_queues] = rng.integers(0, 3, (n, n_queues)) * 20
    snaps["in_service"][:, :4] = rng.integers(0, 2, (n, 4))
    snaps["answer_rate"][:, :n_campaigns] = 0.1 + 0.5 * rng.random((n, n_campaigns, 2))
    snaps["joined_or_dropped"][:, :n_campaigns] = rng.integers(0, 300, (n, n_campaigns))
    snaps["dropped"][:, :n_campaigns] = snaps["joined_or_dropped"][:, :n_campaigns] * 0.02
    snaps["compliance_base"][:, :n_campaigns] = snaps["joined_or_dropped"][:, :n_campaigns, None]
    snaps["compliance_over"][:, :n_campaigns] = snaps["compliance_base"][:, :n_campaigns] * 0.04
    snaps["head_preferred"][:, :8] = rng.random((n, 8)) < 0.3
    snaps["ringing_by_age"][:, :n_campaigns, 1] = snaps["ringing"][:, :n_campaigns]
