"""Published control problems as data, and as centres of ccenv.

Many classes and one pool of advisors: arXiv 2311.18128, replication package of 2025-02-25. Classes and stations with
service rates by pair: arXiv 2605.09799, replication package of 2026-05-13. A class costs its rate an hour for each
customer that waits; abandonment is part of that rate.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

HOUR_S = 3_600.0
SLOT_S = 300.0  # a period of the problems with one pool
RUN_H = 10.0  # hours of a run of the problems with stations
TERMINAL = 2.12  # cost of a customer who still waits when a day with one pool closes


class Problem(NamedTuple):
    """A control problem.

    Attributes:
        name: Folder of its data.
        rates: Arrivals an hour, (slots, classes).
        agents: Servers, (slots, stations).
        mu: Services an hour of a class at a station, (classes, stations); 0 where there are none.
        theta: Abandonments an hour, (classes,).
        cost: Cost of an hour of waiting, (classes,).
        initial: Customers at the start, (classes,).
        terminal: Cost of a customer who waits at the end.
        slot_s: Length of a slot [s].
    """

    name: str
    rates: np.ndarray
    agents: np.ndarray
    mu: np.ndarray
    theta: np.ndarray
    cost: np.ndarray
    initial: np.ndarray
    terminal: float
    slot_s: float


def data_digest(folder: Path) -> str:
    """Return the SHA-256 of the files of a problem."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def read(folder: Path) -> Problem:
    """Return the problem of a folder.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    (config_file,) = folder.glob("config*.json")
    config = json.loads(config_file.read_text())
    files = {key.removesuffix("_path"): folder / Path(value).name for key, value in config.items() if "_path" in key}
    tables = {key: np.atleast_1d(np.genfromtxt(path, delimiter=",")) for key, path in files.items()}
    return (
        _with_stations(folder.name, config, tables)
        if "station_no" in config
        else _one_pool(folder.name, config, tables)
    )


def _one_pool(name: str, config: dict[str, Any], tables: dict[str, np.ndarray]) -> Problem:
    classes, slots = config["class_no"], config["num_interval"]
    shares = np.diff(tables["arr_cdf"][:slots, :classes], axis=1, prepend=0.0)
    per_hour = HOUR_S / SLOT_S * tables["lambda"][:slots, None] * np.maximum(shares, 0.0)
    return Problem(
        name,
        per_hour,
        tables["agents"][:slots, None].astype(int),
        _each(tables["mu_hourly"], classes)[:, None],
        _each(tables["theta_hourly"], classes),
        _each(tables["cost_rate"], classes),
        _each(tables["initialization"], classes),
        TERMINAL,
        SLOT_S,
    )


def _with_stations(name: str, config: dict[str, Any], tables: dict[str, np.ndarray]) -> Problem:
    classes = config["class_no"]
    rates = config["arrival_rate"] * np.diff(tables["arr_cdf"][:classes], prepend=0.0)
    agents = tables["agents"][None, :].astype(int)
    rest = tables["mu_hourly"], tables["theta_hourly"], tables["cost_rate"]
    return Problem(name, rates[None, :], agents, *rest, np.zeros(classes), 0.0, RUN_H * HOUR_S)


def _each(values: np.ndarray, n: int) -> np.ndarray:
    """Return one value for each class; a single number holds for all."""
    return np.broadcast_to(values[:n] if len(values) >= n else values[:1], (n,)).astype(float)


def constant(problem: Problem, agents: int, arrivals: float) -> Problem:
    """Return a problem with one pool and the same staffing and arrivals in all slots.

    Args:
        problem: The problem.
        agents: Servers.
        arrivals: Mean arrivals of a slot, over all classes, with the shares of the slot in the middle of the day.
    """
    slots = len(problem.rates)
    middle = problem.rates[slots // 2]
    per_hour = np.tile(arrivals * HOUR_S / problem.slot_s * middle / middle.sum(), (slots, 1))
    return problem._replace(rates=per_hour, agents=np.full_like(problem.agents, agents))


def equal(problem: Problem, mu: float, theta: float, cost: float) -> Problem:
    """Return a problem with the same service rate, abandonment rate and cost in all classes."""
    return problem._replace(
        mu=np.full_like(problem.mu, mu), theta=np.full_like(problem.theta, theta), cost=np.full_like(problem.cost, cost)
    )


def class_names(problem: Problem) -> list[str]:
    """Return the names of the classes as queues."""
    return [f"c{k:02d}" for k in range(len(problem.theta))]


def station_names(problem: Problem) -> list[str]:
    """Return the names of the stations as groups."""
    return [f"g{j:02d}" for j in range(problem.agents.shape[1])]


def centre(problem: Problem, handle_factor: float = 1.0) -> dict[str, Any]:
    """Return a problem as a centre. It starts empty, and advisors finish the contact in hand when staffing falls.

    Args:
        problem: The problem.
        handle_factor: Factor of all handle times.
    """
    slots = len(problem.rates)
    whole_s = slots * problem.slot_s
    clock: dict[str, Any] = {"kind": "steady", "horizon_s": whole_s, "review_s": 0.0}
    if slots > 1:
        clock = {"kind": "day", "close_s": whole_s, "overtime_s": 0.0, "slot_s": problem.slot_s, "review_s": 0.0}
    handle_s = np.divide(handle_factor * HOUR_S, problem.mu, out=np.zeros_like(problem.mu), where=problem.mu > 0.0)
    names, groups = class_names(problem), station_names(problem)
    return {
        "name": problem.name,
        "description": "A published control problem with classes and stations.",
        "clock": clock,
        "queues": {
            name: {
                "arrivals_per_hour": _profile(problem.rates[:, k]),
                "handle_s": float(handle_s[k][handle_s[k] > 0.0].mean()),
                "patience_s": HOUR_S / float(problem.theta[k]),
            }
            for k, name in enumerate(names)
        },
        "groups": {
            group: {
                "skills": [name for k, name in enumerate(names) if problem.mu[k, j] > 0.0],
                "staffing": _profile(problem.agents[:, j]),
                "handle_s": {name: float(handle_s[k, j]) for k, name in enumerate(names) if problem.mu[k, j] > 0.0},
            }
            for j, group in enumerate(groups)
        },
        "rules": {"routing": {"name": "fifo"}},
        "sources": {"*": "replication packages of arXiv 2311.18128 and arXiv 2605.09799"},
    }


def _profile(values: np.ndarray) -> Any:
    """Return one number if there is one slot, else a list."""
    return values[0].item() if len(values) == 1 else values.tolist()
