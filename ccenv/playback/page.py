"""The HTML file of a replay: recordings, packed, beside the script and the style that show them."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.errors import shown
from ccenv.files.numbers import seed as checked_seed
from ccenv.files.writing import write_atomic
from ccenv.kpis import KPIS
from ccenv.playback.choices import chosen
from ccenv.playback.recording import Recording, counter_labels, counters_of, places_of, record
from ccenv.render.view import LINES, STATES, busiest, headlines
from ccenv.rewards.terms import Reward
from ccenv.scenarios import Scenario
from ccenv.scenarios.load import load_for_run
from ccenv.sim.state.codes import DAY_S

TENTHS = 10  # times are kept in tenths of a second
MOST_ROWS = 12  # queues, groups and campaigns that the page shows at first; a button shows the others
MOST_RUNS = 2
PLACE = re.compile(r"\{\{(title|style|script|data)\}\}")


def replay(
    scenario: Scenario | str | Mapping[str, Any],
    policies: Mapping[str, Any],
    *,
    seed: int = 0,
    path: str | Path = "replay.html",
    days: int | None = None,
    reward: Reward = None,
) -> Path:
    """Write one HTML file in which an episode is played for one or two policies on the same contacts.

    The file needs no server and no network. It shows the clock, waiting contacts by queue, advisors by group and state,
    lines by campaign, KPIs and reward so far, the last actions, and curves of the day. Its last counters are exactly
    those of `simulate` with the same policy and seed.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        policies: One or two policies by the name that the page shows, each given as `ccenv.compare` takes it: rules
            (`{"routing": ..., "pacing": ...}`, a pair, or None for the scenario's own), a policy, the folder of a
            bundle, a model of Stable-Baselines3, or a function.
        seed: Seed of the episode. Both policies get the same contacts (common random numbers).
        path: The file to write.
        days: Days of the episode; None: the scenario's `episode_days`.
        reward: Preset or weights of the reward shown; None: the scenario's.

    Returns:
        The path of the file.

    Raises:
        ValueError: If an argument is not allowed, or a policy takes an illegal action.

    Example:
        ```
        ccenv.replay("bank_blended", {"LWT": ("lwt", "max0"), "FIFO": ("fifo", "max0")}, seed=7, path="day.html")
        ```
    """
    if not isinstance(policies, Mapping) or not 1 <= len(policies) <= MOST_RUNS:
        raise ValueError(f"policies = {shown(policies)}; allowed: a mapping from one or two names to policies")
    centre, key = load_for_run(scenario, reward), checked_seed("seed", seed)
    runs = {}
    for name, policy in policies.items():
        runs[str(name)] = record(chosen(centre, policy, name=str(name), days=days, reward=reward), key, reward)
    file = Path(path)
    write_atomic(file, page(centre, runs, key).encode())
    return file


def page(scenario: Scenario, runs: Mapping[str, Recording], seed: int) -> str:
    """Return the HTML of recordings by name."""
    data = json.dumps(content(scenario, runs, seed), separators=(",", ":"), allow_nan=False)
    packed = base64.b64encode(gzip.compress(data.encode(), 9, mtime=0)).decode()
    assets = {
        name: files(__package__).joinpath(name).read_text("utf-8") for name in ("page.html", "page.css", "page.js")
    }
    names = " and ".join(runs)
    parts = {
        "title": html.escape(f"{scenario.name} under {names}"),
        "style": assets["page.css"],
        "script": assets["page.js"],
        "data": packed,
    }
    return PLACE.sub(lambda place: parts[place[1]], assets["page.html"])  # at once: a name may hold "{{data}}"


def unpacked(text: str) -> dict[str, Any]:
    """Return the data of a page, as `content` made them."""
    packed = text.partition('<script id="data" type="text/plain">')[2].partition("</script>")[0]
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return found


def content(scenario: Scenario, runs: Mapping[str, Recording], seed: int) -> dict[str, Any]:
    """Return what the script of the page reads, in plain types."""
    centre, places, labels = scenario.centre, places_of(scenario), counter_labels(scenario)
    total = dict(zip(labels, places["counter"], strict=True))
    kpis = []
    for headline in headlines(scenario):
        above, below = counters_of(headline)
        kpis.append(
            {
                "label": headline.label,
                "column": headline.column,
                "unit": KPIS[headline.column].unit if headline.column in KPIS else "1",
                "above": [total[label] for label in above],
                "below": [total[label] for label in below],
            }
        )
    first = int(min(run.times[0] for run in runs.values()) * TENTHS)
    last = int(np.ceil(max(run.times[-1] for run in runs.values()) * TENTHS))
    states = np.concatenate([run.states for run in runs.values()])
    waits = [sum(len(run.waits[q]) for run in runs.values()) for q in range(len(scenario.queues))]
    staffed = [int(states[:, place : place + len(STATES)].sum(axis=1).max()) for place in places["group"]]
    return {
        "title": scenario.name,
        "seed": str(seed),
        "start": first,
        "end": last,
        "days": int(max(run.times[-1] - scenario.centre.clock.open_s for run in runs.values()) // DAY_S) + 1,
        "queues": [{"name": name, "target": queue.service_level_s} for name, queue in centre.queues.items()],
        "groups": [{"name": name} for name in scenario.groups],
        "campaigns": [{"name": name, "limit": campaign.drop_limit} for name, campaign in centre.campaigns.items()],
        "top": {
            "queues": busiest(waits, MOST_ROWS),
            "groups": busiest(staffed, MOST_ROWS),
            "campaigns": busiest([0] * len(scenario.campaigns), MOST_ROWS),
        },
        "states": list(STATES),
        "lines": list(LINES),
        "kpis": kpis,
        "counters": total,
        "places": places,
        "actions": [action.name for action in scenario.catalogue],
        "runs": [_packed(name, run, first) for name, run in runs.items()],
    }


def _packed(name: str, run: Recording, first: int) -> dict[str, Any]:
    """Return a recording as changes: for each instant its distance to the last, and the numbers that differ."""
    times = np.ceil(run.times * TENTHS).astype(np.int64)
    before = np.vstack([np.zeros_like(run.states[:1]), run.states[:-1]])
    frames, numbers = np.nonzero(run.states != before)
    waits = []
    for queue in run.waits:
        starts = [int(wait.start * TENTHS) for wait in queue]
        waits.append(
            {
                "start": np.diff(starts, prepend=first).tolist() if starts else [],
                "length": [int(np.ceil(wait.end * TENTHS)) - s for wait, s in zip(queue, starts, strict=True)],
                "virtual": [k for k, wait in enumerate(queue) if wait.virtual],
            }
        )
    acted = [int(np.ceil(t * TENTHS)) for t, _ in run.actions]
    return {
        "name": name,
        "times": np.diff(times, prepend=first).tolist(),
        "n": np.bincount(frames, minlength=len(times)).tolist(),
        "number": numbers.tolist(),
        "value": run.states[frames, numbers].tolist(),
        "waits": waits,
        "acted": np.diff(acted, prepend=first).tolist() if acted else [],
        "action": [action for _, action in run.actions],
        "reward": float(run.kpis["reward"][0]),
    }
