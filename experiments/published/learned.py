"""Learners on published control problems, from the best rule of the league: `experiments.published learn=[...]`.

The reward of a problem as a centre is its cost with a minus sign. A replicate is a whole pipeline from one master seed:
learning from the best rule, choice of a checkpoint on validation days of its own, and its runs on evaluation days. The
best rule is chosen on the runs of the league, which are none of these days.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents.common.demonstration import demonstrate
from agents.registry import LEARNERS, find_learner
from agents.search.learner import Search
from ccenv.batch import Batch
from ccenv.kpis import crossed, crossed_interval
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.policy import RulePolicy
from ccenv.rewards.holding import holding_cost
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.cells import cell_digest
from experiments.jobs.config import LearnerConfig, LogConfig
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.sources import code_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, Rule, interval, pair_of
from experiments.pipeline.learning import checkpoint_days, choose, learn, training_of
from experiments.published.benchmarks import Problem, centre, class_names, data_digest, read
from experiments.published.control import SEARCHED, cost_columns, costs_in, routing_of
from experiments.published.league import LEAGUES, League
from experiments.published.settings import Settings

#: Learners of each problem: of the large ones also, or only, a set network, whose weights do not grow with the problem.
LEARNT: Mapping[str, tuple[str, ...]] = {
    "parallel_13x9": ("search",),
    "parallel_13x9_variant": ("search",),
    "single_pool_17": ("search", "set_network"),
    "parallel_100x70": ("set_network",),
}
VALIDATION = 2**12  # days of a replicate
MOST_SEEDS = 128  # master seeds; what learners validate on begins after the days of all replicates
STEPS = 10**12  # decisions; the CPU time ends a training before
ENTRIES = (__name__, "agents.policies", "agents.train", "experiments.pipeline.learning")
STAGES = ("training", "choice")


class Job(NamedTuple):
    """A replicate of a learner on a problem; `rule` is the name of the best rule in the league."""

    problem: str
    learner: str
    seed: int
    rule: str


def check(settings: Settings) -> None:
    """Check the settings of the learning.

    Raises:
        ValueError: If one is not allowed.
    """
    for name in settings.learn:
        if name not in LEARNT:
            raise ValueError(f"learn = {name!r}; allowed: {', '.join(LEARNT)}")
        if not (ROOT / settings.benchmarks / name).is_dir():
            raise ValueError(f"learn = {name!r}: no folder of benchmarks = {settings.benchmarks!r}; allowed: its data")
        if not settings.learn_cpu_s.get(name, 0.0) > 0.0:
            raise ValueError(f"learn_cpu_s.{name} = {settings.learn_cpu_s.get(name)}; allowed: a number above 0")
        for learner in LEARNT[name]:
            if learner not in settings.learners:
                raise ValueError(f"learners: no {learner!r}, which {name} needs; allowed: {', '.join(LEARNERS)}")
    if not 2 <= settings.learn_replicates <= MOST_SEEDS:
        raise ValueError(f"learn_replicates = {settings.learn_replicates}; allowed: 2 to {MOST_SEEDS}")
    if settings.learn_evaluation_runs < 2:
        raise ValueError(f"learn_evaluation_runs = {settings.learn_evaluation_runs}; allowed: 2 or more")
    for name, each in settings.learners.items():
        if not 2 <= each.validation_days <= VALIDATION:
            raise ValueError(f"learners.{name}.validation_days = {each.validation_days}; allowed: 2 to {VALIDATION}")


def best_rule(leagues: Sequence[Mapping[str, Any]], problem: str) -> str:
    """Return the name of the cheapest rule of a played league.

    Raises:
        ValueError: If the league is not among them.
    """
    for league in leagues:
        if league["problem"] == problem:
            return str(min(league["rules"], key=lambda rule: rule["cost"])["name"])
    raise ValueError(f"learn = {problem!r}: its league is not in the result file; run `only=[{problem}]` first")


def learned(settings: Settings, leagues: Sequence[Mapping[str, Any]], command: str) -> list[dict[str, Any]]:
    """Run the unfinished replicates of the problems of `settings.learn`, and return their rows.

    Args:
        settings: All settings.
        leagues: Played leagues, from the result file.
        command: The command line, noted in the rows.

    Raises:
        ValueError: If a setting is not allowed.
    """
    check(settings)
    cells = {(name, learner): best_rule(leagues, name) for name in settings.learn for learner in LEARNT[name]}
    jobs = [Job(*cell, seed, rule) for cell, rule in cells.items() for seed in range(settings.learn_replicates)]
    with Workers(settings.processes) as workers:
        made = dict(zip(jobs, workers.map(make, [(settings, job) for job in jobs], "replicates"), strict=True))
    return [
        {"command": command, "cpu_s": settings.learn_cpu_s[name], "problem": name, "learner": learner, "rule": rule,
         **figures(league_of(name), [found for job, found in made.items() if job[:2] == (name, learner)])}
        for (name, learner), rule in cells.items()
    ]  # fmt: skip


def league_of(problem: str) -> League:
    """Return the league of a problem."""
    return next(each for each in LEAGUES if each.problem == problem)


def paid_centre(problem: Problem) -> Scenario:
    """Return a problem as a centre whose reward is the cost with a minus sign."""
    costs = dict(zip(class_names(problem), problem.cost.tolist(), strict=True))
    return load_scenario({**centre(problem), "reward": holding_cost(costs, problem.terminal)})


def pair_from(league: League, problem: Problem, rule: str) -> Pair:
    """Return a rule of a league as the rules of a centre without campaigns."""
    entry = next(each for each in league.entries if each.name == rule)
    return Pair(Rule(*routing_of(problem, entry.policy("ccenv"))), Rule("no_dial"))


def folder_of(settings: Settings, job: Job) -> Path:
    """Return the folder of a replicate, named by its inputs and its code."""
    learner = settings.learners[job.learner]
    inputs = {
        "job": job._asdict(), "learner": dataclasses.asdict(learner), "cpu_s": settings.learn_cpu_s[job.problem],
        "evaluation": settings.learn_evaluation_runs,
        "data": data_digest(ROOT / settings.benchmarks / job.problem), "searched": SEARCHED.read_text(),
    }  # fmt: skip
    address = LEARNERS.get(learner.name, learner.name).partition(":")[0]
    return ROOT / settings.dir / "learned" / cell_digest(inputs, "", code_digest((*ENTRIES, address)))


def make(settings: Settings, job: Job) -> dict[str, Any]:
    """Run the unfinished stages of a replicate.

    Returns:
        `rule` and `policy`: costs of the evaluation runs, the same days; `kept_rule`: no checkpoint was better on
        validation days; `decisions` of the learning, and `learning_s`, `choosing_s` of CPU time.
    """
    problem = read(ROOT / settings.benchmarks / job.problem)
    folder, learner = folder_of(settings, job), settings.learners[job.learner]
    with Workers(1) as workers:
        stages = Stages(folder, folder.name, {"job": job._asdict(), **dataclasses.asdict(learner)}, workers)
        run = Replicate(settings, job, problem, stages)
        training, choice = stages.run("training", run.training), stages.run("choice", run.choice)
        found: dict[str, Any] = stages.run("evaluation", lambda: run.evaluation(choice))
    spent = {stage: read_json(folder / "timings" / f"{stage}.json")["cpu_s"] for stage in STAGES}
    return {
        **found, "seed": job.seed, "decisions": training["steps"], "learning_s": round(training["cpu_s"], 1),
        "choosing_s": round(spent["choice"], 1),
    }  # fmt: skip


class Replicate:
    """The stages of a replicate.

    Args:
        settings: All settings.
        job: The replicate.
        problem: Its problem.
        stages: Where they are kept.
    """

    def __init__(self, settings: Settings, job: Job, problem: Problem, stages: Stages) -> None:
        self.settings, self.job, self.problem, self.stages = settings, job, problem, stages
        self.scenario = paid_centre(problem)
        self.learner: LearnerConfig = settings.learners[job.learner]
        self.budget = dataclasses.replace(
            training_of(self.learner), steps=STEPS, wall_s=None, cpu_s=settings.learn_cpu_s[job.problem], seed=job.seed
        )
        self.pair = pair_from(league_of(job.problem), problem, job.rule)

    def training(self) -> dict[str, Any]:
        """Learn from the best rule."""
        self._load()
        log = LogConfig(console=False, validation_days=0)
        done = learn(
            self.scenario, self.pair, self.budget, self.learner.copies, None, self.stages.work / "training", log,
            self.pair, self.learner.dials,
        )  # fmt: skip
        assert done.outcome is not None
        return {**done.outcome, "pair": dataclasses.asdict(self.pair)}

    def _load(self) -> None:
        """Load the compiled simulator, before the CPU time of the learning counts."""
        batch = Batch(self.scenario, 1, autoreset="same_step", **self.pair.as_call())
        learner = find_learner(self.learner.name).make(batch, self.budget.scales, self.budget.settings, 0)
        first = seeds("training", 1)
        demonstrate(batch, RulePolicy(batch.scenario, **self.pair.as_call()), first, self.budget.scales, max_steps=1)
        if isinstance(learner, Search):
            learner.explorer.paid(first)

    def choice(self) -> dict[str, Any]:
        """Choose a checkpoint, or the rule, on the validation days of the replicate."""
        files = {int(file.stem): file for file in sorted(self._file("*").parent.glob("*.pt"))}
        return choose(
            self.scenario, self.pair, files, self.learner.select_by, self.learner.validation_days, None,
            self.stages.workers, self.budget, skip=self.job.seed * VALIDATION,
        )  # fmt: skip

    def _file(self, name: str) -> Path:
        return self.stages.work / "training" / "policies" / f"{name}.pt"

    def evaluation(self, choice: Mapping[str, Any]) -> dict[str, Any]:
        """Run the rule and the chosen policy on the evaluation days."""
        days = seeds("evaluation", self.settings.learn_evaluation_runs)
        pair = pair_of(self.stages.result("training")["pair"])
        table = simulate(self.scenario, **pair.as_call(), seeds=days, kpis=list(cost_columns()))
        costs = {"rule": costs_in(self.problem, table).tolist(), "kept_rule": choice["rule_is_best"]}
        if choice["rule_is_best"]:
            return {**costs, "policy": costs["rule"]}
        point = next(each for each in choice["points"] if each["chosen"])
        file = self._file(f"{point['n_decisions']:012d}")
        table = checkpoint_days([self.scenario], pair, file, point["decision"], days)
        return {**costs, "policy": costs_in(self.problem, table).tolist()}


def figures(league: League, replicates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the costs of a rule and of replicates on the same runs, in the unit of the league, and their differences.

    Returns:
        `runs`, `rule_cost`, `cost`, `difference` (policy - rule, below 0 the policy is cheaper) with its interval over
        replicates and runs and its p-value `p`, and for `each` replicate its difference, effort, and `kept_rule`.
    """
    rule = league.scale * np.array([replicates[0]["rule"]])
    policies = league.scale * np.array([each["policy"] for each in replicates])
    gaps, scale = policies - rule, float(np.abs(rule).max())
    found = crossed(gaps, scale=scale)
    each = [
        {"difference": interval(ratio_estimate(gap, scale=scale)),
         **{key: one[key] for key in ("seed", "kept_rule", "decisions", "learning_s", "choosing_s")}}
        for gap, one in zip(gaps, replicates, strict=True)
    ]  # fmt: skip
    return {
        "runs": rule.shape[1], "rule_cost": interval(ratio_estimate(rule[0])),
        "cost": interval(crossed_interval(policies)),
        "difference": interval(found.interval()), "p": found.p_value, "each": each,
    }  # fmt: skip
