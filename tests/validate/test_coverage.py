"""Coverage of the intervals on made days, and planted faults in the intervals, each of which must fail the bar."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ccenv.kpis import bootstrap, figures, rare
from experiments.validate.coverage import ORDINARY, PAIRED, RARE, SAMPLES, Case, judged, section, verdict

REPETITIONS = 400
WINDOWS, ABOVE, SHARE = "n_vicidial_today_windows", "n_vicidial_today_windows_above", "windows_above_vicidial_today"
COLUMNS = ("seed", "wait_s", "n_dropped", WINDOWS, ABOVE, SHARE)
ORDINARY_CASE, RARE_CASE = Case(ORDINARY, "wait_s", 2), Case(RARE, "n_dropped", 2)
PAIRED_CASE, WINDOWS_CASE = Case(PAIRED, "n_dropped", 3, 2), Case(RARE, SHARE, 2)


def pool(drops: float) -> npt.NDArray[Any]:
    rng = np.random.default_rng(1)
    made = np.zeros(4_000, [(name, float) for name in COLUMNS])
    made["seed"], made[WINDOWS] = np.arange(4_000), 1.0
    made["wait_s"] = rng.normal(1_000.0, 100.0, 4_000)
    made["n_dropped"] = rng.random(4_000) < drops
    made[ABOVE] = made[SHARE] = made["n_dropped"]
    return made


POOLS = {2: pool(0.08), 3: pool(0.0)}


def passed(case: Case, n: int) -> bool:
    (row,) = judged([case], POOLS, REPETITIONS, [n])
    return bool(row["passed"])


@pytest.mark.parametrize("case", [ORDINARY_CASE, RARE_CASE, PAIRED_CASE, WINDOWS_CASE])
def test_intervals_hold_the_truth(case: Case) -> None:
    assert passed(case, 8)


def test_without_the_widening_the_bar_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "FEW_RUNS", 0)
    assert not passed(ORDINARY_CASE, 8)


def test_with_intervals_too_wide_the_bar_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "normal_quantile", lambda level: 1.2)
    assert not passed(ORDINARY_CASE, 8)


@pytest.mark.parametrize("case", [RARE_CASE, PAIRED_CASE])
def test_without_the_rule_of_three_the_bar_fails(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.setattr(rare, "rule_of_three", lambda n, confidence: 0.0)
    assert not passed(case, 8)


def test_without_the_exact_interval_of_windows_the_bar_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "binomial_interval", lambda k, n, confidence: (k / n, k / n))
    assert not passed(WINDOWS_CASE, 8)


def test_the_section_names_what_failed() -> None:
    rows = judged([ORDINARY_CASE, PAIRED_CASE], POOLS, 2)
    rows[1]["passed"], rows[1]["coverage"] = False, {str(n): 0.925 for n in SAMPLES}
    result = {"days": 4_000, "repetitions": 2, "rows": rows}

    (line,) = [line for line in section(result).splitlines() if "3 less 2" in line]
    assert line.startswith("| paired | `n_dropped` | 3 less 2 | -0.0") and line.endswith("92.5 % | 92.5 % | FAILED |")
    assert "hold the truth in 92.5 % of cases or more" in verdict(result)
