"""Settings of the measurement: the typed schema behind `configs/speed.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hydra.core.config_store import ConfigStore

from experiments.jobs.files import ROOT
from experiments.jobs.parts import RESULTS


@dataclass
class Settings:
    """All settings.

    Attributes:
        parts: Names of the parts to run; empty for all.
        rounds: Number of rounds in which the candidates of a part take turns.
        share: Share of the usual work of a turn.
        cold: Whether to compile the size classes with an empty cache, which takes minutes.
        take: Number of the measurement; a new number repeats what was measured before.
        publish: Whether the named parts, measured alone, replace theirs on the published page.
        dir: Folder of finished parts.
    """

    parts: list[str] = field(default_factory=list)
    rounds: int = 9
    share: float = 1.0
    cold: bool = True
    take: int = 1
    publish: bool = False
    dir: str = "outputs/speed"

    @property
    def whole(self) -> bool:
        """Whether the measurement is complete, as it is published."""
        return not self.parts and self.thorough

    @property
    def thorough(self) -> bool:
        """Whether each part is measured as it is published."""
        return self.cold and self.share >= 1.0 and self.rounds >= Settings().rounds

    @property
    def results(self) -> Path:
        """Folder of the page: a complete measurement is published, and parts of which that is asked."""
        return ROOT / (RESULTS if self.whole or self.publish else self.dir)


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("speed_schema", Settings)
