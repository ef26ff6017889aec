import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.pipeline.evaluation import Pair, Rule
from experiments.pipeline.watch import CAP, groups_by_work, watch
from tests.experiments.made import tiny

DAYS = seeds("evaluation", 4)
PAIR = Pair(Rule("lwt"), Rule("progressive_unreserved", {"reserve": 1}))


@pytest.fixture(scope="module")
def look():
    return watch(tiny(), PAIR, None, DAYS, False)


def test_slots_count_what_the_run_counted(look):
    table = simulate(tiny(), **PAIR.as_call(), seeds=DAYS)

    for name in ("offered", "joined"):
        assert sum(look["series"][name]["mean"]) * len(DAYS) == pytest.approx(table[f"n_{name}"].sum())


def test_counts_by_slot_are_near_the_exact_ones(look):
    exact = simulate(tiny(), **PAIR.as_call(), seeds=DAYS, by="interval").interval["n_offered"].mean(axis=0)

    assert np.abs(np.array(look["series"]["offered"]["mean"]) - exact).max() <= 1.0


def test_idle_time_is_that_of_the_run(look):
    table = simulate(tiny(), **PAIR.as_call(), seeds=DAYS, by="interval")
    per_slot = table.interval["idle_s"].mean(axis=0) / look["slots"]["slot_s"]

    # The last slot goes on after closing; between two decisions a slot may begin.
    assert look["series"]["idle"]["mean"][:3] == pytest.approx(per_slot[:3].tolist(), rel=0.02)


def test_map_of_a_rule_shows_the_rule(look):
    # Target = idle - 1 lines: with one idle advisor or fewer it never dials, with two and none ringing always.
    counts = look["map"]["by_ringing"]
    asked, dialed = np.array(counts["asked"]), np.array(counts["dialed"])
    ringing, idle = np.indices(asked.shape)
    due = idle - 1 > ringing

    assert asked.shape == (CAP + 1, CAP + 1)
    assert dialed[~due].sum() == 0
    # A contact that can be assigned goes first; the rule dials at the next question of the same instant.
    assert dialed[due].sum() >= 0.8 * asked[due].sum() > 0


def test_staffing_is_that_of_all_groups(look):
    assert look["slots"]["staffed"] == [5, 6, 6, 5]


def test_rule_holds_no_contact_back(look):
    routing = look["routing"]

    assert (routing["held"], routing["dialed"]) == (0, 0)
    assert sum(routing["assigned"].values()) == routing["assignable"] > 0


def test_groups_by_work():
    assert groups_by_work(tiny()) == ([1], [0, 1])
    assert groups_by_work(load_scenario("bank_inbound")) == ([], [0, 1])
    # The group `internet` serves one type of contact, which nobody who dials does.
    assert groups_by_work(load_scenario("bank_blended")) == ([2], [0, 2])
