"""The suites as they are declared, with the opponents and denominators that are frozen for them."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from ccenv.files.parsing import parse
from ccenv.league.asked import AT_ONCE, Asked
from ccenv.league.changed import ARRIVALS, FACTORS, with_factors
from ccenv.league.errors import one_of
from ccenv.scenarios import Scenario, load_scenario

EITHER: Literal["either"] = "either"
RUNGS = ("P0", "P1", "P2")
SUITES, FROZEN = "suites.yaml", "frozen.json"
CENTRES = Path(__file__).with_name("centres")  # files of the centres of the league that the library does not have
BOUND, BEST_KNOWN = "bound", "best known"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule by its registered name, with parameters."""

    name: str
    params: dict[str, Any] = {}


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The routing rule and the pacing rule of an opponent."""

    routing: Rule
    pacing: Rule

    def as_call(self) -> dict[str, Any]:
        """Return the rules as keyword arguments of `ccenv.simulate`."""
        return {
            half: (rule.name, dict(rule.params)) for half, rule in (("routing", self.routing), ("pacing", self.pacing))
        }


class Opponents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The opponents of a centre.

    Attributes:
        version: Version of the tuning result that they are a copy of.
        scenario_digest: Digest of the centre on which they were tuned.
        limit: Largest dropped share allowed; None for no limit.
        pairs: The pair of each rung: P0, the best of the rules as shipped; P1 and P2, tuned.
    """

    version: int
    scenario_digest: str
    limit: float | None
    pairs: dict[str, Pair]


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scale of the score of a cell.

    Attributes:
        scenario_digest: Digest of the cell's centre under the action set `either`.
        value: Mean value of P0 on evaluation days.
        best: Bound of the value, or the best value known if that is larger.
        kind: What `best` is.
    """

    scenario_digest: str
    value: float
    best: float
    kind: str

    @property
    def denominator(self) -> float:
        """Value that makes a score of 1, over P0."""
        return self.best - self.value


class FrozenSuite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Version of a suite, digest of all that it fixes, and the scale of each cell."""

    version: int
    digest: str
    scales: dict[str, Scale]


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `frozen.json`: opponents by name, and suites."""

    opponents: dict[str, Opponents]
    suites: dict[str, FrozenSuite]


class DeclaredCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A cell in `suites.yaml`; the head of that file says what the keys mean."""

    scenario: str | None = None
    opponents: str | None = None
    overrides: dict[str, Any] = {}
    factors: dict[str, float] = {}
    loads: list[float] = msgspec.field(default_factory=lambda: [1.0])
    horizon: int | None = None
    days: int | None = None
    asked: Asked = AT_ONCE


class DeclaredSuite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A suite in `suites.yaml`; the head of that file says what the keys mean."""

    about: str
    days: int
    cells: dict[str, DeclaredCell]
    scale: Literal["bound", "best known"] = "bound"
    rewards: dict[str, dict[str, Any] | None] = {}


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One centre of a suite.

    Attributes:
        name: Its name in the suite.
        scenario: Centre of the library, or of the folder `centres`.
        opponents: Name of its opponents.
        overrides: Values at dotted keys.
        factors: Factors of quantities of the centre, by the name in `ccenv.league.changed.FACTORS`.
        horizon: Days of a run; None: the centre's.
        days: Number of runs.
        asked: How an entry is asked. The opponents decide at each event, and see the present.
    """

    name: str
    scenario: str
    opponents: str
    overrides: dict[str, Any]
    factors: dict[str, float]
    horizon: int | None
    days: int
    asked: Asked = AT_ONCE

    def own(self) -> Scenario:
        """Return the centre with the campaigns' own flags."""
        return with_factors(load_scenario(source_of(self.scenario), **self.overrides), self.factors)

    def centre(self) -> Scenario:
        """Return the centre under the action set `either`."""
        own = self.own()
        return own.with_reserves(EITHER) if own.campaigns else own


