"""The page for a manager: goals, losers, situations, questions and words."""

import html
import re
import shutil

import numpy as np
import pytest

from ccenv.scenarios import list_scenarios, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.manager import measure
from experiments.manager.columns import judged, with_interval
from experiments.manager.command import manager_page, opponent
from experiments.manager.page import page
from experiments.manager.situations import ABSENT, JUMP, JUMP_S, SITUATIONS
from experiments.pipeline.evaluation import VALUE, Pair, Rule, own_pair, pair_of
from experiments.tuning.settings import TUNED
from tests.serving.make_golden_bundle import FOLDER

DAYS = seeds("evaluation", 12)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("manager")
    bundle = shutil.copytree(FOLDER, folder / "bundle")
    return manager_page(bundle, folder, n_days=12), read_json(folder / "manager.json")


def test_page_speaks_of_no_learning(written):
    text = re.sub(r"<(style|code|pre).*?</\1>|src=\"[^\"]*\"", "", written[0].read_text(), flags=re.S)
    assert not re.findall(
        r"(?i)\b(learn|train|neural|network|reinforce|reward|episode|policy)\w*", re.sub("<.*?>", "", text)
    )


def test_page_is_made_from_its_result_file(written):
    file, result = written
    assert page(result) == file.read_text()
    assert len(result["worst"]) == measure.WORST
    values = [day["new"][VALUE] for day in result["worst"]]
    assert values == sorted(values)


def test_questions_are_shown_with_what_they_lose(written):
    file, result = written
    tree = result["tree"]
    assert html.escape(tree["text"]).replace("&#x27;", "&#39;") in file.read_text()
    assert len(tree["reads"]) <= 6
    lost = tree["figures"][VALUE]["mean"] - result["figures"]["new"][VALUE]["mean"]
    assert tree["differences"][VALUE]["mean"] == pytest.approx(lost)
    assert tree["same"] > 0.5


def test_hours_add_up_to_the_day(written):
    _, result = written
    tiny = load_scenario("tiny")
    table = simulate(tiny, **own_pair(tiny).as_call(), seeds=DAYS, by="interval")
    hours = measure.by_hour(table)
    assert sum(each["mean"] for each in hours["idle_min"]) == pytest.approx(table["idle_s"].mean() / 60)
    assert result["hours"]["rule"]["hour"] == hours["hour"]


def test_longest_wait_is_at_least_every_answered_wait():
    tiny = load_scenario("tiny")
    pair = own_pair(tiny)
    found, _ = measure.longest_waits(tiny, measure.Control("rule", pair), DAYS)
    table = simulate(tiny, **pair.as_call(), seeds=DAYS)
    assert np.all(found.max(axis=1) >= table["asa_s"])


def test_broken_goals_are_named():
    tiny = load_scenario("tiny")
    careful = Pair(Rule("fifo"), Rule("no_dial"))
    wild = Pair(Rule("fifo"), Rule("max0", {"k": 9, "c": 9.0, "reserve": 0.0}))
    tables = [measure.days(tiny, measure.Control("new", pair), DAYS) for pair in (wild, careful)]
    broken = {goal["goal"] for goal in measure.goals(tiny, *tables) if not goal["kept"]}
    kept = {goal["goal"] for goal in measure.goals(tiny, tables[1], tables[0]) if goal["kept"]}
    assert "dropped" in broken and "dropped" in kept


@pytest.mark.parametrize("name", list_scenarios())
def test_situations_fit_every_centre(name):
    scenario = load_scenario(name)
    fits = []
    for situation in SITUATIONS:
        changes = situation.change(scenario, 40.0)
        if changes is not None:
            fits.append(situation.name)
            changed = scenario.replace(**changes) if changes else scenario
            assert (changed.digest != scenario.digest) == bool(changes), situation.name
    assert {"Ordinary days", "The feed dies"} <= set(fits)
    rates = [campaign.p_answer for campaign in scenario.centre.campaigns.values()]
    assert ("The answer rate doubles" in fits) == any(rate != 1.0 for rate in rates)


def test_twice_as_many_contacts_arrive_while_a_queue_jumps():
    tiny = load_scenario("tiny")
    changes = next(each for each in SITUATIONS if each.name == "A queue jumps").change(tiny, 0.0)
    usual, jumped = (
        simulate(centre, **own_pair(tiny).as_call(), seeds=DAYS, kpis=["n_fresh"])["n_fresh"].mean()
        for centre in (tiny, tiny.replace(**changes))
    )
    open_s = tiny.centre.clock.close_s - tiny.centre.clock.open_s
    assert jumped / usual == pytest.approx(1.0 + min(1.0, JUMP_S / open_s) * (JUMP - 1.0), rel=0.15)


def test_without_the_feed_the_fallback_rules_decide():
    tiny = load_scenario("tiny")
    fallback = Pair(Rule("fifo"), Rule("no_dial"))
    new = measure.Control("new", fallback, FOLDER)
    columns = ["n_attempts"]
    rows = measure.situations(tiny, new, measure.Control("rule", own_pair(tiny)), DAYS, 40.0, columns)
    dials = {row["name"]: row["new"]["n_attempts"]["mean"] for row in rows}
    assert dials["The feed dies"] == 0.0 < dials["Ordinary days"]


def test_parts_are_those_of_the_new_control_first():
    tiny = load_scenario("tiny")
    pairs = [Pair(Rule("fifo"), Rule(name)) for name in ("progressive", "no_dial")]
    new, rule = (measure.days(tiny, measure.Control("new", pair), DAYS) for pair in pairs)
    part = next(each for each in measure.parts(tiny, new, rule) if each["kpi"] == "n_joined")
    assert (part["axis"], part["rule"]["mean"]) == ("campaign", 0.0)
    assert part["difference"]["mean"] == part["new"]["mean"] > 0.0


def test_three_absent_are_three():
    scenario = load_scenario("technical_support")
    situation = next(each for each in SITUATIONS if each.name == "Three are absent")
    changes = situation.change(scenario, 0.0)
    changed = scenario.replace(**changes)
    before, after = (sum(s.n for g in each.centre.groups.values() for s in g.shifts) for each in (scenario, changed))
    assert before - after == ABSENT


def test_opponent_is_the_frozen_one_or_the_centres_own():
    tuned = opponent(load_scenario("tiny"))
    rungs = read_json(ROOT / RESULTS / TUNED / "tiny.json")["rungs"]
    assert tuned in [pair_of(each["pair"]) for each in rungs.values()]
    other = load_scenario("tiny", **{"queues.sales.service_level_s": 7.0})
    assert opponent(other) == own_pair(other)


def test_less_is_better_for_waits_and_more_for_goals():
    up = {"mean": 1.0, "low": 0.5, "high": 1.5}
    assert (judged("asa_s", up), judged("n_sales", up), judged("occupancy", up)) == ("worse", "better", "")
    assert judged("asa_s", {"mean": 1.0, "low": -0.5, "high": 1.5}) == ""
    assert judged("asa_s", {**up, "bound": True}) == ""


def test_small_differences_keep_a_digit():
    assert with_interval("asa_s", {"mean": 0.041, "low": 0.012, "high": 0.07}, sign=True) == "+0.04 [+0.01, +0.07]"


def test_too_few_days_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"days = 3; allowed: 10 or more"):
        manager_page(FOLDER, tmp_path, n_days=3)
