"""The committed list of rows, each with a model, its parameters, a rule or policy, and measures."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import yaml

LIST = Path(__file__).with_name("rows.yaml")
WAYS = ("rule", "table", "optimal")
REPLICATIONS = 256


@dataclasses.dataclass(frozen=True)
class Row:
    """One comparison of the simulator with exact values.

    Attributes:
        name: Name of the row.
        model: A formula of `ccenv.theory` or a model of `ccenv.theory.models`.
        parameters: Its arguments.
        way: How it is run: `rule` by the kernel, `table` or `optimal` as a policy, `` if there is no choice.
        choice: A rule as {name: parameters}, a list of one for each mode, or the arguments of `solve`.
        same: Rule of the model with the same decisions, if the model does not name the registered rule of `choice`.
        hours: Simulated hours over all replications.
        measures: Names of the compared measures.
        first_seed: Seed of the first replication.
        replications: Independent replications, on consecutive seeds.
    """

    name: str
    model: str
    parameters: dict[str, Any]
    way: str
    choice: Any
    hours: float
    measures: tuple[str, ...]
    first_seed: int
    same: Any = None
    replications: int = REPLICATIONS

    @property
    def seeds(self) -> range:
        """Seeds of the replications."""
        return range(self.first_seed, self.first_seed + self.replications)

    @property
    def span_s(self) -> float:
        """Counted seconds of a replication."""
        return self.hours * 3600.0 / self.replications


def read_rows(path: Path = LIST) -> list[Row]:
    """Rows in the order of the list. No two rows share a seed, so rows are independent.

    Raises:
        ValueError: If a row names more than one way to run it, a name occurs twice, or `same` stands without `rule`.
    """
    content = yaml.safe_load(path.read_text())
    rows = [_row(given, content["measures"], k * REPLICATIONS) for k, given in enumerate(content["rows"])]
    names = [row.name for row in rows]
    if len(set(names)) < len(names):
        raise ValueError(f"{path.name}: a name stands twice: {sorted(n for n in names if names.count(n) > 1)[0]!r}")
    return rows


def _row(given: dict[str, Any], measures: dict[str, list[str]], first_seed: int) -> Row:
    ways = [way for way in WAYS if way in given]
    if len(ways) > 1:
        raise ValueError(f"row {given['name']!r}: {' and '.join(ways)}; allowed: at most one of {', '.join(WAYS)}")
    way = ways[0] if ways else ""
    if "same" in given and way != "rule":
        raise ValueError(f"row {given['name']!r}: same = {given['same']}; allowed: beside `rule` only")
    return Row(
        name=given["name"],
        model=given["model"],
        parameters={key: tuple(v) if isinstance(v, list) else v for key, v in given["parameters"].items()},
        way=way,
        choice=given.get(way),
        hours=float(given["hours"]),
        measures=tuple(measures[given["model"]]),
        first_seed=first_seed,
        same=given.get("same"),
    )


def rule_of(choice: Any) -> Any:
    """A rule in the form that models take: (name, parameters), or a list of these, one for each mode."""
    if isinstance(choice, list):
        return [rule_of(part) for part in choice]
    ((name, params),) = choice.items()
    return name, params
