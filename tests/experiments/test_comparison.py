import numpy as np
import pytest

from ccenv.kpis import paired_difference
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE
from ccenv.rewards.sums import contributions
from experiments.pipeline.comparison import columns_of, compare, outcome
from experiments.pipeline.evaluation import VALUE, Pair, Rule, interval, rule_days
from experiments.reports.benchmark import table_csv
from experiments.reports.captions import captions
from experiments.reports.page_tables import cards, groups, headings
from tests.experiments.made import LEARNED, comparison, entrants, tiny

DAYS, TRAINING = {"validation": 1, "watched": 1}, {"seconds": 2.0, "cpu_s": 1.0}


def row(role: str):
    return next(each for each in comparison()["rows"] if each["role"] == role)


@pytest.mark.parametrize(
    ("low", "high", "result"),
    [
        (0.1, 2.0, "won"),
        (-2.0, -0.1, "lost"),
        (-0.1, 2.0, "tied"),
        (0.0, 0.0, "undecided"),
        (None, None, "undecided"),
    ],
)
def test_outcome_needs_the_whole_interval_on_one_side(low: float | None, high: float | None, result: str):
    assert outcome({"mean": 1.0, "low": low, "high": high}) == result


@pytest.mark.parametrize(("low", "result"), [(-1.0, "undecided"), (0.5, "won")])
def test_no_tie_is_read_from_equal_days(low: float, result: str):
    assert outcome({"mean": 1.0, "low": low, "high": 2.0, "bound": True}) == result


def test_equal_days_are_marked_in_result_files():
    assert interval(ratio_estimate(np.zeros(32), scale=2.0)) == {
        "mean": 0.0, "low": pytest.approx(-0.178, abs=0.001), "high": pytest.approx(0.178, abs=0.001), "bound": True
    }  # fmt: skip
    assert "bound" not in interval(ratio_estimate(np.arange(32.0)))


def test_value_is_the_reward_of_the_scenario():
    table = entrants()[1].table
    lost = table["n_abandoned"] + table["n_unserved"] + table["n_blocked"] + table["n_dropped"]

    assert table[VALUE] == pytest.approx(-lost - table["waiting_s"] / 600)


def test_terms_add_up_to_the_value():
    table = entrants()[0].table

    assert sum(contributions(tiny(), table).values()) == pytest.approx(table[VALUE])


def test_terms_of_the_difference_add_up_to_it():
    total = sum(term["adds"]["mean"] for term in comparison()["terms"])

    assert total == pytest.approx(row("learned")["differences"][VALUE]["mean"])


def test_differences_are_paired_with_the_best_rule():
    learned, best, _ = (entrant.table for entrant in entrants())
    expected = paired_difference(learned, best, "abandonment")

    assert row("learned")["differences"]["abandonment"] == {
        "mean": expected.value,
        "low": expected.low,
        "high": expected.high,
    }
    assert row("best_rule")["outcome"] == "baseline"


def test_lead_of_the_learned_policy_over_the_best_rule_is_the_difference():
    assert row("best_rule")["learned_lead"] == row("learned")["differences"][VALUE]
    assert row("learned")["learned_lead"]["mean"] == 0.0


def test_within_the_limit_means_the_whole_interval():
    share = row("learned")["kpis"][RUN_TOTAL_SHARE]
    limits = [share["low"], share["mean"], share["high"]]

    within = [
        compare(tiny().replace(**{"campaigns.survey.drop_limit": limit}), entrants())["rows"][0]["within_limit"]
        for limit in limits
    ]

    assert share["low"] < share["mean"] < share["high"]
    assert within == [False, False, True]


@pytest.mark.parametrize(("definition", "covered"), [("ofcom_24h", True), ("ftc_30d", False)])
def test_runs_are_judged_by_the_law_where_a_window_was_covered(definition: str, covered: bool):
    """A day ends with each run, a window of 30 days does not."""
    summary = entrants()[0].table.summary()
    by_definition, by_run = summary["dropped_share_ofcom_24h"], summary[RUN_TOTAL_SHARE]
    limit = by_definition.value
    assert by_run.high < limit < by_definition.high
    scenario = tiny().replace(**{"campaigns.survey.compliance": definition, "campaigns.survey.drop_limit": limit})

    found = compare(scenario, entrants())

    assert found["definition"] == definition
    assert found["judged_by"] == f"dropped_share_{definition if covered else 'run_total'}"
    kpis, expected = (
        found["rows"][0]["kpis"],
        {"mean": by_definition.value, "low": by_definition.low, "high": by_definition.high},
    )
    assert kpis.get("dropped_share_ofcom_24h") == (expected if covered else None)
    assert ("windows_above_ofcom_24h" in kpis) == covered
    assert found["rows"][0]["within_limit"] != covered


def test_page_shows_and_marks_the_share_that_is_judged():
    scenario = tiny().replace(**{"campaigns.survey.compliance": "ofcom_24h", "campaigns.survey.drop_limit": 0.0})
    found = compare(scenario, entrants())

    titles = [heading["title"] for heading in headings(found)]
    learned = groups(found)[0]["rows"][0]["cells"]
    assert learned[0] == {"text": LEARNED.pacing.label, "note": "breaks the drop limit: not comparable", "tone": ""}

    assert titles[5:9] == ["Dials", "Dropped", "Dropped, ofcom_24h", "Above the limit"]
    assert [title for title, cell in zip(titles, learned, strict=True) if cell["tone"] == "over"] == [
        "Dropped, ofcom_24h"
    ]
    assert [card["title"] for card in cards(found) if "rop" in card["title"]] == ["Dropped, ofcom_24h"]
    captioned = captions([], found, DAYS, "service", "a rule", "half hour", TRAINING)["table"].text
    assert "Dropped shares by the definition ofcom_24h whose interval" in captioned


def test_who_calls_nobody_is_within_the_limit():
    table = rule_days(tiny(), Pair(Rule("fifo"), Rule("no_dial")), entrants()[0].table["seed"])
    silent = entrants()[2]._replace(table=table)

    found = compare(tiny(), [*entrants()[:2], silent])["rows"][2]

    assert (found["kpis"][RUN_TOTAL_SHARE], found["within_limit"]) == (None, True)


def test_csv_has_one_line_for_each_policy_and_the_ends_of_all_intervals():
    lines = table_csv(comparison()).splitlines()

    assert len(lines) == 1 + len(entrants())
    assert len(lines[0].split(",")) == 6 + 3 * (1 + len(columns_of(tiny(), RUN_TOTAL_SHARE)))
    assert f"{np.mean(entrants()[1].table[VALUE]):.10g}" in lines[2]
