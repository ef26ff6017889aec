"""The kernel gives the same bits compiled and, with compilation switched off, as plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ccenv import Batch, CentreEnv, Scenario, load_scenario, simulate
from ccenv.run.config import RuleChoice
from ccenv.sim.kernel.jit import config
from ccenv.sim.state.layout import layout
from ccenv.trace import trace
from tests.env.short import random_legal, short_day
from tests.env.whole_centre import whole_centre
from tests.oracle.scenario_maker import ScenarioMaker

#: Numbers of random scenarios: short ones, which together run every line of the kernel that longer ones do.
LOGS = (4, 15, 18, 19, 25, 26, 28, 30)
#: A quarter of an hour of the smallest centre.
BRIEF = {"clock.close_s": 33_300, "clock.slot_s": 450, "campaigns.survey.dial_from_s": 32_450}


def by_coin(number: int, u: float, legal: np.ndarray) -> int:
    """A legal action."""
    return int(legal[int(u * len(legal))])


def steps(scenario: Scenario, pacing: RuleChoice, label: str) -> dict[str, np.ndarray]:
    """All that a batch gives in some steps."""
    batch = Batch(scenario, 2, pacing=pacing, reward={"answered": 1.0, "idle_s": -0.01, "waiting_s": -0.1})
    batch.reset([1, 2])
    found = {}
    for step in range(150):
        for name in ("obs", "mask", "reward", "elapsed_s", "u", "final_obs"):
            found[f"{name} {label} {step}"] = getattr(batch, name).copy()
        batch.step(random_legal(batch.mask, batch.u))
    return found


def single_steps() -> dict[str, np.ndarray]:
    """All that a single environment gives in some steps."""
    env = CentreEnv(short_day(**BRIEF))
    env.reset(seed=3)
    found = {}
    for step in range(50):
        obs, *numbers, info = env.step(random_legal(env.batch.mask, env.batch.u)[0])
        found[f"single {step}"] = np.array([*obs, *numbers, *info.pop("action_mask"), *info.values()])
    return found


def results() -> dict[str, np.ndarray]:
    """Event logs, counters, all that batches give, and KPIs."""
    found: dict[str, np.ndarray] = {"compiled": np.array(not config.DISABLE_JIT)}
    for number in LOGS:
        made = ScenarioMaker(number).run()
        log, counters = trace(load_scenario(made.scenario), by_coin, seed=made.seed, routing="lwt")
        found[f"log {number}"] = log
        found.update({f"{axis} {number}": rows for axis, rows in counters.items()})
    for reserves in (False, True):
        scenario = short_day(**BRIEF, **{"campaigns.survey.reserves": reserves})
        pacing = ("reserve_threshold", {"p_next": 0.3}) if reserves else ("fixed_ratio", {"ratio": 1.6})
        found.update(steps(scenario, pacing, f"reserves {reserves}"))
        table = simulate(scenario, routing="random", pacing=pacing, seeds=[4], by="interval")
        found[f"kpis {reserves}"] = np.asarray(table)
    found.update(steps(whole_centre(), None, "whole"))
    found.update(single_steps())
    return found


def names_in(kind: np.dtype) -> set[str]:
    """Names of all fields, also of the records within."""
    names: set[str] = set()
    for name, (inner, *_) in (kind.fields or {}).items():
        names |= {name} | names_in(inner.base)
    return names


@pytest.mark.parametrize("part", ["config", "env", "snapshot"])
def test_no_field_is_named_as_something_that_every_record_has(part: str) -> None:
    """Uncompiled, a field is read as an attribute of the record."""
    kind = getattr(layout("S"), part)
    names = names_in(kind)
    assert len(names) > 20
    assert sorted(name for name in names if hasattr(np.generic, name) or hasattr(np.recarray, name)) == []


@pytest.mark.slow
def test_compiled_and_uncompiled_agree_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "uncompiled.npz"
    code = f"import numpy as np; from tests.sim.test_uncompiled import results; np.savez({str(path)!r}, **results())"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
        timeout=600,
    )
    compiled = results()
    with np.load(path, max_header_size=1_000_000) as uncompiled:  # a table of KPIs has hundreds of columns
        assert compiled.pop("compiled") and not uncompiled["compiled"]
        for name, array in compiled.items():
            assert array.dtype == uncompiled[name].dtype, name
            assert array.tobytes() == uncompiled[name].tobytes(), name  # nan equals nan
