"""Routing rules that score pairs: decisions by hand, and against their twin by sorting."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from ccenv.rules import ROUTING_RULES
from ccenv.rules.routing import basic
from ccenv.rules.routing.choosing import GROUP_CHOICES
from ccenv.scenarios import Scenario
from tests.rules.bench import Bench, random_snapshots, whole_centre
from tests.rules.routing_twin import SCORES, Twin
from tests.rules.scored_cases import BUSY, CASES
from tests.rules.test_registry import PARAMS


@functools.cache
def centre() -> Scenario:
    return whole_centre()


@pytest.mark.parametrize("rule, params, changes, expected", CASES)
def test_by_hand(rule: str, params: dict[str, Any], changes: dict[str, Any], expected: str) -> None:
    assert Bench((rule, params), scenario=centre()).act(**{**BUSY, **changes}) == expected


def test_the_threshold_rises_when_a_service_level_is_missed_and_falls_again() -> None:
    bench = Bench(("adaptive_threshold", {"service_level": 0.8, "every_s": 300}), scenario=centre())
    work = BUSY | {"queue_length": [0, 0, 0, 1], "idle": [1, 0, 0]}
    missed, met = {"service_level_recent": [0.9, 0.7, 1, 0]}, {"service_level_recent": [0.9, 0.8, 1, 0]}
    steps = [(0, missed), (299, missed), (300, missed), (599, met), (600, met)]
    found = [bench.act(**work, **level, time_of_day_s=t) for t, level in steps]
    assert found == ["assign:d>one", "assign:d>one", "hold", "hold", "assign:d>one"]


@pytest.mark.parametrize("rule", SCORES)
def test_the_twin_takes_the_same(rule: str) -> None:
    """Over snapshots with many ties, for each way to choose the group."""
    n = 60
    taken: set[str] = set()
    for seed, word in enumerate(GROUP_CHOICES):
        params = {**PARAMS.get(rule, {}), "advisor": word}
        bench, twin = Bench((rule, params), scenario=centre()), Twin(centre(), rule, params)
        snaps = random_snapshots(bench, n, seed=seed)
        snaps["epoch_kind"] = 1  # an event: the rule is asked, even if it has just held
        masks = bench.mask(snaps)
        for k in range(n):
            legal = [name.removeprefix("assign:") for name in np.array(bench.names)[masks[k]] if "assign" in name]
            if not legal:
                continue
            found = bench.names[bench.choose(snaps[k : k + 1], masks[k : k + 1], 0.5, bench.state)[0]]
            chosen = twin.choose(snaps[k], [tuple(pair.split(">")) for pair in legal], bool(masks[k, 0]))
            expected = "assign:" + ">".join(chosen) if chosen else "hold"
            assert found == expected or (expected == "hold" and "assign" not in found), (word, k)
            taken.add(expected)
    assert len(taken) > 5


def test_every_scored_rule_has_a_twin() -> None:
    assert list(SCORES) == [rule.name for rule in ROUTING_RULES[len(basic.RULES) :]]
