"""Two centres with one past and different futures look the same until the difference can be seen.

Both runs have the same seed and policy. They differ in a hidden quantity: the patience of contacts that have waited
long, a coming surge, coming repeats. The event log holds the visible state, and also details that become known later
or never; the comparison leaves those out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.loops.batch import DISABLED
from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.sim.state import codes
from tests.env.whole_centre import WHOLE_CENTRE

SEEDS = range(6)
# the mode is hidden here; who will call in is, too, and so whether a lead is closed or held for its call
NEVER_SEEN = (
    codes.LOG_MODE, codes.LOG_SURGE, codes.LOG_RETURN_PENDING, codes.LOG_RETURN_CANCELLED, codes.LOG_CLOSED,
)  # fmt: skip
SEEN_LATER = (codes.LOG_TALK_END, codes.LOG_JOINED)  # their details: who will come again, who will buy
VISIBLE = ("t", "code", "kind", "index", "group", "advisor")
EARLY = {"dist": "piecewise_hazard", "from_s": [0, 45], "hazard_per_s": [0.01, 0.001]}
LATE = {"dist": "piecewise_hazard", "from_s": [0, 45], "hazard_per_s": [0.01, 0.5]}
HANGS_ON = {"dist": "piecewise_hazard", "from_s": [0, 2], "hazard_per_s": [0.1, 0.001]}
HANGS_UP = {"dist": "piecewise_hazard", "from_s": [0, 2], "hazard_per_s": [0.1, 2.0]}
PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "patience beyond 45 s": ({"queues.orders.patience_s": EARLY}, {"queues.orders.patience_s": LATE}),
    "a surge": ({"surge.p": 0.0}, {"surge.p": 1.0}),
    "how strong a surge is": ({"surge.factor": 1.2}, {"surge.factor": 4.0}),
    "when a surge begins": ({}, {"surge.from_s": 33_200}),
    "how long a surge lasts": ({"surge.lasts_s": 30}, {"surge.lasts_s": 900}),
    "who redials": ({"queues.orders.redial.p": 0.2}, {"queues.orders.redial.p": 0.9}),
    "when somebody redials": ({}, {"queues.orders.redial.delay_s": 60}),
    "who is not resolved": ({"queues.help.repeat.p": 0.1}, {"queues.help.repeat.p": 0.9}),
    "who answers a callback": ({"queues.orders.callback.p_answer": 0.1}, {"queues.orders.callback.p_answer": 0.9}),
    "how long a callback rings": ({}, {"queues.orders.callback.ring_s": {"dist": "constant", "value_s": 9}}),
    "who calls in": ({"campaigns.survey.return_calls.p_by_outcome.no_answer": 0.1}, {}),
    "when somebody calls in": ({}, {"campaigns.survey.return_calls.delay_s": 30}),
    "who keeps an appointment": ({}, {"campaigns.survey.follow_up.p_kept": 0.1}),
    "who hangs up late": (
        {"campaigns.survey.hang_up_s": HANGS_ON, "campaigns.survey.drop_after_s": 10},
        {"campaigns.survey.hang_up_s": HANGS_UP, "campaigns.survey.drop_after_s": 10},
    ),
    "how long nobody answers": (
        {"campaigns.survey.ring_s_by_outcome.no_answer": {"dist": "constant", "value_s": 15}},
        {"campaigns.survey.ring_s_by_outcome.no_answer": {"dist": "constant", "value_s": 25}},
    ),
    "the mode to come": (
        {"switching.mean_s": [300, 1000]},
        {"switching.mean_s": [600, 2000]},
    ),
    "slot levels to come": (
        {"slot_level.correlation": 0.5},
        {"slot_level.correlation": -0.5},
    ),
}  # fmt: skip


class Episode:
    """One episode under random legal actions: what was shown when, and what happened."""

    def __init__(self, changes: dict[str, Any], seed: int) -> None:
        scenario = load_scenario(WHOLE_CENTRE, **{"switching.observed": False, **changes})
        engine = Engine(run_config(scenario, owns="blended"), 1, log=True)
        engine.start(np.array([seed], np.uint64), np.ones(1, np.bool_))
        self.t: list[float] = []
        self.shown: list[bytes] = []
        while not engine.envs["done"][0]:
            self.t.append(float(engine.envs["t"][0]))
            self.shown.append(engine.obs.tobytes() + engine.masks.tobytes())
            legal = np.flatnonzero(engine.masks[0])
            engine.step(np.array([legal[int(engine.outs["u"][0] * len(legal))]]), DISABLED)
        self.log = self.visible(engine.log)

    @staticmethod
    def visible(log: np.ndarray) -> np.ndarray:
        """Rows of the log that are visible when they are written."""
        rows = log[~np.isin(log["code"], NEVER_SEEN)].copy()
        rows["detail"][np.isin(rows["code"], SEEN_LATER)] = 0
        passed = (rows["code"] == codes.LOG_RING_END) & (rows["detail"] == codes.MACHINE_PASSED)
        rows["detail"][passed] = codes.CONNECT
        return rows


def first_visible_difference_s(one: Episode, other: Episode) -> float:
    """Time of the first event that is in one log only; infinity if the logs are equal."""
    n = min(len(one.log), len(other.log))
    differs = np.zeros(n, np.bool_)
    for name in (*VISIBLE, "detail"):
        differs |= one.log[name][:n] != other.log[name][:n]
    if not differs.any() and len(one.log) == len(other.log):
        return codes.INFINITY
    at = int(np.argmax(differs)) if differs.any() else n - 1
    return float(min(one.log["t"][at], other.log["t"][at]))


@pytest.mark.parametrize("pair", PAIRS)
def test_what_is_to_come_cannot_be_seen(pair: str) -> None:
    n_equal = n_parted = 0
    for seed in SEEDS:
        one, other = (Episode(changes, seed) for changes in PAIRS[pair])
        until_s = first_visible_difference_s(one, other)
        n = int(np.searchsorted(one.t, until_s))
        assert n == np.searchsorted(other.t, until_s) and one.t[:n] == other.t[:n]
        assert one.shown[:n] == other.shown[:n]
        n_equal += n
        n_parted += until_s < codes.INFINITY
    assert n_parted >= 2, "they never part"
    assert n_equal > 50, "they part too early to tell anything"
