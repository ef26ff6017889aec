"""The league: every rule of both halves on a centre, each tuned beside the opponent's other half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.writing import write_atomic, write_json
from ccenv.rules import PACING_RULES, ROUTING_RULES
from ccenv.rules.spec import RuleSpec
from ccenv.run.config import why_not
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Rule, pair_of
from experiments.pipeline.joint.objective import Objective
from experiments.pipeline.joint.space import HALVES, Half, rung_of, with_rule
from experiments.tuning.choice import centre_of, figures, file_name, is_large, over, rank_of_result
from experiments.tuning.league_page import page
from experiments.tuning.one_rule import rule_result
from experiments.tuning.page import LEAGUE_PAGE, LEAGUES
from experiments.tuning.settings import Settings

RULES: dict[Half, tuple[RuleSpec, ...]] = {"routing": tuple(ROUTING_RULES), "pacing": tuple(PACING_RULES)}


def compare(settings: Settings, command: str) -> list[Path]:
    """Compare all rules on the centres asked for that have opponents, and write the results and the page.

    A result stays as it is if its centre, opponent, days and rules are those asked for, unless `settings.again` is
    true. Finished searches of rules are kept.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The result files of all centres asked for.

    Raises:
        ValueError: If a setting is not allowed, or a centre asked for has no opponents.
    """
    _check(settings)
    folder = ROOT / settings.results
    opponents = {path.stem: opponent_of(read_json(path)) for path in _opponent_files(folder, settings)}
    files = {name: folder / LEAGUES / f"{name}.json" for name in opponents}
    asked = [name for name in opponents if settings.again or not is_kept(files[name], opponents[name], settings)]
    rules = [(half, rule.name) for half in HALVES for rule in RULES[half]]
    tasks = [(opponents[name], settings, half, rule) for name in asked for half, rule in rules]
    with Workers(settings.processes) as workers:
        cells = workers.map(rule_cell, tasks, "rules")
        found = [cells[k : k + len(rules)] for k in range(0, len(cells), len(rules))]
        each = [(opponents[name], settings, rows) for name, rows in zip(asked, found, strict=True)]
        leagues = workers.map(league_of, each, "leagues")
    for name, league in zip(asked, leagues, strict=True):
        write_json(files[name], {**league, "command": command})
    for name in set(opponents) - set(asked):
        league = read_json(files[name])
        if league["opponent"] != opponents[name]:  # the same pair, in another rung or version
            write_json(files[name], {**league, "opponent": opponents[name]})
    write_atomic(folder / LEAGUE_PAGE, page([read_json(path) for path in sorted((folder / LEAGUES).glob("*.json"))]))
    return list(files.values())


def _check(settings: Settings) -> None:
    if not settings.rule_cpu_s > 0.0:
        raise ValueError(f"rule_cpu_s = {settings.rule_cpu_s}; allowed: a positive number of seconds")
    for name in ("rule_days", "large_rule_days"):
        if getattr(settings, name) < 2:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: 2 or more")


def _opponent_files(folder: Path, settings: Settings) -> list[Path]:
    if not settings.scenarios:
        return sorted(folder.glob("*.json"))
    files = [folder / f"{file_name(name, settings.reserves)}.json" for name in settings.scenarios]
    for name, file in zip(settings.scenarios, files, strict=True):
        if not file.exists():
            there = ", ".join(sorted(path.stem for path in folder.glob("*.json"))) or "none"
            raise ValueError(f"scenarios: {name!r} has no opponents in {folder}; there: {there}")
    return files


def opponent_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the opponent of a centre: the best rung on validation days, with what its result says of the centre."""
    rungs = result["rungs"]
    best = min(rungs, key=lambda rung: rank_of_result(rungs[rung], result["limit"]))
    centre = {key: result[key] for key in ("scenario", "scenario_digest", "reserves", "limit", "version")}
    return {**centre, "rung": best, "pair": rungs[best]["pair"]}


def beside(opponent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an opponent the figures of a league depend on: all but its rung and version."""
    return {key: value for key, value in opponent.items() if key not in ("rung", "version")}


def is_kept(path: Path, opponent: Mapping[str, Any], settings: Settings) -> bool:
    """Return whether a league exists with the rules of this opponent, these days and all rules."""
    if not path.exists():
        return False
    found = read_json(path)
    names = [(row["half"], row["rule"]) for row in found["rules"]]
    every = [(half, rule.name) for half in HALVES for rule in RULES[half]]
    days = days_of(centre_of(opponent["scenario"]), settings)
    return bool(
        beside(found["opponent"]) == beside(opponent) and found["days"] == days and sorted(names) == sorted(every)
    )


def days_of(scenario: Scenario, settings: Settings) -> int:
    """Return the number of validation days of a centre, and of its evaluation days."""
    return settings.large_rule_days if is_large(scenario) else settings.rule_days


def rule_cell(opponent: Mapping[str, Any], settings: Settings, half: Half, name: str) -> dict[str, Any]:
    """Return the tuned rule with its value on each evaluation day, or why the centre cannot run it.

    A finished search is read from its file.
    """
    scenario = centre_of(opponent["scenario"])
    rule = next(each for each in RULES[half] if each.name == name)
    head = {"half": half, "rule": name, "rung": rung_of(rule)}
    reason = misfit(scenario, opponent, half, rule)
    if reason is not None:
        return {**head, "why": reason}
    days = days_of(scenario, settings)
    inputs = {"opponent": beside(opponent), "rule": [half, name], "cpu_s": settings.rule_cpu_s, "days": days}
    digest = cell_digest(inputs, centre_digest(scenario), code_digest(("experiments.tuning.one_rule",)))
    path, _ = run_once(
        ROOT / settings.dir / "league" / f"{digest}.json",
        lambda: rule_result(
            scenario,
            pair_of(opponent["pair"]),
            half,
            name,
            limit=opponent["limit"],
            cpu_s=settings.rule_cpu_s,
            days=days,
            few=is_large(scenario),
        ),
    )
    return {**head, **read_json(path)}


def misfit(scenario: Scenario, opponent: Mapping[str, Any], half: Half, rule: RuleSpec) -> str | None:
    """Return why a rule does not run beside an opponent; None if it does."""
    if half == "routing" and not scenario.queues:
        return "no queue to route"
    if half == "pacing" and not scenario.campaigns:
        return "no campaign to pace"
    if half == "pacing" and opponent["reserves"] is not None and rule.reserves not in (None, opponent["reserves"]):
        return f"dials with reserves = {str(rule.reserves).lower()}, and these opponents do not"
    pair = with_rule(pair_of(opponent["pair"]), half, Rule(rule.name))
    return why_not(scenario, **pair.as_call())


def league_of(opponent: Mapping[str, Any], settings: Settings, cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the league of a centre: its rules with figures and the paired difference to the opponent."""
    scenario = centre_of(opponent["scenario"])
    days = days_of(scenario, settings)
    score = Objective(scenario, opponent["limit"]).score(pair_of(opponent["pair"]), seeds("evaluation", days))
    assert score is not None  # it has been tuned on this centre
    rules = []
    for cell in cells:
        row = {key: value for key, value in cell.items() if key not in ("values", "label")}
        if "values" in cell:
            row["difference"] = over(np.array(cell["values"]), score.values)
        rules.append(row)
    return {
        "opponent": dict(opponent), "figures": figures(score), "days": days, "cpu_s": settings.rule_cpu_s,
        "rules": rules,
    }  # fmt: skip
