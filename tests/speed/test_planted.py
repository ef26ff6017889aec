"""Every bar of the speed meets a planted fault once: what is measured is made slow, large or wrong, and the bar falls.

Clocks and processes are replaced by made-up times; the parts themselves make the figures from them.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from experiments.speed import (
    batch,
    centre,
    cold,
    copies,
    evaluation,
    growth,
    memory,
    policies,
    single,
    stale,
    start,
    training,
)
from experiments.speed.bars import BARS, Bar, judge, missed
from experiments.speed.child import Said
from experiments.speed.clock import Clocked, Figure
from experiments.speed.peers import comparison
from experiments.speed.peers.model import Outcome

Figures = Mapping[str, Figure]
Plant = Callable[[pytest.MonkeyPatch, Bar, bool], Figures]

HELD = [bar for bar in BARS if bar.bound is not None]
INPUTS = {"rounds": 2, "share": 0.004}
UNITS = ("events", "decisions", "episodes", "steps", "copies", "contacts", "days")


def clock(seconds: Mapping[str, float], **counts: float) -> Callable[..., dict[str, Clocked]]:
    """An `interleaved` that runs nothing: every unit of work takes these seconds, by candidate."""

    def interleaved(candidates: Mapping[str, object], rounds: int, clock: object = None) -> dict[str, Clocked]:
        done = {unit: np.ones(rounds) for unit in UNITS} | {"cpu_s": np.ones(rounds)}
        return {name: Clocked(np.full(rounds, seconds[name]), done) for name in candidates or seconds}

    return interleaved


def nothing(*_: object, **__: object) -> SimpleNamespace:
    """Stand-in of a kernel, a batch or an environment."""
    empty = SimpleNamespace(n=1, n_obs=1, n_actions=1, engine=SimpleNamespace(words=None))
    return SimpleNamespace(turn=None, run=lambda *_: None, n_obs=1, batch=empty)


def peers(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """ccenv as slow as the other engine; for the errors, waits twice as long as the exact ones in one engine."""
    engine = bar.figure.removeprefix("over_")
    slow = {engine: 1.0} if wrong else {}
    patch.setattr(comparison, "interleaved", clock({"ccenv": 1.0, "simpy": 200.0, "ciw": 300.0, "heapq": 20.0} | slow))
    patch.setattr(comparison, "loaded", lambda *_, **__: SimpleNamespace(_asdict=dict, name="made"))
    patch.setattr(comparison.exact, "solve", lambda _: {"p_wait": 0.5, "p_abandon": 0.1, "e_wait_s": 4.0})
    patch.setattr(comparison, "_events", lambda *_: {})

    def filled(model: object, share: float, found: dict[str, list[Outcome]]) -> dict[str, object]:
        for name, kept in found.items():
            factor = 2.0 if wrong and bar.figure == "worst_error" and name == "ciw" else 1.0
            kept += [_outcome(100.0 + k, factor) for k in 4 * (-1.0, 0.0, 1.0)]
        return {}

    patch.setattr(comparison, "_candidates", filled)
    return comparison.measure(INPUTS)["figures"]


def _outcome(waited: float, factor: float) -> Outcome:
    made = dict.fromkeys(Outcome._fields, 200) | {"waited": waited, "abandoned": 20.0 + (waited - 100.0)}
    return Outcome(**made | {"wait_s": factor * 8.0 * waited})


def _timed(module: object, slow: str, seconds: Mapping[str, float], factor: float) -> Plant:
    def plant(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
        times = {**seconds, slow: seconds[slow] * (factor if wrong else 1.0)}
        patch.setattr(module, "interleaved", clock(times))
        for name in ("Kernel", "Native", "Batch"):
            if hasattr(module, name):
                patch.setattr(module, name, nothing)
        for name in ("_recorded", "load_scenario", "scenario_of", "loaded", "rules_of"):
            if hasattr(module, name):
                patch.setattr(module, name, (lambda *_, **__: {}) if name == "rules_of" else nothing)
        return module.measure(INPUTS)["figures"]  # type: ignore[attr-defined]

    return plant


def one_env(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """Python adds 5 us to a step."""
    patch.setattr(single.gymnasium, "make", nothing)
    return _timed(single, "env", {"env": 3e-6, "batch": 2e-6, "kernel": 1e-6}, 2.0)(patch, bar, wrong)


def grows(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """An event of the largest centre of one kind takes four times as long."""
    kind = bar.figure.removesuffix("_growth")
    times = {f"{each} {n}": 1.0 for each in growth.KINDS for n in growth.TEAMS} | {"base": 1.0, "last": 1.0}
    if wrong:
        times["last" if kind == "wide" else f"{kind} 50"] = 4.0
    patch.setattr(growth, "interleaved", clock(times))
    patch.setattr(growth, "Kernel", nothing)
    centre_like = SimpleNamespace(pairs=(), size=SimpleNamespace(name="S"))
    patch.setattr(growth, "grown", lambda *_: centre_like)
    patch.setattr(growth, "wide", lambda *_: centre_like)
    return growth.measure(INPUTS)["figures"]


def bytes_of(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """A record of 256 KiB without leads, or leads of 64 bytes."""
    large = {"without_leads_kib": 2**18, "lead_bytes": 64} if wrong else {}
    size = load_scenario(memory.SCENARIO).size
    leads = (large if bar.figure == "lead_bytes" else {}).get("lead_bytes", 24) * size.leads
    record = (large if bar.figure == "without_leads_kib" else {}).get("without_leads_kib", 2**16) + leads
    shown = dict.fromkeys(("flat", "obs", "masks", "outs", "final_obs", "paid"), np.zeros(memory.ROWS))
    env = SimpleNamespace(itemsize=record)
    engine = SimpleNamespace(**shown, run=SimpleNamespace(layout=SimpleNamespace(env=env)))
    patch.setattr(memory, "Batch", lambda *_: SimpleNamespace(engine=engine, scenario=SimpleNamespace(size=size)))
    patch.setattr(memory, "_lead_bytes", lambda _: leads)
    return memory.measure({})["figures"]


def trains(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """A quarter of the time is the environment's."""
    return training.breakdown(np.array([[2.5 if wrong else 0.5, 4.0, 6.0]]), 10)


