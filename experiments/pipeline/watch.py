"""Detailed record of a policy: state of the centre through the day, and decisions by state.

The policy decides through the native batch, one row for each day. The record is made from one decision to the next:
events between two decisions count in the slot of the second, durations in the slot of their midpoint. Idle time is
exact. The number of ringing lines is that after the first decision, because the next decision is due at the next event
wherever dialing is legal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccenv.batch import Batch
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.policy import RulePolicy
from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.roster import staffing
from ccenv.scenarios.schema import Reserves
from ccenv.seeds import seeds
from ccenv.serving import BundlePolicy, load_bundle
from ccenv.sim.state.codes import ASSIGN, DAY_S, HOLD, IDLE
from experiments.pipeline.evaluation import Pair, finite, needs_reserves, pair_of
from experiments.pipeline.learned import NAME

if TYPE_CHECKING:
    from experiments.jobs.jobs import Job

CAP = 15  # the last row and column of a map hold this number and all larger ones
COUNTED = {
    "offered": ("queue_count", ("offered",)),
    "left": ("queue_count", ("answered", "abandoned", "unserved")),
    "wait_s": ("queue_count", ("wait_answered_s", "wait_abandoned_s", "wait_unserved_s")),
    "abandoned": ("queue_count", ("abandoned",)),
    "joined": ("campaign_count", ("joined",)),
}
ONE = "one"  # denominator of a mean per day
SERIES = {
    "offered": ("offered", ONE),
    "mean_wait_s": ("wait_s", "left"),
    "abandonment": ("abandoned", "offered"),
    "joined": ("joined", ONE),
    "idle": ("idle_s", "time_s"),
    "ringing": ("ringing_s", "time_s"),
}


def watch(
    scenario: Scenario, pair: Pair, bundle: Path | None, seeds: Sequence[int], reserves: Reserves | None
) -> dict[str, Any]:
    """Simulate one day for each seed and record it.

    Args:
        scenario: The centre.
        pair: Rules that decide if there is no bundle; the routing rule always orders the queues.
        bundle: Folder of an exported policy that owns both halves, or None.
        seeds: The days.
        reserves: Flag `reserves` of the campaigns.

    Returns:
        `slots` (`start_s`, `slot_s`, `staffed`), `series` (for each key of `SERIES` `mean`, `low`, `high` by slot),
        `map` (decisions at which dialing was legal, `asked` and `dialed`: `by_ringing` by lines ringing and idle
        advisors who may dial; `by_slot`, while no line rings and one of those is idle, by slot and all idle advisors in
        play) and `routing`: of the decisions at which an assignment was legal (`assignable`) those that held (`held`;
        time goes on), those that dialed first (`dialed`; the policy is asked again at the same instant), and those that
        assigned, by group (`assigned`).
    """
    call = pair.as_call()
    policy: RulePolicy | BundlePolicy = RulePolicy(scenario, **call) if bundle is None else load_bundle(bundle)
    batch = Batch(scenario, len(seeds), reserves=reserves, actions=policy.actions, autoreset="disabled", **call)
    batch.reset(np.asarray(seeds))
    look = _Look(batch)
    state: Any = None
    while np.any(look.running):
        observed = batch.engine.snaps if getattr(policy, "needs_snapshot", False) else batch.obs
        actions, state = policy.act(observed, batch.mask, state, batch.u, batch.starts)
        look.before(actions)
        batch.step(actions)
        look.after()
    return look.result()


class _Look:
    """Sums by day and slot, and numbers of decisions by state."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.scenario, clock = batch.scenario, batch.scenario.centre.clock
        self.open_s, self.slot_s = clock.open_s, clock.slot_s
        self.n_slots = int(batch.engine.run.config["day_slots"][0])
        self.sums = {name: np.zeros((batch.n, self.n_slots)) for name in (*COUNTED, "idle_s", "ringing_s", "time_s")}
        self.counted = {name: np.zeros(batch.n) for name in COUNTED}
        self.maps = {
            "by_ringing": np.zeros((2, CAP + 1, CAP + 1), np.int64),
            "by_slot": np.zeros((2, self.n_slots, CAP + 1), np.int64),
        }
        self.n_assignable = self.n_held = self.n_dialed = 0
        self.assigned = np.zeros(len(self.scenario.groups), np.int64)
        self.running = np.ones(batch.n, bool)
        self._catalogue()
        self._stand()

    def _catalogue(self) -> None:
        actions = self.scenario.catalogue
        self.kind = np.array([action.kind for action in actions])
        self.group = np.array([action.group for action in actions])
        self.lines = np.array([action.n if action.kind not in (HOLD, ASSIGN) else 0 for action in actions])
        self.dials = ~np.isin(self.kind, (HOLD, ASSIGN))
        self.dialing, self.in_play = groups_by_work(self.scenario)
        config = self.batch.engine.run.config
        groups = config["advisor_group"][0, : int(config["n_advisors"][0])]
        self.advisors = np.flatnonzero(np.isin(groups, self.in_play))

    def _stand(self) -> None:
        """Read time, slot and counters of all rows."""
        self.seen = self.batch.snapshot
        self.t = self.batch.engine.envs["t"].copy()
        self.idle_s = self._idle_time()

    def _slot(self, t: np.ndarray) -> np.ndarray:
        return np.clip((t % DAY_S - self.open_s) // self.slot_s, 0, self.n_slots - 1).astype(int)

    def _idle_time(self) -> np.ndarray:
        """Idle time of the advisors in play so far, (B,): what was counted, and the time of those idle now."""
        envs = self.batch.engine.envs
        counted = envs["group_count"]["idle_s"][:, self.in_play].sum(axis=1)
        advisors = envs["advisor"][:, self.advisors]
        return counted + np.where(advisors["state"] == IDLE, self.t[:, None] - advisors["since"], 0.0).sum(axis=1)

    def before(self, actions: np.ndarray) -> None:
        """Record the decision: the state and the action."""
        seen = self.seen
        idle, may_dial = (seen["idle"][:, groups].sum(axis=1) for groups in (self.in_play, self.dialing))
        ringing = seen["ringing"].sum(axis=1) if self.scenario.campaigns else np.zeros(self.batch.n)
        self._ask(actions, *(np.minimum(count, CAP).astype(int) for count in (idle, may_dial, ringing)))
        self.ringing = ringing + self.lines[actions]

    def _ask(self, actions: np.ndarray, idle: np.ndarray, may_dial: np.ndarray, ringing: np.ndarray) -> None:
        mask, slot = self.batch.mask, self._slot(self.t)
        asked = self.running & mask[:, self.dials].any(axis=1)
        quiet = asked & (ringing == 0) & (may_dial > 0)
        for place, did in enumerate((np.ones(self.batch.n, bool), self.dials[actions])):
            rows = asked & did
            np.add.at(self.maps["by_ringing"][place], (ringing[rows], may_dial[rows]), 1)
            rows = quiet & did
            np.add.at(self.maps["by_slot"][place], (slot[rows], idle[rows]), 1)
        may_assign = self.running & mask[:, self.kind == ASSIGN].any(axis=1)
        self.n_assignable += int(may_assign.sum())
        chosen = self.kind[actions] == ASSIGN
        self.n_held += int((may_assign & (self.kind[actions] == HOLD)).sum())
        self.n_dialed += int((may_assign & self.dials[actions]).sum())
        np.add.at(self.assigned, self.group[actions[may_assign & chosen]], 1)

    def after(self) -> None:
        """Add the events and durations up to the next decision."""
        t, idle_s = self.t, self.idle_s
        rows = np.flatnonzero(self.running)
        self.running &= ~(self.batch.terminated | self.batch.truncated)
        self._stand()
        elapsed_s = self.t - t
        middle = self._slot((t + self.t) / 2)[rows]
        for name, amount in (
            ("idle_s", self.idle_s - idle_s), ("ringing_s", self.ringing * elapsed_s), ("time_s", elapsed_s)
        ):  # fmt: skip
            self.sums[name][rows, middle] += amount[rows]
        for name, (table, columns) in COUNTED.items():
            counts = self.batch.engine.envs[table]
            total = sum(counts[column].sum(axis=1) for column in columns)
            self.sums[name][rows, self._slot(self.t)[rows]] += (total - self.counted[name])[rows]
            self.counted[name] = total

    def result(self) -> dict[str, Any]:
        """Return the record in plain types."""
        clock, groups = self.scenario.centre.clock, self.scenario.centre.groups.values()
        staffed = sum(np.array(staffing(group, clock)) for group in groups)
        start_s = clock.open_s + clock.slot_s * np.arange(self.n_slots)
        return {
            "slots": {"start_s": start_s.tolist(), "slot_s": clock.slot_s, "staffed": np.asarray(staffed).tolist()},
            "days": self.batch.n,
            "series": {name: self._series(*parts) for name, parts in SERIES.items()},
            "map": {
                name: {"asked": counts[0].tolist(), "dialed": counts[1].tolist()} for name, counts in self.maps.items()
            },
            "routing": {
                "assignable": self.n_assignable,
                "held": self.n_held,
                "dialed": self.n_dialed,
                "assigned": dict(zip(self.scenario.groups, self.assigned.tolist(), strict=True)),
            },
        }

    def _series(self, above: str, below: str) -> dict[str, list[float | None]]:
        """Ratios of totals by slot, with bootstrap intervals over the days."""
        parts = [self.sums[name] if name != ONE else np.ones((self.batch.n, self.n_slots)) for name in (above, below)]
        out: dict[str, list[float | None]] = {"mean": [], "low": [], "high": []}
        for slot in range(self.n_slots):
            for name, end in zip(out, ratio_estimate(parts[0][:, slot], parts[1][:, slot]), strict=True):
                out[name].append(finite(end))
        return out


def groups_by_work(scenario: Scenario) -> tuple[list[int], list[int]]:
    """Groups that may work for a campaign; and those together with the groups that share a queue with them.

    Without a campaign the first is empty and the second holds all groups.
    """
    skills = [set(group.skills) for group in scenario.centre.groups.values()]
    dialing = [place for place, mine in enumerate(skills) if mine & set(scenario.campaigns)]
    shared = {skill for place in dialing for skill in skills[place]} or set(scenario.queues)
    return dialing, [place for place, mine in enumerate(skills) if mine & shared]


def watched(job: Job, tuning: Mapping[str, Any]) -> dict[str, Any]:
    """Record the best tuned rule and the exported policy in detail on the first unseen days."""
    days = seeds(job.settings.evaluation.purpose, job.settings.report.watched_days)
    best_pair, warm_start = pair_of(tuning["best"]), pair_of(tuning["warm_start"])
    tasks = [
        (job.scenario, best_pair, None, days, needs_reserves(job.scenario, best_pair.pacing)),
        (job.scenario, warm_start, job.stages.bundle, days, job.scenario.reserves),
    ]
    looks = job.workers.map(watch, tasks, "watching")
    names = [{"label": "best tuned rule", "role": "best_rule"}, {"label": NAME, "role": "learned"}]
    return {
        "slots": looks[0]["slots"],
        "days": looks[0]["days"],
        "looks": [
            name | {key: look[key] for key in ("series", "map", "routing")}
            for name, look in zip(names, looks, strict=True)
        ],
    }
