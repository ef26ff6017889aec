"""The kernel gives the same bits compiled and, with compilation switched off, as plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from ccenv import Batch, load_scenario, simulate
from ccenv.sim.jit import config
from ccenv.trace import trace
from tests.env.short import random_legal, short_day
from tests.oracle.scenario_maker import ScenarioMaker

LOGS = (5, 7, 24)  # numbers of random scenarios
#: A quarter of an hour of the smallest centre.
BRIEF = {"clock.close_s": 33_300, "clock.slot_s": 450, "campaigns.survey.dial_from_s": 32_450}


def by_coin(number: int, u: float, legal: np.ndarray) -> int:
    """A legal action."""
    return int(legal[int(u * len(legal))])


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
        batch = Batch(scenario, 2, pacing=pacing, reward={"answered": 1.0, "idle_s": -0.01, "waiting_s": -0.1})
        batch.reset([1, 2])
        for step in range(150):
            names = ("obs", "mask", "reward", "elapsed_s", "u", "final_obs")
            found.update({f"{name} {reserves} {step}": getattr(batch, name).copy() for name in names})
            batch.step(random_legal(batch.mask, batch.u))
        table = simulate(scenario, routing="random", pacing=pacing, seeds=[4], by="interval")
        found[f"kpis {reserves}"] = np.asarray(table)
    return found


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
    with np.load(path) as uncompiled:
        assert compiled.pop("compiled") and not uncompiled["compiled"]
        for name, array in compiled.items():
            assert array.dtype == uncompiled[name].dtype, name
            np.testing.assert_array_equal(uncompiled[name], array, err_msg=name)
