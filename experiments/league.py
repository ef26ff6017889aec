"""Freeze the opponents of the league and the scales of its scores: `python -m experiments.league`.

Writes the files of centres that the library does not have into `ccenv/league/centres/`, and `ccenv/league/frozen.json`
from the suites that `ccenv/league/suites.yaml` declares and from the tuned rules in `experiments/results/tuned/` and
its folder `suites/`. Opponents of the published problems are the best rules of their committed leagues; without the
data of a problem its file and opponents stay as they are. A suite without all its opponents is left out.

A scale stays as it is if its centre and P0 are the same. Else the bound and the value of P0 are those of the published
results; where the cell changes the centre, the bound is computed (`experiments.room`) and P0 is run on evaluation days.
Where a centre has no bound, or the suite says so, the best opponent on these days is the scale. The version of a suite
rises when anything that it fixes has changed. The command is to be run after each change of tuned rules, suites or
centres.

With arguments it is the command `ccenv league`: `python -m experiments.league score BUNDLE --suite headline`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ccenv.cli import main as league_command
from ccenv.files.writing import write_atomic
from ccenv.league.declared import (
    BEST_KNOWN,
    CENTRES,
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
    source_of,
)
from ccenv.league.running import days_of, opponent_days
from ccenv.league.scoring import development_days
from ccenv.scenarios import Scenario, load_scenario
from experiments.jobs.commands import one_message, without_settings
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.pipeline.evaluation import own_pair
from experiments.pipeline.joint.search import p0_pairs
from experiments.published import centres as problems
from experiments.published.settings import Settings as PublishedSettings
from experiments.room.bounds import bound_of
from experiments.transfer import centres as variants
from experiments.tuning.choice import centre_of
from experiments.tuning.settings import TUNED

FILE = ROOT / "ccenv" / "league" / FROZEN
OWN = "suites"  # folder of the opponents of the league's own centres, in that of the tuned rules
BENCHMARKS = ROOT / PublishedSettings().benchmarks
SAMPLES = 24  # random days over which a fluid bound is averaged
LARGE = ("L", "XL")  # size classes whose fluid bound is that of the mean day


def centre_files() -> dict[str, str]:
    """Return the texts of the files of the league's own centres by name, as far as their data are on this machine."""
    return {**variants.centre_files(), **problems.centre_files(BENCHMARKS)}


def opponents_now(before: Frozen) -> dict[str, Opponents]:
    """Return the opponents of all centres by name; those of a published problem without data stay as they are."""
    tuned = ROOT / RESULTS / TUNED
    leagues = read_json(ROOT / RESULTS / "published.json")["leagues"]
    found = {name: before.opponents[name] for name in problems.PROBLEMS if name in before.opponents}
    for name, new in problems.opponents(BENCHMARKS, leagues).items():
        old = found.get(name, new)
        found[name] = msgspec.structs.replace(new, version=old.version + (old.pairs != new.pairs))
    return {**opponents_in(tuned), **opponents_in(tuned / OWN), **found}


def opponents_in(folder: Path) -> dict[str, Opponents]:
    """Return the opponents of all tuning results under the centres' own flags, by centre."""
    found = {path.stem: read_json(path) for path in sorted(folder.glob("*.json"))}
    return {name: opponents_of(result) for name, result in found.items() if result["reserves"] is None}


def opponents_of(result: Mapping[str, Any]) -> Opponents:
    """Return the opponents that a tuning result names; P0 is the best of the rules as shipped.

    Raises:
        ValueError: If P0 is not one of the rules that the centre ships today.
    """
    scenario = centre_of(result["scenario"])
    shipped = {pair.label: pair.as_call() for pair in (own_pair(scenario), *p0_pairs(scenario))}
    label = next(row["label"] for row in result["rows"] if row["rung"] == "P0")
    if label not in shipped:
        raise ValueError(f"{scenario.name}: P0 = {label!r}; allowed: {', '.join(shipped)}; tune the centre again")
    pairs = {"P0": Pair(*(Rule(*shipped[label][half]) for half in ("routing", "pacing")))}
    pairs |= {rung: msgspec.convert(each["pair"], Pair) for rung, each in result["rungs"].items()}
    return Opponents(result["version"], result["scenario_digest"], result["limit"], pairs)


