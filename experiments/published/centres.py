"""The control problems as centres of the league, with the best rules of the published leagues as their opponents.

A centre has the cost of its problem as the reward, so the league needs neither the problem's data nor this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.league.declared import Opponents, Pair, Rule
from ccenv.rewards.holding import holding_cost
from ccenv.rules import find_rule
from ccenv.scenarios import Scenario, load_scenario
from experiments.calibrate.write_yaml import dump
from experiments.pipeline.evaluation import own_pair
from experiments.pipeline.joint.space import RUNGS, rung_of
from experiments.published.benchmarks import Problem, centre, class_names, read
from experiments.published.control import routing_of
from experiments.published.league import LEAGUES, League

#: Problems that are cells. In `single_pool_100` all classes have the same rates, so the order of their costs is the
#: answer, and its profiles are most of a megabyte.
PROBLEMS = ("parallel_13x9", "parallel_13x9_variant", "parallel_100x70", "single_pool_17", "single_pool_30")
PLAYED: dict[str, League] = {league.problem: league for league in LEAGUES if league.problem in PROBLEMS}
WRITTEN = "Written by `python -m experiments.league` from the data of the published problem; do not edit."


def centre_files(benchmarks: Path) -> dict[str, str]:
    """Return the texts of the centres' files by name, of the problems whose data are in a folder."""
    return {
        name: dump(document(read(benchmarks / name), PLAYED[name].about), {"": WRITTEN})
        for name in PROBLEMS
        if (benchmarks / name).is_dir()
    }


def document(problem: Problem, about: str) -> dict[str, Any]:
    """Return a problem as a centre of plain values, with its cost as the reward.

    Args:
        problem: The problem.
        about: The problem in a few words, to the first semicolon.
    """
    costs = dict(zip(class_names(problem), problem.cost.tolist(), strict=True))
    paid = holding_cost(costs, problem.terminal)
    reward = {term: paid[term] for term in ("waiting_s", "unserved") if paid[term]}
    described = f"A published control problem: {about.partition(';')[0]}. The reward is the cost of waiting, by class."
    made = {**centre(problem), "description": described, "reward": reward}
    return {"name": made.pop("name"), "description": made.pop("description"), **made}


def opponents(benchmarks: Path, leagues: Sequence[Mapping[str, Any]]) -> dict[str, Opponents]:
    """Return the opponents of the problems whose data are in a folder, by name.

    P0 is the centre's own pair. P1 and P2 are the cheapest rules of the published league that the rung allows.

    Args:
        benchmarks: The folder.
        leagues: The leagues of `published.json`.
    """
    tables = {table["problem"]: {rule["name"]: rule["cost"] for rule in table["rules"]} for table in leagues}
    found = {}
    for name, league in PLAYED.items():
        if name in tables and (benchmarks / name).is_dir():
            problem = read(benchmarks / name)
            scenario = load_scenario(document(problem, league.about))
            found[name] = Opponents(1, scenario.digest, None, pairs_of(scenario, problem, league, tables[name]))
    return found


def pairs_of(scenario: Scenario, problem: Problem, league: League, costs: Mapping[str, float]) -> dict[str, Pair]:
    """Return the pair of each rung of a problem, from the cost of each rule of its league by name."""
    own = own_pair(scenario)
    pairs = {"P0": Pair(*(Rule(rule.name, dict(rule.params)) for rule in (own.routing, own.pacing)))}
    for rung in RUNGS:
        allowed = RUNGS[: RUNGS.index(rung) + 1]
        entries = [each for each in league.entries if rung_of(find_rule("routing", each.rule)) in allowed]
        best = min(entries, key=lambda each: costs[each.name])
        pairs[rung] = Pair(Rule(*routing_of(problem, best.policy("ccenv"))), pairs["P0"].pacing)
    return pairs
