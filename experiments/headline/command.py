"""The command: run the replicates, judge them beside the frozen opponents, and write the results and the page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.registry import find_learner
from ccenv.files.writing import write_atomic, write_json
from ccenv.league.declared import BEST_KNOWN
from ccenv.scenarios import Scenario, load_scenario
from experiments.headline.bundles import keep, kept, place_of
from experiments.headline.declared import P1, P2, RULES
from experiments.headline.judging import Judge
from experiments.headline.page import page
from experiments.headline.replicate import MOST_SEEDS, VALIDATION_DAYS, Cell, cells_of, make, tuning_share
from experiments.headline.section import Policy, Rules, section
from experiments.headline.settings import Settings
from experiments.jobs.cells import cell_digest
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import own_pair, pair_of
from experiments.pipeline.joint.search import p0_pairs
from experiments.room.bounds import ESTIMATE
from experiments.room.page import best_figure
from experiments.tuning.choice import file_name

SUITE = 1  # version of the suite; a higher one freezes the scores anew
DEVELOPMENT, FINAL = "development", "final"
PAGE = "headline.md"
ROOM = "room.json"


def measure(settings: Settings, command: str) -> list[Path]:
    """Run the unfinished cells, judge all policies, and write the results and the page.

    The policy of each replicate is kept beside the results. With `settings.final` no cell is run: the kept policies are
    judged on days of the purpose `final`. The look is noted in the result file before the days are run.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The result files of the centres asked for.

    Raises:
        ValueError: If a setting is not allowed, a centre has no opponents, or `final` finds no policy or another one.
    """
    check(settings)
    cells = cells_of(settings)
    found = {cell: kept(settings, cell) for cell in cells} if settings.final else _made(settings, cells, command)
    folder = ROOT / settings.results
    paths = []
    for name in settings.centres:
        made = {cell: each for cell, each in found.items() if cell.centre == name}
        paths.append(folder / f"{file_name(name, None)}.json")
        _judge(settings, name, made, paths[-1], command)
        write_atomic(folder / PAGE, page([read_json(path) for path in sorted(folder.glob("*.json"))]))
    return paths


def check(settings: Settings) -> None:
    """Check the settings.

    Raises:
        ValueError: If a setting is not allowed, or a centre has no opponents.
    """
    for name in settings.centres:
        if not _opponents_file(settings, name).exists():
            there = ", ".join(sorted(path.stem for path in (ROOT / settings.tuned).glob("*.json")))
            raise ValueError(f"centres: {name!r} has no opponents; there: {there}")
    for name in settings.only:
        if name not in settings.learners:
            raise ValueError(f"only: {name!r}; allowed: {', '.join(settings.learners)}")
    for name in settings.only or settings.learners:
        if not settings.cpu_s.get(name, 0.0) > 0.0:
            raise ValueError(f"cpu_s.{name} = {settings.cpu_s.get(name)}; allowed: a positive number of seconds")
        days = settings.learners[name].validation_days
        if not 2 <= days <= VALIDATION_DAYS // 2:
            raise ValueError(f"learners.{name}.validation_days = {days}; allowed: 2 to {VALIDATION_DAYS // 2}")
    for name in settings.own_start:
        if name not in settings.learners:
            raise ValueError(f"own_start: {name!r}; allowed: {', '.join(settings.learners)}")
    if not 0.0 < settings.tuning_share < 1.0:
        raise ValueError(f"tuning_share = {settings.tuning_share}; allowed: above 0, below 1")
    for name, least in (("replicates", 2), ("days", 2), ("final_days", 2), ("month_runs", 2), ("wait_days", 1)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")
    if not 0 <= settings.seed <= MOST_SEEDS - settings.replicates:
        raise ValueError(f"seed = {settings.seed}; allowed: 0 to {MOST_SEEDS - settings.replicates}")


def _opponents_file(settings: Settings, name: str) -> Path:
    return ROOT / settings.tuned / f"{file_name(name, None)}.json"


def _made(settings: Settings, cells: Sequence[Cell], command: str) -> dict[Cell, dict[str, Any]]:
    with Workers(settings.processes) as workers:
        found = dict(zip(cells, workers.map(make, [(settings, cell) for cell in cells], "replicates"), strict=True))
    for cell, summary in found.items():
        keep(settings, cell, summary, command)
    return found


def opponents_of(settings: Settings, name: str, scenario: Scenario) -> dict[str, Any]:
    """Return the result file of a centre's frozen opponents.

    Raises:
        ValueError: If they were tuned on another content of the centre.
    """
    opponents: dict[str, Any] = read_json(_opponents_file(settings, name))
    if opponents["scenario_digest"] != scenario.digest:
        raise ValueError(f"centres: the opponents of {name!r} were tuned on another content of the centre")
    return opponents


def _judge(settings: Settings, name: str, made: Mapping[Cell, Mapping[str, Any]], path: Path, command: str) -> None:
    """Judge all policies of a centre, and write its result file; the other part of the file stays."""
    scenario = load_scenario(name)
    opponents = opponents_of(settings, name, scenario)
    before = read_json(path) if path.exists() else {}
    result: dict[str, Any] = {
        "suite": SUITE, "scenario": name, "scenario_digest": scenario.digest,
        "episode_days": scenario.centre.episode_days,
        "opponents": {"version": opponents["version"], "digest": digest_of(opponents)},
        "score": score_of(scenario, opponents, before), DEVELOPMENT: before.get(DEVELOPMENT), FINAL: before.get(FINAL),
    }  # fmt: skip
    part = FINAL if settings.final else DEVELOPMENT
    note: dict[str, Any] = {
        "command": command, "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "policies": {f"{cell.learner}-{cell.seed}": each["policy"] for cell, each in made.items()},
        "opponents": result["opponents"]["digest"],
    }  # fmt: skip
    if settings.final:
        note["looks"] = looks_of(before) + 1
        write_json(path, {**result, FINAL: note})
    policies = [Policy(*cell[1:], place_of(settings, cell), dict(each)) for cell, each in made.items()]
    purpose, n = ("final", settings.final_days) if settings.final else ("evaluation", settings.days)
    with Workers(1) as workers:
        judge = Judge(scenario, ROOT / settings.dir / "judged", purpose, workers)
        found = section(judge, rules_of(scenario, opponents), policies, n, settings.month_runs, settings.wait_days)
    for row in found["rows"]:
        if row["learner"]:
            row["budget"] = {
                "cpu_s": settings.cpu_s[row["row"]], "tuning_share": tuning_share(settings, row["row"]),
            }  # fmt: skip
            row["effort"] |= _declared(settings.learners[row["row"]].name)
    others = _others(before, result, before.get(part) or {}, found)
    note["policies"] = {**_policies_of(before.get(part) or {}, others), **note["policies"]}
    write_json(path, {**result, part: {**note, **found, "rows": [*found["rows"], *others]}})


def _others(
    before: Mapping[str, Any], result: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of learners that were not asked for, if they ran the same days beside the same opponents."""
    same = "rows" in old and all(before[key] == result[key] for key in ("scenario_digest", "opponents"))
    if not same or any(old[key] != new[key] for key in ("days", "month_runs")):
        return []
    asked = [row["row"] for row in new["rows"]]
    return [row for row in old["rows"] if row["learner"] and row["row"] not in asked]


