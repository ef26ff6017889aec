"""Replicates of changed and unchanged learners: those of the headline, with a shared start."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.common.checkpoints import read_log
from ccenv.files.writing import write_atomic
from experiments.ablate.declared import ABLATIONS, PARTIAL, Ablation
from experiments.ablate.settings import Settings
from experiments.headline.replicate import Cell, folder_of, make
from experiments.headline.settings import Settings as Headline
from experiments.jobs.config import LearnerConfig

FROM_SCRATCH = tuple(each.name for each in ABLATIONS if not each.rule_counts)
TUNING = "tuning"  # stage of a replicate that is shared


def asked(settings: Settings, centre: str) -> list[Ablation]:
    """Return the ablations that the settings ask for at a centre, in the order of the declarations."""
    return [
        each for each in ABLATIONS
        if centre in each.centres and (not settings.only or {each.name, each.learner} & set(settings.only))
    ]  # fmt: skip


def changed(learner: LearnerConfig, ablation: Ablation) -> LearnerConfig:
    """Return how a learner learns with the change of an ablation."""
    name = PARTIAL[ablation.learner] if ablation.partial else learner.name
    settings = {**learner.settings, **ablation.changes}
    return dataclasses.replace(learner, name=name, dials=ablation.dials, settings=settings)


def headline_of(settings: Settings) -> Headline:
    """Return the same as settings of the headline: a learner for each ablation beside the unchanged ones."""
    learners, cpu_s = dict(settings.learners), dict(settings.cpu_s)
    for each in ABLATIONS:
        learners[each.name] = changed(settings.learners[each.learner], each)
        cpu_s[each.name] = each.times * settings.cpu_s[each.learner]
    return Headline(
        centres=settings.centres, learners=learners, cpu_s=cpu_s, tuning_share=settings.tuning_share,
        own_start=[each.name for each in ABLATIONS if each.own_start], replicates=settings.replicates,
        seed=settings.seed, days=settings.days, dir=settings.dir, tuned=settings.tuned,
    )  # fmt: skip


def masters(settings: Settings) -> Sequence[int]:
    """Return the master seeds of the replicates."""
    return range(settings.seed, settings.seed + settings.replicates)


def references_of(settings: Settings) -> list[Cell]:
    """Return the cells of the unchanged learners beside which ablations are asked for."""
    return [
        Cell(centre, learner, seed)
        for centre in settings.centres
        for learner in dict.fromkeys(each.learner for each in asked(settings, centre))
        for seed in masters(settings)
    ]


def changes_of(settings: Settings) -> list[tuple[Cell, Cell]]:
    """Return the cells of the ablations, each with that of its reference."""
    return [
        (Cell(centre, each.name, seed), Cell(centre, each.learner, seed))
        for centre in settings.centres
        for each in asked(settings, centre)
        for seed in masters(settings)
    ]


def learned(headline: Headline, cell: Cell, reference: Cell | None = None) -> dict[str, Any]:
    """Run the unfinished stages of a cell.

    Args:
        headline: Settings of `headline_of`.
        cell: The cell.
        reference: The finished cell whose start it takes over, if it does not start from the scenario's own rules.

    Returns:
        The summary of `experiments.headline.replicate.make`, and `iterations` of the learning. Of an ablation without
        rules, `kept_rule` is None: its best checkpoint counts, also where rules are better.
    """
    folder = folder_of(headline, cell)
    if reference is not None and cell.learner not in headline.own_start:
        _share_start(folder_of(headline, reference), folder)
    found = make(headline, cell)
    if cell.learner in FROM_SCRATCH:
        found["kept_rule"] = None
    return {**found, "iterations": len(read_log(folder / "work" / "training" / "learning.csv"))}


def _share_start(source: Path, target: Path) -> None:
    for part in ("timings", "results"):  # the result comes last: with it the stage is finished
        path = target / part / f"{TUNING}.json"
        if not path.exists():
            write_atomic(path, (source / part / f"{TUNING}.json").read_text())
