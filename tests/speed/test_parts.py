"""Every part measures the figures that its bars use. The sizes are tiny, and no time is asserted."""

import string

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from experiments.speed import bars, cold, evaluation, growth, memory, parts, policies, stale, start
from experiments.speed.settings import Settings

TINY = {"rounds": 2, "share": 0.004}
SMALL = {
    "peers": {"advisors": 5},
    "centre": {"advisors": 5},
    "growth": {"teams": (1, 2)},
    "vectors": {"sizes": {kind: (1, 2) for kind in ("batch", "vector", "sync", "dummy")}, "compared": 2},
    "training": {"copies": 4},
    "evaluation": {"scenario": "tiny"},
    "start": {"scenario": "tiny"},
    "cold": {"size": "S"},
}
LONG = {"cold": "it compiles a size class"}
SLOW = {
    "growth": "it compiles all size classes, unless they are in the cache",
    "evaluation": "it starts processes",
    "policies": "torch exports a graph",
    "training": "it loads torch",
    "start": "it starts processes",
}
MARKS = {**dict.fromkeys(LONG, pytest.mark.long), **dict.fromkeys(SLOW, pytest.mark.slow)}
ALL = [pytest.param(part, marks=MARKS.get(part.name, ())) for part in parts.PARTS]


def check(part):
    """A part measures finite figures under the names that its bars use."""
    figures = part.measure(TINY | SMALL.get(part.name, {}))["figures"]
    asked = set()
    for bar in bars.BARS:
        other_cell = part.name == "cold" and "S" not in bar.figure
        if bar.part == part.name and not other_cell and bar.figure != "compile_s":
            asked |= {bar.figure, *(name for _, name, _, _ in string.Formatter().parse(bar.note) if name)}

    assert asked
    assert asked <= set(figures)
    for name in asked:
        assert set(figures[name]) == {"value", "low", "high"}
        assert np.isfinite(figures[name]["value"])
        assert figures[name]["low"] <= figures[name]["value"] <= figures[name]["high"]


@pytest.mark.parametrize("part", ALL, ids=lambda part: part.name)
def test_a_part_measures_what_its_bars_ask_for(part):
    check(part)


def test_a_cold_start_measures_what_its_bars_ask_for(monkeypatch):
    """Without the compilation itself."""

    def compiled(code, cache):
        assert compile(code, "first step", "exec") and not list(cache.iterdir())
        (cache / "code.bin").write_bytes(b"1")
        return 40.0, cold.SAYS

    monkeypatch.setattr(cold, "ask", compiled)
    (part,) = (part for part in parts.PARTS if part.name == "cold")
    check(part)
    found = part.measure(SMALL["cold"])["figures"]
    assert {name: figure["value"] for name, figure in found.items()} == {
        "compile_S_s": 40.0, "silent_S": 0.0, "cache_S_mb": 1e-6
    }  # fmt: skip


def test_the_entry_of_policies_is_compiled_in_a_cell_of_its_own(monkeypatch):
    """Without the compilation itself."""

    def compiled(code, cache):
        assert compile(code, "first day", "exec") and not list(cache.iterdir())
        return 40.0, ""

    monkeypatch.setattr(policies, "ask", compiled)
    assert policies.measure(parts.turns_and_compile(Settings())[1])["figures"]["compile_s"]["value"] == 40.0
    assert len(parts.turns_and_compile(Settings(cold=False))) == 1


def test_growth_grows_in_advisors_queues_and_pairs_at_the_same_load():
    small, large = growth.grown(5, "inbound"), growth.grown(50, "inbound")

    for centre, n in ((small, 5), (large, 50)):
        assert len(centre.queues) == n
        assert sum(group.staffing for group in centre.centre.groups.values()) == 20 * n
        assert len(centre.pairs) == 2 * n
        rates = [queue.arrivals_per_hour for queue in centre.centre.queues.values()]
        assert sum(rates) * (growth.TALK_S + growth.WRAP_UP_S) / 3600.0 / (20 * n) == pytest.approx(growth.LOAD)
    assert len(growth.grown(50, "blended").campaigns) == 10


def test_the_published_growth_compares_a_thousand_advisors_with_a_hundred():
    assert [growth.TEAM * teams for teams in (5, 50)] == [100, 1000]
    assert {5, 50} <= set(growth.TEAMS)


def test_memory_adds_up():
    result = memory.measure({})
    figures = {name: each["value"] for name, each in result["figures"].items()}
    (mine,) = (row for row in result["classes"] if row["size_class"] == load_scenario("bank_blended").size.name)

    assert figures["whole_kib"] == pytest.approx(figures["record_kib"] + figures["arrays_kib"])
    assert mine["bytes"] == 1024 * figures["record_kib"]
    assert figures["without_leads_kib"] == pytest.approx(figures["whole_kib"] - mine["lead_bytes"] / 1024)
    assert mine["lead_bytes"] == figures["lead_bytes"] * figures["lead_capacity"] > 0


def test_an_edited_kernel_file_never_runs_old_code():
    before, after, taken_back = stale.edited()

    assert [before.answer, after.answer, taken_back.answer] == [1, 2, 1]
    assert [before.compiled, after.compiled, taken_back.compiled] == [1, 1, 0], "what was compiled is found again"


def test_evaluation_spreads_the_days_over_the_processes():
    class Pool:
        """Executor without processes; it records the seeds and returns 0.5 CPU seconds."""

        def __init__(self):
            self.seeds = []

        def submit(self, function, scenario, seeds):
            self.seeds.append(list(seeds))
            return self

        def result(self):
            return 0.5

    pool = Pool()
    counts = evaluation._days(pool, 2, "tiny", 5, 0)

    assert sorted(sum(pool.seeds, [])) == [5, 6, 7, 8, 9]
    assert [len(mine) for mine in pool.seeds] == [3, 2]
    assert counts == {"days": 5.0, "cpu_s": 1.0}


def test_size_classes_are_compiled_anew_only_if_that_is_asked_for():
    assert [inputs["size"] for inputs in cold.inputs(Settings())] == ["S", "M", "L", "XL"]
    assert cold.inputs(Settings(cold=False)) == []


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        start.ask("1 / 0")