def _policies_of(old: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    names = [row["row"] for row in rows]
    return {name: each for name, each in old.get("policies", {}).items() if name.rpartition("-")[0] in names}


def looks_of(result: Mapping[str, Any]) -> int:
    """Return how often the final days of a result have been looked at."""
    return int((result.get(FINAL) or {}).get("looks", 0))


def _declared(learner: str) -> dict[str, str]:
    kind = find_learner(learner)
    return {"access": kind.access, "sees": kind.sees}


def rules_of(scenario: Scenario, opponents: Mapping[str, Any]) -> dict[str, Rules]:
    """Return the rules of the table by row: FIFO, longest waiting time, the scenario's own, frozen P1 and P2."""
    shipped = [*p0_pairs(scenario), own_pair(scenario)]
    p0 = opponents["rows"][0]["label"]  # the best of the rules as shipped, frozen with the opponents
    found = [Rules(pair, None, pair.label == p0) for pair in shipped]
    found += [Rules(pair_of(each["pair"]), each["cpu_s"]) for each in _rungs(opponents)]
    return dict(zip(RULES, found, strict=True))


def _rungs(opponents: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    missing = [rung for rung in (P1, P2) if rung not in opponents["rungs"]]
    if missing:
        raise ValueError(f"centres: {opponents['scenario']!r} has no opponent {missing[0]}")
    return [opponents["rungs"][rung] for rung in (P1, P2)]


def digest_of(opponents: Mapping[str, Any]) -> str:
    """Return the digest of the rules that a tuning result names."""
    return cell_digest(opponents["rungs"], "", "")


def score_of(scenario: Scenario, opponents: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return P0 and the denominator of the score, frozen with the version of the suite.

    The best value known is that of opponents, so it changes with them.
    """
    if before.get("suite") == SUITE and before["scenario_digest"] == scenario.digest:
        kept: dict[str, Any] = before["score"]
        if kept["kind"] != BEST_KNOWN or before["opponents"]["digest"] == digest_of(opponents):
            return kept
    room, name = read_json(ROOT / RESULTS / ROOM), opponents["scenario"]
    row = next((row for row in room["centres"] if row["centre"] == name), None)
    hidden = next((row for row in room["hidden"] if row["centre"] == name), None)
    p0 = opponents["rows"][0]["value"]
    if hidden is not None:
        return {"p0": p0, "denominator": hidden["high"], "kind": "bound with the mode hidden"}
    if row is not None and row["bound"]["kind"] != ESTIMATE:
        return {"p0": p0, "denominator": row["bound"]["value"], "kind": row["bound"]["kind"]}
    best = max(each["value"] for each in opponents["rows"])
    return {"p0": p0, "denominator": best if row is None else max(best, best_figure(row)), "kind": BEST_KNOWN}
