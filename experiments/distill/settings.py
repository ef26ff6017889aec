"""Settings of the distillation: the typed schema behind `configs/distill.yaml`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from agents.distill import DistillSettings

DEFAULTS = DistillSettings()


@dataclass
class Settings:
    """All settings. Those of `agents.distill.DistillSettings` have its names, meanings and defaults.

    Attributes:
        bundles: Folders of the exported policies.
        survey_days: Training days of the survey of each bundle that is written.
        again: Whether to distill bundles again whose results exist.
    """

    bundles: list[str] = field(default_factory=lambda: ["outputs/train/latest/bundle"])
    decisions: int = DEFAULTS.decisions
    days: int = DEFAULTS.days
    rounds: int = DEFAULTS.rounds
    hidden: list[int] = field(default_factory=lambda: list(DEFAULTS.hidden))
    passes: int = DEFAULTS.passes
    leaves: int = DEFAULTS.leaves
    fields: int = DEFAULTS.fields
    wander: float = DEFAULTS.wander
    judged_days: int = DEFAULTS.judged_days
    seed: int = DEFAULTS.seed
    survey_days: int = 8
    again: bool = False

    def how(self) -> DistillSettings:
        """Return the settings of the method.

        Raises:
            ValueError: If one is not allowed.
        """
        given = {each.name: getattr(self, each.name) for each in dataclasses.fields(DistillSettings)}
        return DistillSettings(**{**given, "hidden": tuple(self.hidden)})


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("distill_schema", Settings)