def begins(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """The import or the first step takes three seconds, or the import compiles a file."""
    slow = {"import_s": start.IMPORT, "first_step_s": start.FIRST_STEP.format(scenario=start.SCENARIO)}

    def ask(code: str, **given: object) -> Said:
        if wrong and bar.figure == "files_compiled" and "cache" in given:
            (given["cache"] / "compiled.nbi").touch()  # type: ignore[operator]
        return Said(3.0 if wrong and slow.get(bar.figure) == code else 0.1, "")

    patch.setattr(start, "ask", ask)
    return start.measure(INPUTS)["figures"]


def compiles(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """Compiling takes 100 s, or says nothing."""
    silent = bar.figure.startswith("silent_")
    said = Said(100.0 if wrong and not silent else 1.0, "" if wrong and silent else cold.SAYS)
    patch.setattr(cold, "ask", lambda *_, **__: said)
    size = bar.figure.removesuffix("_s").rpartition("_")[2]
    return cold.measure({"size": size})["figures"]


def edits(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """After the edit the old answer is given once more."""
    answers = [(1, 1), (1 if wrong else 2, 1), (1, 0)]
    patch.setattr(stale, "ask", lambda *_, **__: Said(answers.pop(0), ""))
    return stale.measure({})["figures"]


def two_processes(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """The second process saves a third of the time in place of a half."""
    patch.setattr(evaluation, "interleaved", clock({"1": 2.0, "2": 1.33 if wrong else 1.0}))
    patch.setattr(evaluation, "one_thread", lambda: None)
    return evaluation.measure(INPUTS)["figures"]


def in_kernel(patch: pytest.MonkeyPatch, bar: Bar, wrong: bool) -> Figures:
    """A decision of 4 us, a bundle slower by a third, futures of 20 us, copies of 3 us, or a compile of 100 s."""
    if bar.figure == "compile_s":
        patch.setattr(policies, "ask", lambda *_, **__: Said(100.0 if wrong else 1.0, ""))
        return policies.measure({"compile": "S"})["figures"]
    times = {"rules": 1e-6, "network": 3e-6, "bundle": 3.3e-6, "futures": 10e-6, "copies": 1.9e-6}
    slow = {"decision_us": ("network", 5e-6), "bundle_over_sum": ("bundle", 4e-6), "futures_per_s": ("futures", 21e-6),
            "copy_percent": ("copies", 4e-6)}  # fmt: skip
    patch.setattr(policies, "interleaved", clock(times | dict([slow[bar.figure]] if wrong else [])))
    patch.setattr(policies, "_Days", lambda *_: SimpleNamespace(under_rules=None, over_rules=None, of_bundle=None))
    return policies.measure(INPUTS)["figures"]


PLANTED: dict[str, Plant] = {
    "peers": peers,
    "centre": _timed(centre, "bank", {"bank": 2.0, "plain": 1.0}, 2.0),
    "batch": _timed(batch, "native", {"native": 3.0, "kernel": 1.0, "policy": 1.0}, 2.0),
    "single": one_env,
    "growth": grows,
    "memory": bytes_of,
    "training": trains,
    "policies": in_kernel,
    "evaluation": two_processes,
    "copies": _timed(copies, "clone", {"plain": 1.0, "clone": 2.0, "fork": 1.0, "forks": 1.0}, 2.0),
    "start": begins,
    "cold": compiles,
    "stale": edits,
}


def test_every_part_with_a_bar_has_a_planted_fault() -> None:
    assert set(PLANTED) == {bar.part for bar in HELD}


@pytest.mark.parametrize("bar", HELD, ids=lambda bar: f"{bar.part}-{bar.figure}")
def test_a_bar_is_met_without_and_missed_with_its_fault(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = bar._replace(note="")
    with monkeypatch.context() as patch:
        sound = PLANTED[bar.part](patch, bar, False)
    with monkeypatch.context() as patch:
        faulty = PLANTED[bar.part](patch, bar, True)

    assert missed(judge({bar.part: sound}, [plain])) == []
    assert [verdict.passed for verdict in judge({bar.part: sound}, [plain])] == [True]
    (line,) = missed(judge({bar.part: faulty}, [plain]))
    assert line.startswith(bar.what)
