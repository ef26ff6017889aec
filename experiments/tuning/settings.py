"""Settings of the tuning: the typed schema behind `configs/tune.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS

TUNED = "tuned"  # folder of the opponents, in that of the results


@dataclass
class Settings:
    """All settings.

    Attributes:
        scenarios: Names of library centres (`name` or `name:variant`), `suite/cell` or `suite/*` of the league, or
            paths of files; empty for the whole library.
        rungs: Rungs to tune, `P1` and `P2`; the search of P2 starts at the result of P1.
        reserves: Campaign flag whose pacing rules are allowed, true or false; null allows both.
        within_limit: Whether pairs above the scenario's drop limit rank behind all others.
        cpu_s: CPU time of the search of a rung, in seconds.
        large_cpu_s: The same for centres of class L and above, and for those whose episode is longer than ten days.
        replicates: Number of independent searches of each rung; 0 chooses once more among the results that exist.
        validation_days: Days on which the best pair is chosen, within and over the replicates.
        evaluation_days: Days on which the chosen pair is reported; nothing is chosen on them.
        large_days: Days of either kind for the centres of `large_cpu_s`, one of whose days takes up to a CPU second.
        processes: Number of searches in parallel.
        again: Whether to tune centres again whose result is committed; their version rises if the new pair is better.
        league: Whether to compare all rules beside the opponents that exist, in place of tuning opponents.
        rule_cpu_s: CPU time of the search of a rule of the league, in seconds.
        rule_days: Validation days of a rule of the league, and as many evaluation days.
        large_rule_days: The same for the centres of `large_cpu_s`.
        dir: Folder of the cells.
        results: Folder of the results.
    """

    scenarios: list[str] = field(default_factory=list)
    rungs: list[str] = field(default_factory=lambda: ["P1", "P2"])
    reserves: bool | None = None
    within_limit: bool = True
    cpu_s: float = 120.0
    large_cpu_s: float = 600.0
    replicates: int = 1
    validation_days: int = 256
    evaluation_days: int = 256
    large_days: int = 64
    processes: int = 2
    again: bool = False
    league: bool = False
    rule_cpu_s: float = 5.0
    rule_days: int = 64
    large_rule_days: int = 16
    dir: str = "outputs/tune"
    results: str = f"{RESULTS}/{TUNED}"


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("tune_schema", Settings)
