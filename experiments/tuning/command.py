"""The command: tune the rungs of each centre, choose over the replicates, and write one result file for each centre."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.files.writing import write_atomic, write_json
from ccenv.scenarios import Scenario, list_scenarios
from ccenv.seeds import seeds
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, Rule, drop_limit, own_pair, pair_of
from experiments.pipeline.joint.objective import Objective
from experiments.pipeline.joint.search import p0_pairs, tune_rung
from experiments.pipeline.joint.space import RUNGS, Space, with_rule
from experiments.tuning.choice import centre_of, figures, file_name, is_large, names_of, over, rank_of_result
from experiments.tuning.page import LEAGUES, page
from experiments.tuning.settings import Settings

PAGE = "opponents.md"


def tune(settings: Settings, command: str) -> list[Path]:
    """Tune all centres asked for whose results do not exist, and write the results; finished searches are kept.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The result files of all centres asked for.

    Raises:
        ValueError: If a setting is not allowed.
    """
    _check(settings)
    names = names_of(settings.scenarios) or list_scenarios()
    files = {name: ROOT / settings.results / f"{file_name(name, settings.reserves)}.json" for name in names}
    asked = [name for name in names if settings.again or not files[name].exists()]
    tasks = [(name, settings, replicate) for name in asked for replicate in range(settings.replicates)]
    with Workers(settings.processes) as workers:
        cells = workers.map(search, tasks, "searches")
        found = [[cell for cell, task in zip(cells, tasks, strict=True) if task[0] == name] for name in asked]
        old = [before(files[name], name, settings) for name in asked]
        _something_to_choose(asked, found, old)
        choices = [(name, settings, *each) for name, *each in zip(asked, found, old, strict=True)]
        results = workers.map(chosen, choices, "choice")
    for name, result, earlier in zip(asked, results, old, strict=True):
        if earlier is None or changed(result, earlier):
            version = 1 if earlier is None else earlier["version"] + (pairs_of(result) != pairs_of(earlier))
            write_json(files[name], {"version": version, **result, "command": command})
    write_page(settings)
    return list(files.values())


def write_page(settings: Settings) -> None:
    """Write the page of all opponents whose results exist."""
    write_atomic(ROOT / settings.results / PAGE, page(ROOT / settings.results))


def _check(settings: Settings) -> None:
    for rung in settings.rungs:
        if rung not in RUNGS:
            raise ValueError(f"rungs: {rung!r}; allowed: {', '.join(RUNGS)}")
    for name in ("cpu_s", "large_cpu_s"):
        if not getattr(settings, name) > 0.0:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: a positive number of seconds")
    for name in ("replicates", "validation_days", "evaluation_days", "large_days"):
        least = 0 if name == "replicates" else 2
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")


def _something_to_choose(names: Sequence[str], found: Sequence[Any], old: Sequence[Any]) -> None:
    for name, searches, earlier in zip(names, found, old, strict=True):
        if not searches and earlier is None:
            raise ValueError(f"replicates = 0: {name!r} has no result of its present content; allowed there: 1 or more")


def budget_s(scenario: Scenario, settings: Settings) -> float:
    """Return the CPU time of a search, by the size of the centre and the length of its episode."""
    return settings.large_cpu_s if is_large(scenario) else settings.cpu_s


def days_of(scenario: Scenario, settings: Settings) -> dict[str, int]:
    """Return the number of validation days and of evaluation days, by the size of the centre."""
    if is_large(scenario):
        return {"validation": settings.large_days, "evaluation": settings.large_days}
    return {"validation": settings.validation_days, "evaluation": settings.evaluation_days}


def search(name: str, settings: Settings, replicate: int) -> list[dict[str, Any]]:
    """Return the results of the rungs of one replicate; a finished search is read from its file."""
    scenario = centre_of(name)
    limit = _limit(scenario, settings)
    starts = league_starts(ROOT / settings.results / LEAGUES / f"{file_name(name, settings.reserves)}.json")
    inputs = {
        "rungs": list(settings.rungs), "reserves": settings.reserves, "limit": limit, "replicate": replicate,
        "cpu_s": budget_s(scenario, settings), "validation_days": days_of(scenario, settings)["validation"],
        "starts": [pair.label for pair in starts],
    }  # fmt: skip
    digest = cell_digest(inputs, centre_digest(scenario), code_digest(("experiments.pipeline.joint.search",)))
    path, _ = run_once(
        ROOT / settings.dir / f"{digest}.json", lambda: _rungs(scenario, settings, limit, replicate, starts)
    )
    found: list[dict[str, Any]] = read_json(path)
    return found


def _limit(scenario: Scenario, settings: Settings) -> float | None:
    return drop_limit(scenario) if settings.within_limit else None


def league_starts(path: Path) -> list[Pair]:
    """Return each rule of a centre's league with the numbers found there, beside the opponent of that league.

    All of them, since the league's figures are from evaluation days, on which nothing is chosen; none without a league.
    """
    if not path.exists():
        return []
    league = read_json(path)
    opponent = pair_of(league["opponent"]["pair"])
    return [
        with_rule(opponent, row["half"], Rule(row["rule"], row["params"])) for row in league["rules"] if "params" in row
    ]


def _rungs(
    scenario: Scenario, settings: Settings, limit: float | None, replicate: int, starts: Sequence[Pair]
) -> list[dict[str, Any]]:
    also: list[Pair] = []
    found = []
    for rung in settings.rungs:
        tuned = tune_rung(
            scenario, rung, limit=limit, cpu_s=budget_s(scenario, settings), replicate=replicate,
            validation_days=days_of(scenario, settings)["validation"], reserves=settings.reserves, also=also,
            starts=starts,
        )  # fmt: skip
        also = [tuned.pair]
        found.append(dataclasses.asdict(tuned))
    return found


def before(path: Path, name: str, settings: Settings) -> dict[str, Any] | None:
    """Return the result that exists for a centre as it is; None if there is none, or if it was chosen otherwise."""
    if not path.exists():
        return None
    found: dict[str, Any] = read_json(path)
    scenario = centre_of(name)
    same = found["scenario_digest"] == scenario.digest
    same &= found["limit"] == _limit(scenario, settings)
    n_days = days_of(scenario, settings)["validation"]
    same &= all(rung["validation_days"] == n_days for rung in found["rungs"].values())
    return found if same else None


def pairs_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pair of each rung of a result."""
    return {rung: found["pair"] for rung, found in result["rungs"].items()}