class Suite(msgspec.Struct, frozen=True):
    """A suite with what is frozen for it.

    Attributes:
        name: Its name.
        about: What it is for.
        version: Its version; it rises whenever the digest changes.
        digest: SHA-256 of cells, opponents and scales, hexadecimal.
        cells: Its cells, by name.
        opponents: The opponents of its cells, by name.
        scales: The scale of the score of each cell.
    """

    name: str
    about: str
    version: int
    digest: str
    cells: dict[str, Cell]
    opponents: dict[str, Opponents]
    scales: dict[str, Scale]

    def cell(self, name: str) -> Cell:
        """Return a cell by its name.

        Raises:
            LeagueError: If there is none.
        """
        if name not in self.cells:
            raise one_of(f"cell of the suite {self.name}", name, self.cells)
        return self.cells[name]

    def opponents_of(self, cell: Cell) -> Opponents:
        """Return the opponents of a cell."""
        return self.opponents[cell.opponents]


def source_of(name: str) -> str:
    """Return a centre as `load_scenario` takes it: the path of its file in the folder `centres`, else its name."""
    path = CENTRES / f"{name}.yaml"
    return str(path) if path.is_file() else name


@functools.cache
def declared() -> dict[str, DeclaredSuite]:
    """Return the suites as `suites.yaml` declares them, by name."""
    data, problems = parse(_text(SUITES))
    assert not problems, problems
    return msgspec.convert(data, dict[str, DeclaredSuite])


@functools.cache
def frozen() -> Frozen:
    """Return what is frozen."""
    return msgspec.json.decode(_text(FROZEN), type=Frozen)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def cells_of(suite: DeclaredSuite) -> dict[str, Cell]:
    """Return the cells of a declared suite by name, one for each load and reward."""
    found: dict[str, Cell] = {}
    for key, each in suite.cells.items():
        unknown = [name for name in each.factors if name not in FACTORS]
        if unknown:
            raise one_of(f"cells.{key}.factors", unknown[0], FACTORS)
        each.asked.check(f"cells.{key}.asked")
        source = each.scenario or key
        for load in each.loads:
            name = key if load == 1.0 else f"{key}@{load:g}"
            factors = each.factors if load == 1.0 else {**each.factors, ARRIVALS: load}
            cell = Cell(
                name, source, each.opponents or source, each.overrides, factors, each.horizon,
                each.days or suite.days, each.asked,
            )  # fmt: skip
            paid = [_paid(cell, reward, weights) for reward, weights in suite.rewards.items()] or [cell]
            found |= {one.name: one for one in paid}
    return found


def _paid(cell: Cell, reward: str, weights: dict[str, Any] | None) -> Cell:
    """Return a cell under a reward of its suite; without weights under the centre's own, whose opponents it keeps."""
    name = f"{cell.name}-{reward}"
    if weights is None:
        return msgspec.structs.replace(cell, name=name)
    overrides = {**cell.overrides, "reward": weights, "goals_unpaid": True}
    return msgspec.structs.replace(cell, name=name, opponents=name, overrides=overrides)


def digest_of(cells: dict[str, Cell], opponents: dict[str, Opponents], scales: dict[str, Scale]) -> str:
    """Return the SHA-256 of all that a suite fixes, hexadecimal."""
    used = {name: opponents[name] for name in sorted({cell.opponents for cell in cells.values()})}
    return hashlib.sha256(msgspec.json.encode([cells, used, scales], order="deterministic")).hexdigest()


def list_suites() -> list[str]:
    """Return the names of all suites whose opponents are frozen."""
    return [name for name in declared() if name in frozen().suites]


def suite_of(name: str) -> Suite:
    """Return a suite by its name.

    Raises:
        LeagueError: If there is none, or its opponents are not frozen.
    """
    if name not in list_suites():
        raise one_of("suite", name, list_suites())
    entry, fixed = declared()[name], frozen()
    here = fixed.suites[name]
    cells = cells_of(entry)
    used = {cell.opponents: fixed.opponents[cell.opponents] for cell in cells.values()}
    return Suite(name, entry.about, here.version, here.digest, cells, used, here.scales)
