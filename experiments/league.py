"""Freeze the opponents of the league and the scales of its scores: `python -m experiments.league`.

Writes `ccenv/league/frozen.json` from the suites that `ccenv/league/suites.yaml` declares and from the tuned rules in
`experiments/results/tuned/`. A scale stays as it is if its centre and P0 are the same. Else the bound and the value of
P0 are those of the published results; where the cell changes the centre, the bound is computed (`experiments.room`) and
P0 is run on evaluation days. The version of a suite rises when anything that it fixes has changed. The command is to be
run after each change of tuned rules, suites or centres.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ccenv.files.writing import write_atomic
from ccenv.league.declared import (
    FROZEN,
    Cell,
    Frozen,
    FrozenSuite,
    Opponents,
    Pair,
    Rule,
    Scale,
    cells_of,
    declared,
    digest_of,
)
from ccenv.league.running import days_of
from ccenv.league.scoring import development_days
from ccenv.scenarios import Scenario, load_scenario
from experiments.jobs.commands import one_message, without_settings
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.pipeline.evaluation import own_pair
from experiments.pipeline.joint.search import p0_pairs
from experiments.room.bounds import bound_of
from experiments.tuning.settings import TUNED

FILE = ROOT / "ccenv" / "league" / FROZEN
SAMPLES = 24  # random days over which a fluid bound is averaged
LARGE = ("L", "XL")  # size classes whose fluid bound is that of the mean day


def opponents_in(folder: Path) -> dict[str, Opponents]:
    """Return the opponents of all tuning results under the centres' own flags, by centre."""
    found = {path.stem: read_json(path) for path in sorted(folder.glob("*.json"))}
    return {name: opponents_of(result) for name, result in found.items() if result["reserves"] is None}


def opponents_of(result: Mapping[str, Any]) -> Opponents:
    """Return the opponents that a tuning result names; P0 is the best of the rules as shipped.

    Raises:
        ValueError: If P0 is not one of the rules that the centre ships today.
    """
    scenario = load_scenario(result["scenario"])
    shipped = {pair.label: pair.as_call() for pair in (own_pair(scenario), *p0_pairs(scenario))}
    label = next(row["label"] for row in result["rows"] if row["rung"] == "P0")
    if label not in shipped:
        raise ValueError(f"{scenario.name}: P0 = {label!r}; allowed: {', '.join(shipped)}; tune the centre again")
    pairs = {"P0": Pair(*(Rule(*shipped[label][half]) for half in ("routing", "pacing")))}
    pairs |= {rung: msgspec.convert(each["pair"], Pair) for rung, each in result["rungs"].items()}
    return Opponents(result["version"], result["scenario_digest"], result["limit"], pairs)


def scale_of(cell: Cell, opponents: Opponents) -> Scale:
    """Return the scale of a cell: the value of P0, and the bound of the centre.

    Raises:
        ValueError: If the bound is not above P0.
    """
    own, centre = cell.own(), cell.centre()
    value, bound = published(cell, own)
    if bound is None:
        bound = bound_of(own, 0 if own.size.name in LARGE else SAMPLES)
    if value is None:
        days, _ = days_of(cell, centre, development_days(cell), **opponents.pairs["P0"].as_call())
        value = float(np.mean(days.value))
    if not bound["value"] > value:
        raise ValueError(f"cell {cell.name}: bound = {bound['value']}; allowed: above the {value} of P0")
    return Scale(centre.digest, value, float(bound["value"]), bound["kind"])


def published(cell: Cell, own: Scenario) -> tuple[float | None, dict[str, Any] | None]:
    """Return the value of P0 and the bound in the published results, as far as they are those of a cell."""
    if cell.horizon is not None or own.digest != load_scenario(cell.scenario).digest:
        return None, None
    tuned = read_json(ROOT / RESULTS / TUNED / f"{cell.opponents}.json")
    value = next(row["value"] for row in tuned["rows"] if row["rung"] == "P0")
    rows = read_json(ROOT / RESULTS / "room.json")["centres"]
    bound = next((row["bound"] for row in rows if row["centre"] == cell.scenario), None)
    return (value if tuned["evaluation_days"] == cell.days else None), bound


def frozen_now(before: Frozen, opponents: dict[str, Opponents]) -> Frozen:
    """Return what is to be frozen, with scales and versions that stay where nothing has changed."""
    suites = {}
    for name, suite in declared().items():
        cells, old = cells_of(suite), before.suites.get(name)
        scales = {}
        for key, cell in cells.items():
            kept = None if old is None else old.scales.get(key)
            same = before.opponents.get(cell.opponents)
            if kept is None or same is None or kept.scenario_digest != cell.centre().digest or (
                same.pairs["P0"] != opponents[cell.opponents].pairs["P0"]
            ):  # fmt: skip
                print(f"{name}: {key}", flush=True)
                kept = scale_of(cell, opponents[cell.opponents])
            scales[key] = kept
        digest = digest_of(cells, opponents, scales)
        version = 1 if old is None else old.version + (old.digest != digest)
        suites[name] = FrozenSuite(version, digest, scales)
    return Frozen(opponents, suites)


def encoded(frozen: Frozen) -> bytes:
    """Return what is frozen as JSON."""
    return msgspec.json.format(msgspec.json.encode(frozen), indent=1) + b"\n"


def frozen_before() -> Frozen:
    """Return what the file holds; nothing if there is no file."""
    return msgspec.json.decode(FILE.read_bytes(), type=Frozen) if FILE.exists() else Frozen({}, {})


def main() -> None:
    """Run the command."""
    without_settings("experiments.league", __doc__ or "")
    with one_message():
        before = frozen_before()
        now = frozen_now(before, opponents_in(ROOT / RESULTS / TUNED))
        write_atomic(FILE, encoded(now))
    for name, suite in now.suites.items():
        rose = "" if name in before.suites and before.suites[name].version == suite.version else ", new"
        print(f"{name}: version {suite.version}{rose}, {len(suite.scales)} cells")


if __name__ == "__main__":
    main()
