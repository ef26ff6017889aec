"""Settings of the commands: the typed schema behind `configs/`, and its conversion to objects of ccenv.

The schema holds everything on which a run depends, and refuses a misspelt key. Three places are open, because other
code checks their keys: `scenario.set` holds keys of the scenario, `learner.training` those of `agents.train.Training`,
and `learner.settings` those of the learner.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, DictConfig, OmegaConf

from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from experiments.jobs.changes import changes

CONFIGS = str(Path(__file__).parents[2] / "configs")
DEFAULTS = "learner_defaults"  # group of the files in `configs/learner`
OPEN = {"scenario": ("set",), "learner": ("settings", "training")}


@dataclass
class ScenarioConfig:
    """Choice of the centre.

    Attributes:
        name: A name of the library, or the path of a file.
        variant: One of its variants.
        reserves: Flag of all campaigns: true (each dial reserves an advisor), false, or `either` (each dial decides, so
            a policy has both kinds of dials, and starts from the best rule of both); null: the scenario's own.
        set: Keys of the scenario to replace, nested (see `experiments.jobs.changes`).
    """

    name: str = MISSING
    variant: str | None = None
    reserves: Any = None
    set: dict[str, Any] = field(default_factory=dict)


@dataclass
class RulesConfig:
    """Candidate rules and the number of training days on which they are compared.

    Attributes:
        routing: For each routing rule the values to try of each of its parameters.
        pacing: The same for pacing rules.
        reference_pacing: Pacing rule under which the routing rules are tuned; null is the scenario's own rule.
        rungs: Training days of each round.
        keep: Share of a rule's candidates that goes on to the next round.
        joint_cpu_s: CPU time in seconds of a joint search of routing and pacing; 0 for none. Its result is the opponent
            of a policy, and each rule of the table then has its other half.
    """

    routing: dict[str, dict[str, list[Any]]] = MISSING
    pacing: dict[str, dict[str, list[Any]]] = MISSING
    reference_pacing: str | None = None
    rungs: list[int] = MISSING
    keep: float = MISSING
    joint_cpu_s: float = 0.0


@dataclass
class LearnerConfig:
    """Training of a policy.

    Attributes:
        name: Name of the learner in `agents.registry`.
        copies: Number of centres in the batch.
        settings: Settings of this learner, nested; keys that are not named have the learner's defaults.
        training: Budget and settings that all learners have, nested; keys that are not named have the defaults of
            `agents.train.Training`.
        select_by: Ways of deciding (`argmax`, `sample`); the best one is chosen together with the checkpoint.
        validation_days: Number of days on which checkpoints are compared.
        dials: Which dials the policy may use where campaigns have both kinds: `start`, those of the pacing rule from
            which it starts, or `all`.
    """

    name: str = MISSING
    copies: int = MISSING
    settings: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    select_by: list[str] = MISSING
    validation_days: int = MISSING
    dials: str = "start"


@dataclass
class LogConfig:
    """Where a training logs, and its comparison with the best tuned rule on the way. No policy depends on it.

    Attributes:
        console: Whether to write a line about the training.
        csv: Whether to write `training/log.csv` with all that is logged.
        tensorboard: Whether to write event files into `training/tensorboard`.
        validation_days: Days on which the policy in training is compared with the best rule; 0 for no comparison.
        validation_share: Largest share of decisions for it.
    """

    console: bool = True
    csv: bool = False
    tensorboard: bool = False
    validation_days: int = 8
    validation_share: float = 0.15


@dataclass
class EvaluationConfig:
    """Evaluation days, on which policies are compared.

    Attributes:
        purpose: Range of seeds; published results use `evaluation`.
        days: Number of days: the first seeds of the range.
        within_limit: Whether rules and checkpoints whose dropped share surely exceeds the scenario's limit are ranked
            last. If false, the value alone decides; drops have a price in the value.
        processes: Number of parallel processes; no result depends on it.
    """

    purpose: str = MISSING
    days: int = MISSING
    within_limit: bool = MISSING
    processes: int = MISSING


@dataclass
class ReportConfig:
    """Contents of the report.

    Attributes:
        watched_days: Number of days on which the figures show the best rule and the learned policy in detail.
    """

    watched_days: int = MISSING


@dataclass
class ConceptsConfig:
    """Part of the table of concepts to measure.

    Attributes:
        only: Names of concepts; empty for all.
        most_runs: Largest number of episodes of each side of an experiment; null is the declared number.
    """

    only: list[str] = field(default_factory=list)
    most_runs: int | None = None


@dataclass
class Settings:
    """All settings of a run.

    Attributes:
        scenario: The centre.
        rules: Candidates and their tuning.
        learner: How a policy is learned.
        log: Where a training logs.
        evaluation: Days of the comparison.
        report: What the report shows.
        concepts: Part of the table of concepts to measure.
        train: Whether a cell of a sweep also trains a policy.
        policy: Folder of a bundle to evaluate; null evaluates the scenario's own rules.
        dir: Output folder; null is `outputs/` and the name of the command.
    """

    scenario: ScenarioConfig = MISSING
    rules: RulesConfig = MISSING
    learner: LearnerConfig = MISSING
    evaluation: EvaluationConfig = MISSING
    report: ReportConfig = MISSING
    log: LogConfig = field(default_factory=LogConfig)
    concepts: ConceptsConfig = field(default_factory=ConceptsConfig)
    train: bool = False
    policy: str | None = None
    dir: str | None = None


def register() -> None:
    """Register the schema with Hydra; each scenario of the library becomes an option of the group `scenario`."""
    store = ConfigStore.instance()
    store.store("schema", Settings)
    kinds = {
        "rules": RulesConfig,
        "learner": LearnerConfig,
        "evaluation": EvaluationConfig,
        "report": ReportConfig,
    }
    for group, kind in kinds.items():
        store.store("schema", _opened(group, OmegaConf.structured(kind)), group=group)
    for name in list_scenarios():
        store.store(name, _opened("scenario", OmegaConf.structured(ScenarioConfig(name))), group="scenario")


@contextmanager
def with_defaults() -> Iterator[None]:
    """Register the defaults of all learners, so that what is composed inside shows every hyperparameter.

    A run does not need them: keys that are not named have the same defaults. Importing the learners takes seconds.
    """
    from agents.registry import LEARNERS, find_learner
    from agents.train import Training

    store = ConfigStore.instance()
    fixed = _defaults(Training, apart=("learner", "settings", "steps"))
    for name in LEARNERS:
        node = OmegaConf.create({"settings": _defaults(find_learner(name).settings), "training": fixed})
        store.store(name, _opened("learner", node), group=DEFAULTS)
    try:
        yield
    finally:
        del store.repo[DEFAULTS]


def _defaults(kind: type, apart: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the defaults of a dataclass, nested, without the fields `apart`."""
    found: dict[str, Any] = {}
    for each in dataclasses.fields(kind):
        if each.name not in apart:
            value = each.default if each.default_factory is dataclasses.MISSING else each.default_factory()
            found[each.name] = msgspec.to_builtins(value)
    return found


