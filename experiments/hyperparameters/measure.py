"""The rules from which trainings start, and one training with a configuration, judged on validation days."""

from __future__ import annotations

import dataclasses
import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from agents.registry import LEARNERS
from ccenv.scenarios import Scenario, load_scenario
from experiments.headline.replicate import STEPS, chosen, is_feasible, training_seed, tuned_start
from experiments.hyperparameters.settings import Settings
from experiments.hyperparameters.space import Values, with_values
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.config import LearnerConfig, LogConfig
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import LEARNED, centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, drop_limit, own_pair, pair_of
from experiments.pipeline.learning import learn, training_of

LOG = LogConfig(console=False, validation_days=0)
ENTRIES = (*LEARNED.entries, "experiments.pipeline.joint.search", __name__)


class Round(NamedTuple):
    """What all trainings of a round share.

    Attributes:
        seed: Master seed.
        cpu_s: CPU time of a training [s].
        days: Validation days.
    """

    seed: int
    cpu_s: float
    days: int


def started(settings: Settings, centre: str, seed: int) -> dict[str, Any]:
    """Return the rules from which the trainings of a master seed start, as in the headline: `pair`, `rung`, `cpu_s`."""
    scenario = load_scenario(centre)
    inputs = {"what": "start", "seed": seed, "cpu_s": settings.start_cpu_s, "days": settings.validation_days}
    file = ROOT / settings.dir / f"{_digest(inputs, scenario, '')}.json"

    def tune() -> dict[str, Any]:
        return dataclasses.asdict(tuned_start(scenario, seed, settings.start_cpu_s, settings.validation_days))

    found: dict[str, Any] = read_json(run_once(file, tune)[0])
    return found


def judged(settings: Settings, learner: str, centre: str, round_: Round, values: Values) -> dict[str, Any]:
    """Train with a configuration at a centre, and return how much its best checkpoint gains over the start.

    Args:
        settings: All settings.
        learner: Name of the learner.
        centre: Name of the centre.
        round_: The round.
        values: The configuration.

    Returns:
        `mean`, `low` and `high` of the paired difference on validation days (and `bound`, if all days are equal),
        `feasible`, `decisions` learned from, and CPU times `learning_s` and `choosing_s`.
    """
    scenario = load_scenario(centre)
    start = started(settings, centre, round_.seed)
    own = dataclasses.replace(with_values(settings.learners[learner].learner, values), validation_days=round_.days)
    inputs = {
        "learner": dataclasses.asdict(own), "start": start["pair"], "checkpoints": settings.checkpoints,
        **round_._asdict(),
    }  # fmt: skip
    address = LEARNERS.get(own.name, own.name).partition(":")[0]
    digest = _digest(inputs, scenario, address)

    def train() -> dict[str, Any]:
        return _judged(scenario, own, settings.checkpoints, round_, pair_of(start["pair"]), ROOT / settings.dir, digest)

    found: dict[str, Any] = read_json(run_once(ROOT / settings.dir / f"{digest}.json", train)[0])
    return found


def _digest(inputs: dict[str, Any], scenario: Scenario, address: str) -> str:
    return cell_digest(inputs, centre_digest(scenario), code_digest((*ENTRIES, *([address] if address else []))))


def _judged(
    scenario: Scenario, learner: LearnerConfig, checkpoints: int, round_: Round, pair: Pair, place: Path, digest: str
) -> dict[str, Any]:
    free = freed(scenario)
    training = dataclasses.replace(
        training_of(learner), steps=STEPS, wall_s=None, cpu_s=round_.cpu_s, seed=training_seed(round_.seed),
        n_checkpoints=checkpoints,
    )  # fmt: skip
    load(learner.name, scenario.name)
    with Workers(1) as workers:
        stages = Stages(place / "trainings" / digest, digest, dataclasses.asdict(learner), workers)
        folder = stages.work / "training"
        done = learn(free, pair, training, learner.copies, free.reserves, folder, LOG, pair, learner.dials)
        outcome = done.outcome
        assert outcome is not None
        before = workers.cpu_s()
        choice = chosen(free, pair, stages, learner, training, round_.seed)
        spent_s = workers.cpu_s() - before
    shutil.rmtree(stages.folder)  # policies of configurations are of no further use
    point = next(point for point in choice["points"] if point["chosen"])
    return {
        **point["difference"], "feasible": is_feasible(point["dropped_share"], drop_limit(scenario)),
        "decisions": outcome["steps"], "learning_s": round(outcome["cpu_s"], 1), "choosing_s": round(spent_s, 1),
    }  # fmt: skip


def freed(scenario: Scenario) -> Scenario:
    """Return a centre with both kinds of dials, as in the headline."""
    return scenario.with_reserves("either") if scenario.campaigns else scenario


@functools.cache
def load(learner: str, centre: str) -> None:
    """Train for a moment: compiling and loading the simulator then count in no training of this process."""
    scenario = freed(load_scenario(centre))
    short, pair = LearnerConfig(learner, copies=2, training={"steps": 1}), own_pair(scenario)
    with tempfile.TemporaryDirectory() as folder:
        learn(
            scenario, pair, training_of(short), short.copies, scenario.reserves, Path(folder) / "training", LOG, pair,
            short.dials,
        )  # fmt: skip
