"""Run combinations of any keys of the settings; finished cells are not run again.

    python -m experiments.sweep scenario.set.campaigns.deposits.ring_s=10,20 launcher=joblib

Each combination is a cell. A cell tunes the rules, trains and exports a policy if `train=true`, and evaluates all of
them on the same unseen days. Its result is one JSON file in `cells/`, named by a digest of its inputs and written
atomically.
"""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import hydra
from omegaconf import DictConfig
from tqdm import tqdm

from ccenv.files.writing import write_json
from experiments.jobs.cells import essential, run_once, source_digest
from experiments.jobs.config import CONFIGS, Settings, folder_of, register, scenario_of, settings_of
from experiments.jobs.jobs import digest_of, job_of
from experiments.study.pipeline import compare_all

register()


def run_cell(settings: Settings) -> Path:
    """Run a cell, unless its result exists; return the result's file.

    Raises:
        ValueError: The training is bounded by the clock: its result would depend on the machine.
    """
    wall_s = settings.learner.training.get("wall_s")
    if settings.train and wall_s is not None:
        raise ValueError(
            f"learner.training.wall_s = {wall_s}: a cell must not depend on the clock; bound it by `steps`"
        )
    folder = folder_of(settings, "sweep")
    scenario = scenario_of(settings.scenario)
    digest = digest_of(settings, scenario)
    started = time.perf_counter()

    def compute() -> dict[str, Any]:
        here = dataclasses.replace(settings, dir=str(folder / "work" / digest))
        with job_of(here, "sweep") as job:
            about = {"settings": essential(dataclasses.asdict(settings)), "scenario": scenario.digest}
            return about | {"sources": source_digest()} | compare_all(job, train=settings.train)

    path, computed = run_once(folder / "cells" / f"{digest}.json", compute)
    if computed:
        write_json(folder / "timings" / path.name, {"seconds": round(time.perf_counter() - started, 1)})
    tqdm.write(f"{path} {'written' if computed else 'kept'}")
    return path


@hydra.main(version_base="1.3", config_path=CONFIGS, config_name="sweep")
def main(config: DictConfig) -> None:
    """Run one cell; Hydra calls this for each."""
    run_cell(settings_of(config))


if __name__ == "__main__":
    main()