def _opened(group: str, node: DictConfig) -> DictConfig:
    """Let the open places of a group take any key; Hydra closes all nodes that do not have a flag of their own."""
    for key in OPEN.get(group, ()):
        OmegaConf.set_struct(node[key], False)
    return node


def settings_of(config: DictConfig) -> Settings:
    """Return the settings as plain dataclasses. Code that gets them does not use Hydra.

    Raises:
        omegaconf.errors.OmegaConfBaseException: A value is missing or has the wrong type; the message names the key.
    """
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    return settings


def scenario_of(settings: ScenarioConfig) -> Scenario:
    """Load the scenario that the settings describe.

    Raises:
        ScenarioError: As `load_scenario`.
        ValueError: If `reserves` is not allowed.
    """
    scenario = _changed_scenario(settings)
    try:
        return scenario if settings.reserves is None else scenario.with_reserves(settings.reserves)
    except ValueError as error:
        raise ValueError(f"scenario.{error}") from None


def _changed_scenario(settings: ScenarioConfig) -> Scenario:
    if not settings.set:
        return load_scenario(settings.name, variant=settings.variant)
    with warnings.catch_warnings(action="ignore"):  # the changed scenario has its own warnings
        before = load_scenario(settings.name, variant=settings.variant)
    return load_scenario(settings.name, variant=settings.variant, **changes(settings.set, before.centre))


def folder_of(settings: Settings, command: str) -> Path:
    """Return the output folder of a command."""
    return Path(settings.dir or f"outputs/{command}")