def scale_of(cell: Cell, opponents: Opponents, kind: str) -> Scale:
    """Return the scale of a cell: the value of P0, and the bound of the centre or the best of its opponents.

    Args:
        cell: The cell.
        opponents: Its opponents.
        kind: `bound`, or `best known` for no bound.

    Raises:
        ValueError: If nothing is above P0.
    """
    own, centre = cell.own(), cell.centre()
    value, bound = published(cell, own)
    if bound is None and kind != BEST_KNOWN:
        bound = bound_or_none(own)
    if bound is None:
        days = opponent_days(cell, centre, opponents, development_days(cell))
        values = [float(np.mean(each.value)) for each in days.values()]
        value, bound = values[0], {"value": max(values), "kind": BEST_KNOWN}
    if value is None:
        p0, _ = days_of(cell, centre, development_days(cell), **opponents.pairs["P0"].as_call())
        value = float(np.mean(p0.value))
    if not bound["value"] > value:
        raise ValueError(f"cell {cell.name}: bound = {bound['value']}; allowed: above the {value} of P0")
    return Scale(centre.digest, value, float(bound["value"]), bound["kind"])


def bound_or_none(own: Scenario) -> dict[str, Any] | None:
    """Return the bound of a centre; None if there is none of its form or reward."""
    try:
        return bound_of(own, 0 if own.size.name in LARGE else SAMPLES)
    except ValueError:
        return None


def published(cell: Cell, own: Scenario) -> tuple[float | None, dict[str, Any] | None]:
    """Return the value of P0 and the bound in the published results, as far as they are those of a cell."""
    file = ROOT / RESULTS / TUNED / f"{cell.opponents}.json"
    if cell.horizon is not None or own.digest != load_scenario(source_of(cell.scenario)).digest or not file.exists():
        return None, None
    tuned = read_json(file)
    value = next(row["value"] for row in tuned["rows"] if row["rung"] == "P0")
    rows = read_json(ROOT / RESULTS / "room.json")["centres"]
    bound = next((row["bound"] for row in rows if row["centre"] == cell.scenario), None)
    return (value if tuned["evaluation_days"] == cell.days else None), bound


def frozen_now(before: Frozen, opponents: dict[str, Opponents]) -> Frozen:
    """Return what is to be frozen, with scales and versions that stay where nothing has changed."""
    suites = {}
    for name, suite in declared().items():
        cells, old = cells_of(suite), before.suites.get(name)
        missing = [cell.name for cell in cells.values() if cell.opponents not in opponents]
        if missing:
            print(f"{name}: left out, {len(missing)} of {len(cells)} cells have no opponents: {', '.join(missing)}")
            continue
        scales = {}
        for key, cell in cells.items():
            kept = None if old is None else old.scales.get(key)
            same = before.opponents.get(cell.opponents)
            if kept is None or same is None or kept.scenario_digest != cell.centre().digest or (
                same.pairs["P0"] != opponents[cell.opponents].pairs["P0"]
            ):  # fmt: skip
                print(f"{name}: {key}", flush=True)
                kept = scale_of(cell, opponents[cell.opponents], suite.scale)
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
    """Run the command: that of the package if there are arguments, else freeze."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] not in ("-h", "--help"):
        league_command(["league", *arguments])
    without_settings("experiments.league", __doc__ or "")
    with one_message():
        for name, text in centre_files().items():
            write_atomic(CENTRES / f"{name}.yaml", text)
        before = frozen_before()
        now = frozen_now(before, opponents_now(before))
        write_atomic(FILE, encoded(now))
    for name, suite in now.suites.items():
        rose = "" if name in before.suites and before.suites[name].version == suite.version else ", new"
        print(f"{name}: version {suite.version}{rose}, {len(suite.scales)} cells")


if __name__ == "__main__":
    main()
