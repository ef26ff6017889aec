"""Tune the opponents: routing and pacing jointly, by rung, and write their results.

    python -m experiments.tune
    python -m experiments.tune scenarios=[x_design,bank_blended] rungs=[P1] cpu_s=20

Writes a file for each centre, and the page `opponents.md`, into `experiments/results/tuned`. A centre whose file exists
is left as it is; with `again=true` a better pair replaces the old one. Finished searches are kept in `outputs/tune`, so
an interrupted run continues.

    python -m experiments.tune league=true

compares all rules on the centres that have opponents: each rule is tuned for five CPU seconds beside the opponent's
other half. Writes a file for each centre into `experiments/results/tuned/league`, and the page `league.md`, to which
`opponents.md` then leads.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from experiments.jobs.commands import with_settings
from experiments.jobs.files import read_json
from experiments.tuning.command import tune, write_page
from experiments.tuning.league import compare
from experiments.tuning.settings import Settings, register

register()


@with_settings("tune")
def main(config: DictConfig) -> None:
    """Tune the centres asked for and print the figures of each rung, or compare all rules beside the opponents."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    command = " ".join(["python -m experiments.tune", *sys.argv[1:]])
    if settings.league:
        for path in compare(settings, command):
            tqdm.write(str(path))
        write_page(settings)
        return
    for path in tune(settings, command):
        result = read_json(path)
        tqdm.write(f"{path.stem}, version {result['version']}")
        for row in result["rows"]:
            dropped = "" if row["dropped_share"] is None else f", {100 * row['dropped_share']:.2f} % dropped"
            tqdm.write(f"  {row['rung']}: {row['value']:.6g} a day{dropped}: {row['label']}")


if __name__ == "__main__":
    main()
