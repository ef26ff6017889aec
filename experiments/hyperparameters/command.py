"""The command's work: search each learner by rounds, and write the result file and the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from ccenv.scenarios import load_scenario
from experiments.headline.replicate import MOST_SEEDS, VALIDATION_DAYS
from experiments.hyperparameters.halving import chosen, days_of, scores, survivors, training_s
from experiments.hyperparameters.measure import Round, judged, started
from experiments.hyperparameters.page import page
from experiments.hyperparameters.settings import Settings
from experiments.hyperparameters.space import check, drawn, start_of
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import pair_of, unit_of_value

NAME = "hyperparameters"


def measure(settings: Settings, command: str) -> Path:
    """Run the trainings that are not finished, and write the result file and the page.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page. Learners that were not asked for stay on it.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    path = ROOT / settings.results / f"{NAME}.json"
    with Workers(settings.processes) as workers:
        for name in settings.only or settings.learners:
            found = {"command": command, **searched(settings, name, workers)}
            before = read_json(path)["learners"] if path.exists() else {}
            write_json(path, {"learners": {**before, name: found}})
            write_atomic(path.with_suffix(".md"), page(read_json(path)))
    return path.with_suffix(".md")


def _check(settings: Settings) -> None:
    if not settings.centres:
        raise ValueError("centres = {}; allowed: one name of a library centre, or more, and why each was taken")
    for name in settings.centres:
        load_scenario(name)
    for name in settings.only:
        if name not in settings.learners:
            raise ValueError(f"only: {name!r}; allowed: {', '.join(settings.learners)}")
    for name in settings.only or settings.learners:
        given = settings.learners[name]
        if not given.space:
            raise ValueError(f"learners.{name}.space = []; allowed: one hyperparameter, or more")
        check(given.learner, given.space, f"learners.{name}.space")
    rounds = settings.rounds
    if not rounds or min(rounds) < 2 or sorted(rounds, reverse=True) != list(rounds):
        raise ValueError(f"rounds = {list(rounds)}; allowed: falling numbers of configurations, each 2 or more")
    for key in ("cpu_s", "start_cpu_s"):
        if not getattr(settings, key) > 0.0:
            raise ValueError(f"{key} = {getattr(settings, key)}; allowed: a positive number of seconds")
    if settings.checkpoints < 1:
        raise ValueError(f"checkpoints = {settings.checkpoints}; allowed: 1 or more")
    if not 2 <= settings.validation_days <= VALIDATION_DAYS // 2:
        raise ValueError(f"validation_days = {settings.validation_days}; allowed: 2 to {VALIDATION_DAYS // 2}")
    if not 0 <= settings.seed <= MOST_SEEDS - len(rounds):
        raise ValueError(f"seed = {settings.seed}; allowed: 0 to {MOST_SEEDS - len(rounds)}")


def rounds_of(settings: Settings) -> list[Round]:
    """Return the rounds: master seed, CPU time of a training and validation days."""
    sizes = settings.rounds
    return [
        Round(settings.seed + k, training_s(settings.cpu_s, sizes, k, len(settings.centres)),
              days_of(settings.validation_days, sizes, k))
        for k in range(len(sizes))
    ]  # fmt: skip


def searched(settings: Settings, name: str, workers: Workers) -> dict[str, Any]:
    """Search a learner and return its part of the result file.

    Args:
        settings: All settings.
        name: The learner.
        workers: Processes that train.
    """
    space, centres, rounds = settings.learners[name].space, [*settings.centres], rounds_of(settings)
    seeds = [each.seed for each in rounds]
    starts = workers.map(started, [(settings, centre, seed) for centre in centres for seed in seeds], "starts")
    configurations = [start_of(space), *drawn(space, settings.rounds[0] - 1, settings.seed)]
    rows: list[dict[str, Any]] = [{"values": values, "rounds": []} for values in configurations]
    places, shown = list(range(len(rows))), list[dict[str, Any]]()
    for k, (round_, n) in enumerate(zip(rounds, settings.rounds, strict=True)):
        places = survivors(places, n)
        tasks = [(settings, name, centre, round_, configurations[place]) for place in places for centre in centres]
        made = iter(workers.map(judged, tasks, f"{name}, round {k + 1} of {len(rounds)}"))
        gains = [{centre: next(made) for centre in centres} for _ in places]
        found, errors = scores(gains)
        for place, score, gain in zip(places, found, gains, strict=True):
            rows[place]["rounds"].append({"score": score, "gains": gain})
        shown.append({**round_._asdict(), "configurations": n, "errors": errors, **_spent(gains)})
        ranked = sorted(zip(found, places, strict=True), key=lambda each: -each[0])
        places = [place for _, place in ranked]
    return {
        "centres": _centres(settings, dict(zip([(c, s) for c in centres for s in seeds], starts, strict=True))),
        "space": [dataclasses.asdict(each) for each in space], "cpu_s": settings.cpu_s, "budget": settings.budget,
        "start_cpu_s": settings.start_cpu_s, "checkpoints": settings.checkpoints, "rounds": shown,
        "configurations": rows, "chosen": chosen(places, [score for score, _ in ranked]),
    }  # fmt: skip


def _spent(gains: list[dict[str, Any]]) -> dict[str, float]:
    cells = [each for gain in gains for each in gain.values()]
    return {key: round(sum(each[key] for each in cells), 1) for key in ("learning_s", "choosing_s")}


def _centres(settings: Settings, starts: Mapping[tuple[str, int], Mapping[str, Any]]) -> dict[str, Any]:
    found = {}
    for name, why in settings.centres.items():
        scenario = load_scenario(name)
        own = [each for (centre, _), each in starts.items() if centre == name]
        found[name] = {
            "why": why, "scenario_digest": scenario.digest, "unit": unit_of_value(scenario),
            "starts": [pair_of(each["pair"]).label for each in own],
            "starts_s": round(sum(each["cpu_s"] for each in own), 1),
        }  # fmt: skip
    return found
