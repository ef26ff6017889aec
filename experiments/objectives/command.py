"""The command's work: search and judge each cell that is not finished, and write the result file and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ccenv.files.writing import write_atomic, write_json
from ccenv.kpis.replicates import crossed_interval
from ccenv.league import Suite, list_suites, suite_of
from ccenv.rewards.terms import Reward
from ccenv.scenarios import Scenario
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.objectives.measure import Effort, judged, trained
from experiments.objectives.page import page
from experiments.objectives.settings import SUITE, Settings
from experiments.pipeline.evaluation import Pair, Rule, drop_limit, interval

NAME = "objectives"
CODE = ("experiments.objectives.measure",)
SEARCH, P0, P1, START = "search", "P0", "P1", "P2"


class Task(NamedTuple):
    """A policy or rules of a centre: `who` is `search` or a rung, made under a reward; `seed` is that of a search."""

    centre: str
    who: str
    reward: str
    seed: int = 0


def objectives(settings: Settings, command: str) -> Path:
    """Run the cells that are not finished and write the result file and the page.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed, or the suite has no frozen opponents.
    """
    suite = _checked(settings)
    tasks = [task for centre in settings.centres for task in tasks_of(suite, centre, settings.replicates)]
    with Workers(settings.processes) as workers:
        cells = workers.map(cell_of, [(settings, task) for task in tasks], "policies")
    found = dict(zip(tasks, cells, strict=True))
    centres = [
        {"centre": name, **summary(rewards_of(suite, name), _limit(suite, name), _of_centre(found, name))}
        for name in settings.centres
    ]
    effort = effort_of(settings)._asdict()
    folder = ROOT / settings.results
    write_json(folder / f"{NAME}.json", {"command": command, "effort": effort, "centres": centres})
    path = folder / f"{NAME}.md"
    write_atomic(path, page(read_json(folder / f"{NAME}.json")))
    return path


def _checked(settings: Settings) -> Suite:
    if SUITE not in list_suites():
        raise ValueError(
            f"the suite {SUITE} has no frozen opponents; allowed: after python -m experiments.tune "
            f"scenarios=[{SUITE}/*] cpu_s=20 results=experiments/results/tuned/suites and python -m experiments.league"
        )
    suite = suite_of(SUITE)
    known = list(dict.fromkeys(cell.scenario for cell in suite.cells.values()))
    for name in settings.centres or [""]:
        if name not in known:
            raise ValueError(f"centres: {name!r}; allowed: one or more of {', '.join(known)}")
    if not settings.cpu_s > 0.0:
        raise ValueError(f"cpu_s = {settings.cpu_s}; allowed: a positive number of seconds")
    for name, least in (("replicates", 1), ("days", 1), ("validation_days", 2), ("evaluation_days", 2)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")
    return suite


def effort_of(settings: Settings) -> Effort:
    """Return how much is spent on each cell."""
    return Effort(*(getattr(settings, name) for name in Effort._fields))


def rewards_of(suite: Suite, centre: str) -> dict[str, Reward]:
    """Return the rewards of a centre by name, in the order of the suite."""
    cells = [cell for cell in suite.cells.values() if cell.scenario == centre]
    return {cell.name.removeprefix(f"{centre}-"): cell.own().reward for cell in cells}


def tasks_of(suite: Suite, centre: str, replicates: int) -> list[Task]:
    """Return what runs in a centre: the rules as shipped and P1 of each reward, and searches under each reward."""
    rewards = rewards_of(suite, centre)
    rules = [Task(centre, rung, reward) for rung in (P0, P1) for reward in rewards]
    return [*rules, *(Task(centre, SEARCH, reward, seed) for reward in rewards for seed in range(replicates))]


def _limit(suite: Suite, centre: str) -> float | None:
    return drop_limit(next(cell for cell in suite.cells.values() if cell.scenario == centre).own())


def _of_centre(found: Mapping[Task, dict[str, Any]], centre: str) -> dict[Task, dict[str, Any]]:
    return {task: each for task, each in found.items() if task.centre == centre}


def cell_of(settings: Settings, task: Task) -> dict[str, Any]:
    """Return what a policy or a pair of rules did; a finished cell is read."""
    suite, effort = suite_of(SUITE), effort_of(settings)
    cell = suite.cell(f"{task.centre}-{task.reward}")
    pair = _pair(suite, cell.name, START if task.who == SEARCH else task.who)
    centre, rewards = cell.centre(), rewards_of(suite, task.centre)
    inputs: dict[str, Any] = {"rules": pair.label, "rewards": rewards, "evaluation_days": effort.evaluation_days}
    if task.who == SEARCH:
        inputs |= {"seed": task.seed, **effort._asdict()}
    path = ROOT / settings.dir / f"{cell_digest(inputs, centre_digest(centre), code_digest(CODE))}.json"
    return dict(read_json(run_once(path, lambda: _made(task, centre, pair, rewards, effort))[0]))


def _made(task: Task, centre: Scenario, pair: Pair, rewards: Mapping[str, Reward], effort: Effort) -> dict[str, Any]:
    if task.who == SEARCH:
        return trained(centre, pair, rewards, task.seed, effort)
    return judged(centre, pair, rewards, effort.evaluation_days)


def _pair(suite: Suite, cell: str, rung: str) -> Pair:
    pair = suite.opponents_of(suite.cell(cell)).pairs[rung]
    return Pair(*(Rule(rule.name, rule.params) for rule in (pair.routing, pair.pacing)))


def summary(
    rewards: Mapping[str, Reward], limit: float | None, found: Mapping[Task, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the tables of a centre.

    Args:
        rewards: Its rewards, by name.
        limit: Largest dropped share allowed; None for no limit.
        found: Its cells.

    Returns:
        `rewards`, `limit`; `columns`: by reward the value of P0 under it, and the `best` value of a row within the
        limit; `rows`: for P1 and the search under each reward `values`, means over replicates and days by the reward
        of the judgement; `shares`, the way from P0 to the best, None where nothing is above P0; `dropped_share`. A
        search has `over_p1`, the paired difference under its own reward, `replicates`, `kept_rule`, how many of them
        kept the rules of their start, and `cpu_s`.
    """
    days = {
        (who, reward): [each for task, each in found.items() if (task.who, task.reward) == (who, reward)]
        for who in (P0, P1, SEARCH)
        for reward in rewards
    }
    values = {key: {name: _mean(made, name) for name in rewards} for key, made in days.items()}
    rows = [_row(who, reward, days, values[who, reward]) for who in (P1, SEARCH) for reward in rewards]
    lawful = [row for row in rows if limit is None or row["dropped_share"] is None or row["dropped_share"] <= limit]
    columns = {
        name: {"p0": values[P0, name][name], "best": max((row["values"][name] for row in lawful), default=None)}
        for name in rewards
    }
    shared = [{**row, "shares": {name: _share(row["values"][name], columns[name]) for name in rewards}} for row in rows]
    return {"rewards": dict(rewards), "limit": limit, "columns": columns, "rows": shared}


def _mean(made: Sequence[Mapping[str, Any]], reward: str) -> float:
    return float(np.mean([each["values"][reward] for each in made]))


def _row(
    who: str,
    reward: str,
    days: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]],
    values: Mapping[str, float],
) -> dict[str, Any]:
    made = days[who, reward]
    shares = [each["dropped_share"] for each in made if each["dropped_share"] is not None]
    row: dict[str, Any] = {"who": who, "reward": reward, "values": dict(values)}
    row["dropped_share"] = float(np.mean(shares)) if shares else None
    if who == SEARCH:
        mine = np.array([each["values"][reward] for each in made])
        rules = np.array(days[P1, reward][0]["values"][reward])
        row["over_p1"] = interval(crossed_interval(mine - rules, scale=float(np.abs(rules).max())))
        row["replicates"] = len(made)
        row["kept_rule"] = sum(each["kept_rule"] for each in made)
        row["cpu_s"] = round(sum(each["cpu_s"] for each in made), 1)
    return row


def _share(value: float, column: Mapping[str, Any]) -> float | None:
    p0, best = column["p0"], column["best"]
    return None if best is None or not best > p0 else (value - p0) / (best - p0)
