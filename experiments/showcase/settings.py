"""Settings of the benchmark: those of the other commands, and its replicates and showcases."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from agents.registry import LEARNERS
from ccenv.scenarios import Scenario, load_scenario
from experiments.headline.replicate import MOST_SEEDS, VALIDATION_DAYS
from experiments.jobs import config
from experiments.jobs.config import LearnerConfig
from experiments.jobs.kinds import BENCHMARK, Kind

HEADLINE = ("experiments.showcase.centre", "experiments.showcase.replicate", "ccenv.serving.graph", "ccenv.simulation")


@dataclass
class ReplicationConfig:
    """Replicates of the learners, and the centres on which they run.

    A replicate is a whole pipeline from one master seed, on training and validation days of its own: tuning of the
    rules of its start, training, choice, export.

    Attributes:
        seeds: Replicates of each learner. With 1, the policy of `learner` is a single training from the rules that the
            benchmark has tuned, and nothing can be won.
        beside: Further learners, by the name of their row; `learner` comes first.
        start_cpu_s: CPU time that tunes the rules from which all learners of a master seed start, in seconds.
        showcases: Further centres on which the same learners run, each a name of the library or `name:variant`.
        opponents_cpu_s: CPU time that tunes P1 and P2, each, at a showcase without frozen opponents, in seconds.
        days: Days of the evaluation's purpose on which policies are compared with the opponents.
        month_runs: Episodes of 30 days for the dropped share.
        wait_days: Days whose waits are read from the event log.
        manager_days: Days of the page for the manager; 0 for no page.
    """

    seeds: int = 1
    beside: dict[str, LearnerConfig] = field(default_factory=dict)
    start_cpu_s: float = 10.0
    showcases: list[str] = field(default_factory=list)
    opponents_cpu_s: float = 30.0
    days: int = 256
    month_runs: int = 8
    wait_days: int = 2
    manager_days: int = 100


@dataclass
class Settings(config.Settings):
    """All settings of the benchmark.

    Attributes:
        replication: Replicates of the learners, and the centres on which they run.
    """

    replication: ReplicationConfig = field(default_factory=ReplicationConfig)


def register() -> None:
    """Register the schema of the benchmark with Hydra, and that of the other commands."""
    config.register()
    store = ConfigStore.instance()
    store.store("benchmark_schema", Settings)
    store.store("schema", OmegaConf.structured(ReplicationConfig), group="replication")


def learners_of(settings: Settings) -> dict[str, LearnerConfig]:
    """Return the learners by the name of their row: `learner` first, then those beside it of other names."""
    own = settings.learner
    return {own.name: own, **{name: each for name, each in settings.replication.beside.items() if name != own.name}}


def kind_of(settings: Settings) -> Kind:
    """Return the kind of the benchmark's result: it also depends on the replicates and the code of all learners."""
    addresses = [LEARNERS.get(each.name, each.name) for each in learners_of(settings).values()]
    code = sorted({address.partition(":")[0] for address in addresses if ":" in address})
    return Kind((*BENCHMARK.keys, "replication"), (*BENCHMARK.entries, *HEADLINE, *code))


def showcases_of(settings: Settings) -> dict[str, Scenario]:
    """Return the scenarios of the showcases by name, each with both kinds of dials where it has a campaign.

    Raises:
        ValueError: If there is no such centre; the message names the key.
    """
    found = {}
    for name in settings.replication.showcases:
        try:
            scenario = load_scenario(name)
        except ValueError as error:
            raise ValueError(f"replication.showcases: {error}") from None
        found[name] = scenario.with_reserves("either") if scenario.campaigns else scenario
    return found


def check(settings: Settings) -> None:
    """Check the numbers of the replicates.

    Raises:
        ValueError: If one is not allowed; the message names the key and what is allowed.
    """
    given = settings.replication
    if not 1 <= given.seeds <= MOST_SEEDS:
        raise ValueError(f"replication.seeds = {given.seeds}; allowed: 1 to {MOST_SEEDS}")
    for name in ("start_cpu_s", "opponents_cpu_s"):
        if not getattr(given, name) > 0.0:
            raise ValueError(f"replication.{name} = {getattr(given, name)}; allowed: a positive number of seconds")
    for name, least in (("days", 2), ("month_runs", 2), ("wait_days", 1)):
        if getattr(given, name) < least:
            raise ValueError(f"replication.{name} = {getattr(given, name)}; allowed: {least} or more")
    if given.manager_days and given.manager_days < 10:
        raise ValueError(f"replication.manager_days = {given.manager_days}; allowed: 0, or 10 or more")
    for name, learner in learners_of(settings).items():
        if given.seeds > 1 and not 2 <= learner.validation_days <= VALIDATION_DAYS // 2:
            raise ValueError(
                f"validation_days = {learner.validation_days} of the learner {name!r}; allowed with several seeds: "
                f"2 to {VALIDATION_DAYS // 2}"
            )


def with_seed(settings: Settings, learner: LearnerConfig, seed: int) -> Settings:
    """Return the settings of one replicate: a learner, and the seed of its training."""
    training = {**learner.training, "seed": seed}
    quiet = dataclasses.replace(settings.log, console=False, validation_days=0)
    return dataclasses.replace(settings, learner=dataclasses.replace(learner, training=training), log=quiet)
