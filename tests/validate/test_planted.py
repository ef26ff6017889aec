"""Every bar of the validation meets a planted fault once: the bar falls with it and stands without."""

import copy
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from ccenv import theory
from ccenv.kpis import bootstrap
from ccenv.simulation import simulate
from experiments.jobs.files import to_csv
from experiments.validate import common_numbers, coverage, peer, published, real_data
from experiments.validate.common_numbers import Pair
from experiments.validate.faults import FAULTS, FAULTS_PART
from experiments.validate.part import Report
from experiments.validate.parts import PARTS
from experiments.validate.reference.part import REFERENCE, compared
from experiments.validate.settings import Settings
from experiments.validate.simulated import part as simulated_part
from experiments.validate.simulated.part import SIMULATED
from experiments.validate.simulated.rows import read_rows
from tests.validate.test_coverage import ORDINARY_CASE, POOLS, REPETITIONS
from tests.validate.test_faults import line
from tests.validate.test_real_data import result as real_result

Patch = pytest.MonkeyPatch
BY_NAME = {part.name: part for part in PARTS}


def report(name: str, *results: object) -> Report:
    """Report of a part of these results."""
    return BY_NAME[name].report(Settings(), results)


def made_rows() -> list[dict]:
    """Results of five rows with six measures each, whose errors are those of the normal distribution."""
    (row,) = (each for each in read_rows() if each.name == "Erlang A 7")
    z = np.random.default_rng(4).permutation(norm.ppf((np.arange(30) + 0.5) / 30)).reshape(5, 6)
    return [
        {
            "row": dataclasses.asdict(row),
            "measures": [
                {
                    "measure": name, "exact": 0.3, "simulated": 0.3 + 0.001 * value, "standard_error": 0.001,
                    "half_width_pct": 0.65, "z": float(value),
                }
                for name, value in zip(row.measures, mine, strict=True)
            ],
            "certain": [],
            "rare": [],
            "correlation": np.eye(6).tolist(),
        }
        for mine in z
    ]  # fmt: skip


def simulator(bar: str, patch: Patch | None) -> Report:
    """A measure six errors off; errors too large; intervals too wide; a share of 0 that is 0.2."""

    results = made_rows()
    first = results[0]["measures"][0]
    if patch is not None and bar == "near":
        first["z"] += 6.0
    if patch is not None and bar == "normal":
        for each in results:
            each["measures"] = [{**measure, "z": 0.1 * measure["z"]} for measure in each["measures"]]
    if patch is not None and bar == "narrow":
        first["half_width_pct"] = 2.5
    if patch is not None and bar == "certain":
        results[0]["certain"].append({"measure": "p_wait", "exact": 0.0, "simulated": 0.2, "right": False})
    return SIMULATED.report(Settings(), results)


def reference(bar: str, patch: Patch | None, folder: Path) -> Report:
    """A blocking probability a thousandth too large."""
    exact = theory.erlang_b(5, 3.0).blocking
    (folder / "erlang_b.csv").write_text(
        to_csv(("n", "offered_load", "blocking"), [{"n": 5, "offered_load": 3.0, "blocking": repr(exact)}])
    )
    if patch is not None:
        right = theory.erlang_b
        patch.setattr(theory, "erlang_b", lambda n, load: right(n, 1.001 * load))
    return REFERENCE.report(Settings(), [compared({"folder": str(folder), "table": "erlang_b", "only": None})])


def other_engine(bar: str, patch: Patch | None, always: Patch) -> Report:
    """One advisor more here than in the other engine, for which days of our own stand in."""
    scenario = peer._scenario

    def stand_in(centre: peer.Centre, seed: int) -> peer.Floats:
        table = simulate(scenario(centre), seeds=[100_000 + seed])
        return np.stack([np.stack([table[f"{name}:{c}"] for name in peer.SUMS], axis=-1)[0] for c in centre.classes])

    always.setattr(peer, "by_ciw", stand_in)
    always.setattr(peer, "OURS", 4)
    if patch is not None:
        patch.setattr(peer, "_scenario", lambda centre: _one_more(scenario(centre)))
    return report("peer", peer.measure(8))


