"""Print KPIs of an exported policy, or of the scenario's own rules, on unseen days.

python -m experiments.evaluate scenario=bank_blended policy=outputs/train/bundle
python -m experiments.evaluate scenario=bank_blended
"""

from __future__ import annotations

from pathlib import Path

import hydra
from omegaconf import DictConfig

from ccenv.files.writing import write_json
from ccenv.kpis import KpiTable
from ccenv.kpis.dropped_share import judgement
from ccenv.seeds import seeds
from experiments.jobs.config import CONFIGS, Settings, folder_of, register, scenario_of, settings_of
from experiments.jobs.workers import Workers
from experiments.study.evaluation import evaluate_bundle, evaluate_rules, own_pair

register()


def evaluate(settings: Settings) -> KpiTable:
    """Simulate the policy of the settings, or the scenario's rules; return one row for each seed."""
    scenario = scenario_of(settings.scenario)
    days = seeds(settings.evaluation.purpose, settings.evaluation.days)
    with Workers(settings.evaluation.processes) as workers:
        if settings.policy is None:
            return evaluate_rules(scenario, [own_pair(scenario)], days, workers)[0]
        return evaluate_bundle(scenario, Path(settings.policy), days, workers)


@hydra.main(version_base="1.3", config_path=CONFIGS, config_name="config")
def main(config: DictConfig) -> None:
    """Evaluate, print the summary and write it to a file."""
    settings = settings_of(config)
    table = evaluate(settings)
    summary = table.summary()
    print(summary, *judgement(scenario_of(settings.scenario), table), sep="\n")
    figures = {name: None if value.value != value.value else list(value) for name, value in summary.items()}
    write_json(folder_of(settings, "evaluate") / "summary.json", figures)


if __name__ == "__main__":
    main()
