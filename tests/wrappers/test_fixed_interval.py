"""One decision of the policy in each interval, and what decides in between."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from ccenv import CentreEnv, RulePolicy, simulate
from ccenv.kpis import KPIS
from ccenv.wrappers import FixedInterval
from tests.env.days import SEED, day, names, of_row
from tests.wrappers.script import Script

INTERVAL_S = 120.0


class Log(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Notes time and action of each decision."""

    def reset(self, **arguments: Any) -> Any:
        self.taken: list[tuple[float, int, np.ndarray]] = []
        self.time_s, self.total = 0.0, 0.0
        obs, self.info = self.env.reset(**arguments)
        return obs, self.info

    def step(self, action: Any) -> Any:
        self.taken.append((self.time_s, int(action), self.info["action_mask"]))
        obs, reward, terminated, truncated, self.info = self.env.step(action)
        self.time_s += self.info["elapsed_s"]
        self.total += float(reward)
        return obs, reward, terminated, truncated, self.info


def played(between: str, **arguments: Any) -> tuple[Log, list[tuple[Any, ...]]]:
    """The decisions of a day on which the policy takes the last legal action, and the steps of the wrapper."""
    log = Log(CentreEnv(day()))
    env = FixedInterval(log, INTERVAL_S, between=between, **arguments)
    _, info = env.reset(seed=SEED)
    steps = []
    while not steps or not (steps[-1][2] or steps[-1][3]):
        own = len(log.taken), log.time_s, int(np.flatnonzero(info["action_mask"])[-1])
        steps.append((*env.step(own[-1]), own))
        info = steps[-1][4]
    return log, steps


@pytest.mark.parametrize("between", ["hold", "repeat", "rules"])
def test_a_step_ends_at_the_first_decision_after_the_interval(between: str) -> None:
    log, steps = played(between)

    times = [time_s for time_s, _, _ in log.taken]
    own = [step[-1][0] for step in steps]
    assert own[0] == 0 and len(own) > 5
    for one, other in zip(own, own[1:], strict=False):
        grid = INTERVAL_S * (times[one] // INTERVAL_S + 1)
        assert times[other] >= grid > times[other - 1]
    assert [log.taken[k][1] for k in own] == [step[-1][2] for step in steps]


def test_sums_are_those_of_the_decisions() -> None:
    log, steps = played("hold")

    assert sum(step[1] for step in steps) == pytest.approx(log.total)
    assert sum(step[4]["elapsed_s"] for step in steps) == pytest.approx(log.time_s)
    assert sum(step[4]["n_decisions"] for step in steps) == len(log.taken)
    kpis = steps[-1][4]["kpis"]
    cost, base = (sum(step[4][name] for step in steps) for name in ("cost", "cost_base"))
    assert kpis["dropped_share_run_total"] == pytest.approx(cost / base, nan_ok=True)


@pytest.mark.parametrize("between", ["hold", "repeat"])
def test_decisions_in_between(between: str) -> None:
    log, steps = played(between)

    own = {step[-1][0] for step in steps}
    mine, repeated = 0, 0
    for k, (time_s, action, mask) in enumerate(log.taken):
        if k in own:
            mine = action
            continue
        at_a_later_instant = time_s > log.taken[k - 1][0]
        expected = 0 if mask[0] else int(np.argmax(mask))
        if between == "repeat" and at_a_later_instant and mask[mine]:
            expected = mine
            repeated += mine != 0
        assert action == expected, f"decision {k} at {time_s} s"
    assert repeated > 10 or between == "hold"


def test_rules_in_between_are_those_of_the_environment() -> None:
    log = Log(CentreEnv(day()))
    env = FixedInterval(log, 1e9, between="rules")
    _, info = env.reset(seed=SEED)
    centre: Any = env.unwrapped
    first, _ = RulePolicy(day()).act(
        centre.batch.engine.snaps, centre.batch.mask, None, centre.batch.u, np.ones(1, np.bool_)
    )
    _, _, terminated, _, info = env.step(first[0])

    assert terminated and info["n_decisions"] == len(log.taken) > 100
    rules = of_row(simulate(day(), seeds=[SEED]))
    same = [name for name in names() if KPIS[name].name != "illegal_share"]
    assert {name: info["kpis"][name] for name in same} == pytest.approx(
        {name: rules[name] for name in same}, nan_ok=True
    )


def test_other_rules_can_decide() -> None:
    default, given = (played("rules", **rules)[0] for rules in ({}, {"routing": "random"}))

    assert default.taken != given.taken


@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version:UserWarning")
@pytest.mark.parametrize("between", ["hold", "rules"])
def test_gymnasiums_checker_passes(between: str) -> None:
    check_env(FixedInterval(CentreEnv(day()), 60.0, between=between), skip_render_check=True)


def test_rows_of_gymnasiums_vector_environment() -> None:
    vector = gymnasium.make_vec(
        "ccenv/Blended-v0",
        num_envs=2,
        vectorization_mode="sync",
        scenario=day(),
        wrappers=[lambda env: FixedInterval(env, INTERVAL_S)],
    )
    vector.reset(seed=SEED)
    infos = vector.step(np.zeros(2, np.int64))[-1]

    assert np.all(infos["elapsed_s"] >= INTERVAL_S)


def test_bad_arguments_are_refused() -> None:
    for interval_s in (0.0, -1.0, "x"):
        with pytest.raises(ValueError, match="interval_s = "):
            FixedInterval(CentreEnv(day()), interval_s)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="between = 'nothing'; allowed: hold, repeat, rules"):
        FixedInterval(CentreEnv(day()), 60.0, between="nothing")
    with pytest.raises(ValueError, match="allowed: a CentreEnv"):
        FixedInterval(Script(), 60.0)