def _searches(found: Sequence[Mapping[str, Any]], earlier: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return what each replicate found on the validation days; a new search replaces the earlier one of its number."""
    keys = ("replicate", "value", "dropped_share", "cpu_s")
    searches = {each["replicate"]: each for each in (earlier or {"replicates": []})["replicates"]}
    searches |= {each["replicate"]: {key: each[key] for key in keys} for each in found}
    return [searches[number] for number in sorted(searches)]


def changed(result: Mapping[str, Any], earlier: Mapping[str, Any]) -> bool:
    """Return whether a result has other pairs than the one that exists, or is the choice among more searches."""
    rungs = [(result["rungs"][rung], earlier["rungs"].get(rung)) for rung in result["rungs"]]
    more = any(old is None or len(new["replicates"]) > len(old["replicates"]) for new, old in rungs)
    return more or pairs_of(result) != pairs_of(earlier)


def chosen(
    name: str,
    settings: Settings,
    replicates: Sequence[Sequence[Mapping[str, Any]]],
    earlier: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the result of a centre: for each rung the best pair on validation days, with figures on evaluation days.

    A pair that the search of another rung has found may be chosen too, if the rung allows it.

    Args:
        name: The centre.
        settings: All settings.
        replicates: The results of the rungs of each replicate.
        earlier: The result that exists; its pairs stay unless a new one is better.
    """
    scenario = centre_of(name)
    limit = _limit(scenario, settings)
    objective = Objective(scenario, limit)
    n_days = days_of(scenario, settings)["evaluation"]
    days = seeds("evaluation", n_days)
    shipped = objective.scores([own_pair(scenario), *p0_pairs(scenario)], days)
    rows = [{"rung": "P0", **figures(score)} for score in shipped]
    of_rung = {rung: [each[k] for each in replicates] for k, rung in enumerate(settings.rungs)}
    rungs = {}
    for rung, searched in of_rung.items():
        space = Space(scenario, rung, settings.reserves)
        others = [each for of in of_rung for each in of_rung[of] if of != rung]
        kept = [] if earlier is None else [earlier["rungs"][of] for of in (rung, *of_rung) if of in earlier["rungs"]]
        found = [each for each in (*kept, *searched, *others) if space.allows_pair(pair_of(each["pair"]))]
        best = min(found, key=lambda each: rank_of_result(each, limit))
        score = objective.score(pair_of(best["pair"]), days)
        assert score is not None  # it ran on the validation days
        rows.append({"rung": rung, **figures(score), "over_p0": over(score.values, shipped[0].values)})
        rungs[rung] = {**best, "replicates": _searches(searched, (earlier or {"rungs": {}})["rungs"].get(rung))}
    return {
        "scenario": name, "scenario_digest": scenario.digest, "reserves": settings.reserves, "limit": limit,
        "evaluation_days": n_days, "rungs": rungs, "rows": rows,
    }  # fmt: skip
