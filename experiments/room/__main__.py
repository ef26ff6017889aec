"""Say how much room is above the rules of each centre: its optimum or a bound, and what planners reach.

    python -m experiments.room
    python -m experiments.room scenarios=[x_design,surge_day] planners=[look_ahead]

Writes `room.json` and the page `room.md` into `experiments/results`; of some centres into `outputs/room`. Finished
cells are kept there, so an interrupted run continues.
"""

from __future__ import annotations

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.room.command import measure, results_folder, write
from experiments.room.settings import Settings, register

register()


@with_settings("room")
def main(config: DictConfig) -> None:
    """Run the command."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    result = measure(settings)
    print(f"{write(result, results_folder(settings))}: {len(result['centres'])} centres")


if __name__ == "__main__":
    main()
