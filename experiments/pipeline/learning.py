"""Train a policy from the best tuned rule, choose its checkpoint, export it."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from agents.common.selection import rank_tables
from ccenv.batch import Batch
from ccenv.kpis import KpiTable
from ccenv.policy import RulePolicy
from ccenv.scenarios import Scenario
from ccenv.scenarios.ranges import Range, checked, drawn
from ccenv.scenarios.schema import Reserves
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import Pair, actions_of, interval

if TYPE_CHECKING:
    from agents.common.checkpoints import TrainingFolder
    from agents.train import Training
    from experiments.jobs.config import LearnerConfig, LogConfig
    from experiments.jobs.workers import Workers


DIALS = ("start", "all")  # values of `LearnerConfig.dials`


def training_of(learner: LearnerConfig) -> Training:
    """Return the training that the settings describe; keys that are not named have their defaults.

    Raises:
        ValueError: A key is unknown or a value is not allowed; the message names the key and what is allowed.
    """
    from agents.registry import find_learner
    from agents.train import Training

    try:
        kind = find_learner(learner.name)
    except ValueError as error:
        raise ValueError(f"learner.name: {error}") from None
    if learner.dials not in DIALS:
        raise ValueError(f"learner.dials = {learner.dials!r}; allowed: {', '.join(DIALS)}")
    settings = _converted(kind.settings, learner.settings, "learner.settings")
    given = dict(learner.training)
    try:
        ranges = checked(given.pop("randomise", None) or {})
    except ValueError as error:
        raise ValueError(f"learner.training.{error}") from None
    training = _converted(Training, given, "learner.training", apart=("learner", "settings"))
    return dataclasses.replace(training, learner=learner.name, settings=settings, randomise=ranges)


def _converted(kind: type, values: Mapping[str, Any], at: str, apart: Sequence[str] = ()) -> Any:
    """A dataclass from nested settings; the fields `apart` are not among them."""
    refuse_unknown(kind, values, at, apart)
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{at}: {error}") from None


def refuse_unknown(kind: type, values: Mapping[str, Any], at: str, apart: Sequence[str] = ()) -> None:
    """Refuse keys that a dataclass, or one inside it, does not have, and its fields `apart`."""
    kinds = typing.get_type_hints(kind)
    names = [each.name for each in dataclasses.fields(kind) if each.name not in apart]
    for key, value in values.items():
        if key not in names:
            raise ValueError(f"{at}.{key}: unknown key; allowed: {', '.join(names)}")
        if dataclasses.is_dataclass(kinds[key]) and isinstance(value, Mapping):
            refuse_unknown(typing.cast(type, kinds[key]), value, f"{at}.{key}")


def learn(
    scenario: Scenario,
    pair: Pair,
    training: Training,
    copies: int,
    reserves: Reserves | None,
    folder: Path,
    log: LogConfig,
    best: Pair,
    dials: str,
) -> TrainingFolder:
    """Train, starting from a pair of rules; a killed training resumes.

    Args:
        scenario: The centre.
        pair: Rules that the policy imitates first; the routing rule also orders the queues.
        training: Budget and settings.
        copies: Number of rows of the batch.
        reserves: Flag `reserves` of the campaigns.
        folder: Folder of the training.
        log: Where to log.
        best: The best tuned rules, with which the policy is compared during the training.
        dials: `start` or `all`, as in `LearnerConfig`. A dial of the other kind is an action that the rule never takes,
            and a policy that imitates the rule may not be able to leave it out.
    """
    from agents.common.loggers import CsvLogger, Logger, TensorBoardLogger
    from agents.common.validation import Validation
    from agents.train import train

    call = pair.as_call()
    actions = actions_of(scenario, pair) if dials == "start" else "all"
    batch = Batch(scenario, copies, reserves=reserves, actions=actions, autoreset="same_step", **call)
    about = {"scenario": scenario.digest, "pair": dataclasses.asdict(pair), "reserves": reserves}
    loggers: list[Logger] = [CsvLogger(folder / "log.csv")] if log.csv else []
    loggers += [TensorBoardLogger(folder / "tensorboard")] if log.tensorboard else []
    validation = None
    if log.validation_days:
        days, share = log.validation_days, log.validation_share
        validation = Validation(scenario, best.as_call(), days=days, share=share, fallback=call)
    return train(
        batch,
        folder,
        training,
        RulePolicy(batch.scenario, **call),
        about=about,
        progress=log.console,
        logger=loggers,
        validation=validation,
    )


def checkpoint_days(scenarios: Sequence[Scenario], pair: Pair, file: Path, decision: str, days: np.ndarray) -> KpiTable:
    """Return KPIs of a checkpoint; runs in a worker process. The seed of a day chooses its scenario."""
    import torch

    from agents.common.randomised import simulate_drawn
    from agents.policies import load_policy

    torch.set_num_threads(1)
    return simulate_drawn(scenarios, days, policy=load_policy(file, decision=decision), **pair.as_call())


def choose(
    scenario: Scenario,
    pair: Pair,
    policies: Mapping[int, Path],
    select_by: Sequence[str],
    n_days: int,
    limit: float | None,
    workers: Workers,
    training: Training,
    skip: int = 0,
) -> dict[str, Any]:
    """Evaluate all checkpoints and the warm-start rule on the same validation days, and choose.

    Args:
        scenario: The centre.
        pair: The warm-start rule.
        policies: Files of the checkpoints by the decisions they have learned from.
        select_by: Ways of deciding to try: `argmax`, `sample`.
        n_days: Validation days.
        limit: Largest dropped share allowed, as in the tuning of rules; None for no limit.
        workers: Processes that simulate the days.
        training: Its ranges, if it has any, also hold on these days, with draws of their own.
        skip: Validation days left out before them, for example those of other replicates.

    Returns:
        `points`: for each checkpoint and way of deciding `decisions` (learned from), `decision`, `difference` to the
        rule, `dropped_share` and `chosen`; `rule_is_best`; `days`.
    """
    from agents.common.randomised import CHOICE, simulate_drawn

    days = seeds("validation", n_days, skip=skip)
    ranges = training.randomise
    scenarios = drawn(scenario, ranges, training.draws, CHOICE) if ranges else [scenario]
    tasks: list[tuple[Any, ...]] = [
        (scenarios, pair, file, decision, days) for file in policies.values() for decision in select_by
    ]
    tables = dict(enumerate(workers.map(checkpoint_days, tasks, f"checkpoints, {n_days} validation days")))
    rule = simulate_drawn(scenarios, days, **pair.as_call())
    selection = rank_tables(scenario, {"rule": rule} | {str(k): t for k, t in tables.items()}, "rule", limit=limit)
    best, rows = selection.best_of(map(str, tables)), {row.name: row for row in selection.rows}
    points: list[dict[str, Any]] = []
    for k, (_, _, file, decision, _) in enumerate(tasks):
        row = rows[str(k)]
        points.append({"n_decisions": int(file.stem), "decision": decision, "difference": interval(row.difference),
                       "dropped_share": interval(row.dropped_share), "chosen": row.name == best})  # fmt: skip
    return {"points": points, "rule_is_best": rows[best].difference.value < 0.0, "days": n_days}


def export(
    scenario: Scenario,
    pair: Pair,
    file: Path,
    decision: str,
    bundle: Path,
    provenance: dict[str, Any],
    ranges: Mapping[str, Range],
) -> None:
    """Write a checkpoint as a bundle with the pair as its fallback rules.

    `provenance` and `ranges` (`safe_range`) are as in `write_bundle`.
    """
    import torch

    from agents.common.export import export_bundle
    from agents.policies import load_policy

    torch.set_num_threads(1)
    policy = load_policy(file, decision=decision)
    export_bundle(bundle, policy, scenario, provenance=provenance, safe_range=ranges, **pair.as_call())