def _one_more(scenario: dict) -> dict:
    scenario["groups"]["advisors"]["staffing"] += 1
    return scenario


def published_centre(bar: str, patch: Patch | None) -> Report:
    """A dialer that dials half as many lines."""
    if patch is not None:
        other = copy.deepcopy(published.CENTRE)
        other["rules"]["pacing"]["params"]["kappa"] = 1.0
        patch.setattr(published, "CENTRE", other)
    return report("published", published.measure(days=300))


def same_days(bar: str, patch: Patch | None) -> Report:
    """A figure of which one arm has none, so that the same days save nothing."""
    arms = (None, ("progressive", {"reserve": 1})), (None, ("progressive", {"reserve": 3}))
    kpi = "abandonment" if patch is None else "n_joined"
    return report("common_numbers", common_numbers.measure((Pair("bank_blended", *arms, (kpi,)),), 16))


def intervals(bar: str, patch: Patch | None) -> Report:
    """Intervals of few days not widened, or widened by too much."""
    if patch is not None and bar == "least":
        patch.setattr(bootstrap, "FEW_RUNS", 0)
    if patch is not None and bar == "most":
        patch.setattr(bootstrap, "normal_quantile", lambda level: 1.2)
    found = coverage.judged([ORDINARY_CASE], POOLS, REPETITIONS, coverage.SAMPLES)
    passed = all(row["passed"] for row in found)
    return report("coverage", {"days": 4_000, "repetitions": REPETITIONS, "rows": found, "passed": passed})


def bank(bar: str, patch: Patch | None) -> Report:
    """A comparison beyond the bound, a fault that is not caught, a known difference that does not show."""
    sound = real_result()
    if patch is None:
        return report("real_data", sound)
    off = [*sound["lines"], {**sound["lines"][-1], "z": 3.9}]
    changed = {
        "near": {"lines": off},
        "caught": {"faults": {**sound["faults"], next(iter(sound["faults"])): []}},
        "causes": {"lines": sound["lines"][1:]},
    }
    return report("real_data", real_result(**changed[bar], passed=False))


def kernel(bar: str, patch: Patch | None) -> Report:
    """A fault that no row notices, or an alarm without a fault."""
    sound, caught = [line(0.5)], [line(9.0)]
    results = [sound, *[caught] * len(FAULTS)]
    if patch is not None:
        results[-1 if bar == "caught" else 0] = sound if bar == "caught" else caught
    return FAULTS_PART.report(Settings(), results)


PLANTED = {
    "simulator": (simulator, ("near", "normal", "narrow", "certain")),
    "reference": (reference, ("within",)),
    "peer": (other_engine, ("agrees",)),
    "published": (published_centre, ("agrees",)),
    "real_data": (bank, ("near", "caught", "causes")),
    "common_numbers": (same_days, ("agrees",)),
    "coverage": (intervals, ("least", "most")),
    "faults": (kernel, ("caught", "no alarm")),
}
BARS = [(part, bar) for part, (_, bars) in PLANTED.items() for bar in bars]


def run(part: str, bar: str, patch: Patch | None, always: Patch, folder: Path) -> Report:
    """Report of a part, with the planted fault if there is a patch."""
    for module in (simulated_part, real_data):
        always.setattr(module, "drawings", lambda *_: {})
    plant, _ = PLANTED[part]
    more = {"reference": (folder,), "peer": (always,)}.get(part, ())
    return plant(bar, patch, *more)  # type: ignore[operator]


def test_every_part_has_a_planted_fault() -> None:
    assert list(PLANTED) == [part.name for part in PARTS]


@pytest.mark.parametrize("part", PLANTED)
def test_without_a_fault_all_bars_are_met_and_each_has_a_planted_fault(
    part: str, monkeypatch: Patch, tmp_path: Path
) -> None:
    found = run(part, "", None, monkeypatch, tmp_path)
    assert found.bars == dict.fromkeys(PLANTED[part][1], True) and found.passed


@pytest.mark.parametrize(("part", "bar"), BARS, ids=lambda word: word)
def test_a_bar_falls_with_its_planted_fault(part: str, bar: str, monkeypatch: Patch, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = run(part, bar, patch, monkeypatch, tmp_path)
    assert not found.bars[bar] and not found.passed
