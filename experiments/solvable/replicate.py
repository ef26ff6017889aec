"""A replicate: learning, choice, export and exact value of one policy, from one master seed on days of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents.common.export import export_bundle
from agents.policies import load_policy
from agents.registry import LEARNERS
from agents.train import Training, train
from ccenv.batch import Batch
from ccenv.policy import RulePolicy
from ccenv.policy.in_kernel import CompiledPolicy, compiled_of
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.serving import load_bundle
from experiments.jobs.cells import cell_digest
from experiments.jobs.config import LearnerConfig
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import policy_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.learning import training_of
from experiments.solvable.choice import choose
from experiments.solvable.declared import CASES, Case, Rule
from experiments.solvable.exact import value_of
from experiments.solvable.settings import Settings
from experiments.solvable.tabulate import count, explorer_of, tabulate

SCRATCH, RULE = "scratch", "rule"
STARTS = (SCRATCH, RULE)
VALIDATION_DAYS = 2**12  # of a replicate
MOST_SEEDS = 128  # master seeds: what learners validate on begins after the days of all replicates
STEPS = 10**12  # decisions; the CPU time ends a training before
ENTRIES = (__name__, "agents.train", "agents.policies", "ccenv.serving.graph")


class Cell(NamedTuple):
    """A replicate: solved centre, start, learner and master seed."""

    case: str
    start: str
    learner: str
    seed: int


def cells_of(settings: Settings) -> list[Cell]:
    """Return the cells that the settings ask for."""
    masters = range(settings.seed, settings.seed + settings.replicates)
    return [
        Cell(case, start, learner, seed)
        for case in settings.cases or CASES
        for start in settings.starts
        for learner in settings.only or settings.learners
        for seed in masters
    ]


def folder_of(settings: Settings, cell: Cell) -> Path:
    """Return the folder of a cell, named by its inputs, its scenario and its code."""
    learner, case = settings.learners[cell.learner], CASES[cell.case]
    keys = ("cpu_s", "hours", "checkpoints", "validation_days", "dual_gain", "table_days")
    inputs = {
        "cell": cell._asdict(), "learner": dataclasses.asdict(learner), "reward": dict(case.reward),
        **{key: getattr(settings, key) for key in keys},
    }  # fmt: skip
    address = LEARNERS.get(learner.name, learner.name).partition(":")[0]
    code = code_digest((*ENTRIES, address))
    return ROOT / settings.dir / "cells" / cell_digest(inputs, case.scenario(settings.hours).digest, code)


def make(settings: Settings, cell: Cell, rule: Rule) -> dict[str, Any]:
    """Run the unfinished stages of a cell.

    Args:
        settings: All settings.
        cell: The cell.
        rule: The best rule of the centre, from which the learning starts if the cell says so.

    Returns:
        `objective` [1/h], `share`, `unseen`, `refused` and `decisions` of the exported policy's table, `simulated` and
        its standard `error`, the `chosen` checkpoint, `policy` (digest), and CPU seconds by stage.
    """
    folder, learner = folder_of(settings, cell), settings.learners[cell.learner]
    with Workers(1) as workers:
        stages = Stages(folder, folder.name, {"cell": cell._asdict(), **dataclasses.asdict(learner)}, workers)
        job = _Job(settings, cell, rule if cell.start == RULE else None, stages)
        stages.run("training", job.training)
        choice = stages.run("choice", job.choice)
        stages.run("bundle", lambda: job.bundle(choice["chosen"]))
        found: dict[str, Any] = stages.run("exact", lambda: job.exact(choice["chosen"]))
    names = ("training", "choice", "bundle", "exact")
    cpu_s = {name: round(read_json(folder / "timings" / f"{name}.json")["cpu_s"], 1) for name in names}
    return {**found, "chosen": choice["chosen"], "cpu_s": cpu_s}


class _Job:
    """The stages of a cell."""

    def __init__(self, settings: Settings, cell: Cell, rule: Rule | None, stages: Stages) -> None:
        self.settings, self.cell, self.stages = settings, cell, stages
        self.case: Case = CASES[cell.case]
        self.scenario: Scenario = self.case.scenario(settings.hours)
        routing, pacing = self.case.plain
        if rule is not None:
            routing, pacing = (rule, pacing) if self.case.owns == "routing" else (routing, rule)
        self.rules: dict[str, Any] = {"routing": routing, "pacing": pacing}
        self.from_rule = rule is not None

    def batch(self, n: int) -> Batch:
        return Batch(self.scenario, n, owns=self.case.owns, reward=self.case.reward, **self.rules)

    def training(self) -> dict[str, Any]:
        learner = self.settings.learners[self.cell.learner]
        batch = self.batch(learner.copies)
        rule = RulePolicy(batch.scenario, owns=self.case.owns, **self.rules) if self.from_rule else None
        done = train(batch, self.stages.work / "training", self._training(learner), rule, progress=False)
        assert done.outcome is not None
        return done.outcome

    def _training(self, learner: LearnerConfig) -> Training:
        settings = self.settings
        if self.case.limit is not None:
            dual = {**learner.settings.get("dual", {}), "gain": settings.dual_gain}
            learner = dataclasses.replace(learner, settings={**learner.settings, "dual": dual})
        return dataclasses.replace(
            training_of(learner), steps=STEPS, wall_s=None, cpu_s=settings.cpu_s, seed=self.cell.seed,
            n_checkpoints=settings.checkpoints,
        )  # fmt: skip

    def file(self, name: str) -> Path:
        return self.stages.work / "training" / "policies" / f"{name}.pt"

    def choice(self) -> dict[str, Any]:
        files = sorted(self.file("0").parent.glob("*.pt"))
        candidates = {file.stem: self._paid(compiled_of(load_policy(file))) for file in files}
        if self.from_rule:
            candidates[RULE] = self._paid(None)
        days = seeds("validation", self.settings.validation_days, skip=self.cell.seed * VALIDATION_DAYS)
        return choose(candidates, days, self.case.limit)

    def _paid(self, policy: CompiledPolicy | None) -> Any:
        """Return the function from seeds to what a policy is paid; None: the rules."""
        return explorer_of(self.case, self.scenario, policy, self.rules).paid

    def bundle(self, chosen: str) -> dict[str, Any]:
        if chosen == RULE:
            return {"policy": None}
        made = {"source_digest": self.stages.digest, "seeds": "training", "steps": int(chosen),
                "details": self.cell._asdict()}  # fmt: skip
        export_bundle(self.stages.bundle, load_policy(self.file(chosen)), self.scenario, provenance=made, **self.rules)
        return {"policy": policy_digest(self.stages.bundle)}

    def exact(self, chosen: str) -> dict[str, Any]:
        policy = None if chosen == RULE else compiled_of(load_bundle(self.stages.bundle))
        if policy is None and chosen != RULE:
            raise ValueError(f"learner {self.cell.learner!r}: its policy does not run in the kernel")
        days = seeds("evaluation", self.settings.table_days)
        found = evaluate(self.case, self.scenario, policy, days, self.rules)
        return {**found, **self.stages.result("bundle")}


def evaluate(
    case: Case, scenario: Scenario, policy: CompiledPolicy | None, days: np.ndarray, rules: Mapping[str, Rule]
) -> dict[str, Any]:
    """Tabulate a policy on some days and return its exact value, beside the simulated one of the same days.

    Args:
        case: The solved centre.
        scenario: Its scenario.
        policy: The policy; None: the rules.
        days: Seeds.
        rules: `routing` and `pacing`: what the policy does not own, and the base without a policy.
    """
    counted, paid = count(case, scenario, explorer_of(case, scenario, policy, rules), days)
    table = tabulate(case, counted)
    value = value_of(case, table.model, table.weights)
    hourly = paid / (scenario.centre.clock.horizon_s / 3600.0)
    return {
        "objective": value.objective, "share": value.share, "unseen": table.unseen, "refused": table.refused,
        "decisions": table.decisions, "simulated": float(hourly.mean()),
        "error": float(hourly.std(ddof=1) / np.sqrt(len(hourly))),
    }  # fmt: skip
