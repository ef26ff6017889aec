from typing import Any

import pytest

from experiments.pipeline.verdict import compared as said_of
from experiments.pipeline.verdict import number, span


def interval(mean: float, half: float = 1.0) -> dict[str, float]:
    return {"mean": mean, "low": mean - half, "high": mean + half}


def row(role: str, lead: float, *, dials: str = "unreserved", outcome: str = "tied", **more: Any) -> dict[str, Any]:
    return {
        "role": role,
        "group": "Pacing rules",
        "label": f"the {role}",
        "dials": dials,
        "outcome": outcome,
        "differences": {} if role == "best_rule" else {"value": interval(-lead)},
        "learned_lead": interval(lead),
        "kpis": {"value": interval(9.0), "dropped_share_run_total": interval(0.02, 0.005)},
        "within_limit": True,
    } | more


def compared(*rows: dict[str, Any], terms: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    judged = {"definition": "run_total", "judged_by": "dropped_share_run_total"}
    judged["unit"] = "value of one sale"
    return {"days": 64, "limit": 0.03, "rows": list(rows), "terms": list(terms)} | judged | more


GOOD = {"rule_is_best": False, "warm_start": "max0"}


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("won", "earned more on these days than"),
        ("tied", "could not be told apart on these days from"),
        ("lost", "earned less on these days than"),
    ],
)
def test_first_sentence_is_about_one_training_and_these_days(outcome: str, words: str):
    learned = row("learned", -4.0, outcome=outcome)

    first = said_of(compared(learned, row("best_rule", 4.0)), GOOD)[0]

    assert first.startswith(f"The policy described below, of one training, {words} the best rule tuned in this run, ")
    assert "the best_rule: +4.00 [+3.00, +5.00] in value per day (1 is the value of one sale)" in first
    assert "95 % interval over days" in first
    assert "not comparable" not in first


def test_first_sentence_says_that_a_policy_which_breaks_the_limit_is_not_comparable():
    found = compared(row("learned", -4.0, outcome="won", within_limit=False), row("best_rule", 4.0))

    assert said_of(found, GOOD)[0].endswith(
        "The two are not comparable: the dropped share of the policy alone is not wholly within the limit."
    )


def test_a_tie_in_value_names_the_kpis_that_differ():
    differences = {"value": interval(0.1), "n_sales": interval(2.0), "abandonment": interval(0.01, 0.02),
                   "dropped_share_run_total": interval(0.02, 0.01), "occupancy": None}  # fmt: skip

    def said(outcome: str, differences: dict[str, Any]) -> str:
        rows = row("learned", 0.0, outcome=outcome, differences=differences), row("best_rule", 0.0)
        return " ".join(said_of(compared(*rows), GOOD))

    assert (
        "At equal value, the learned policy differs from the rule in: goals +2.00 [+1.00, +3.00] per day; "
        "dropped +2.00 [+1.00, +3.00] percentage points of connects." in said("tied", differences)
    )
    assert "The two tie in every column of Table 1." in said("tied", {"value": interval(0.1)})
    assert "At equal value" not in said("won", differences)


@pytest.mark.parametrize(("outcome", "said"), [("tied", True), ("lost", False)])
def test_routing_rules_that_all_tie_are_said(outcome: str, said: bool):
    routed = [
        row("other", 0.0, label=label, group="Routing rules, with max0", outcome=each)
        for label, each in (("lwt", "tied"), ("priority", outcome))
    ]

    text = " ".join(said_of(compared(row("learned", 0.0), row("best_rule", 0.0), *routed), GOOD))

    assert ("All 2 other routing rules tie with the best rule under its pacing" in text) == said


def test_only_terms_beyond_their_interval_are_named():
    terms = (
        {"column": "n_joined", "adds": interval(5.0)},
        {"column": "n_abandoned", "adds": interval(0.5)},
    )

    text = said_of(compared(row("learned", 0.0, outcome="won"), row("best_rule", 0.0), terms=terms), GOOD)[1]

    assert text == "What made the difference: connects joined to an advisor (+5.00 [+4.00, +6.00] per day)."


def test_limit_is_judged_for_both():
    learned = row("learned", 0.0, within_limit=False)

    text = " ".join(said_of(compared(learned, row("best_rule", 0.0)), GOOD))

    assert "The learned policy dropped 2.00 [1.50, 2.50] % of the connects, not wholly within the limit of 3 %." in text
    assert "The rule dropped 2.00 [1.50, 2.50] % of the connects, within the limit of 3 %." in text


def test_who_drops_or_reaches_nobody_is_said():
    kpis = {"value": interval(9.0), "dropped_share_run_total": interval(0.0, 0.0)}
    learned = row("learned", 0.0, kpis=kpis | {"dropped_share_run_total": None})

    text = " ".join(said_of(compared(learned, row("best_rule", 0.0, kpis=kpis)), GOOD))

    assert "The learned policy reached nobody. The rule dropped nobody on these days." in text


def test_a_share_that_may_be_above_0_is_given_with_its_interval():
    kpis = {"value": interval(9.0), "dropped_share_run_total": {"mean": 0.001, "low": 0.0, "high": 0.003}}

    text = " ".join(said_of(compared(row("learned", 0.0), row("best_rule", 0.0, kpis=kpis)), GOOD))

    assert "The rule dropped 0.10 [0.00, 0.30] % of the connects" in text


def test_limit_is_judged_by_the_chosen_definition_where_a_window_was_covered():
    rows = [row(role, 0.0) for role in ("learned", "best_rule")]
    for each in rows:
        each["kpis"] |= {"dropped_share_ftc_30d": interval(0.04, 0.005)}

    by_definition, by_run = (
        " ".join(said_of(compared(*rows, definition="ftc_30d", judged_by=column), GOOD))
        for column in ("dropped_share_ftc_30d", "dropped_share_run_total")
    )

    assert "The rule dropped 4.00 [3.50, 4.50] % of the connects" in by_definition
    assert "those of the windows lived through, by the definition ftc_30d." in by_definition
    assert "The rule dropped 2.00 [1.50, 2.50] % of the connects" in by_run
    assert "No window of the definition ftc_30d was lived through" in by_run
    assert "lived through" not in " ".join(said_of(compared(*rows), GOOD))


def test_policy_with_both_kinds_of_dials_is_compared_with_the_best_rule_alone():
    rows = (row("learned", 0.0, dials="both"), row("best_rule", -3.0, dials="reserved"), row("other", 2.0))

    assert "own flag" not in " ".join(said_of(compared(*rows), GOOD))


def test_rule_that_tuning_chose_under_the_own_flag_is_named_whatever_the_unseen_days_say():
    shares = {"dropped_share_run_total": interval(0.02, 0.005)}
    lucky, tuned = (
        row("other", lead, label=label, kpis={"value": interval(mean), **shares})
        for label, lead, mean in (("fifo", -4.0, 9.0), ("max0", 2.0, 7.0))
    )
    rows = (row("learned", 0.0), row("best_rule", -3.0, dials="reserved"), lucky, tuned | {"within_limit": False})

    text = " ".join(said_of(compared(*rows), GOOD))

    assert (
        "Against the rule that tuning chose under the policy's own flag, max0, the learned policy wins: "
        "+2.00 [+1.00, +3.00] per day. The dropped share of that rule is not wholly within the limit." in text
    )


def test_rule_that_does_better_on_the_unseen_days_is_named():
    def other(label: str, difference: dict[str, float], outcome: str = "won") -> dict[str, Any]:
        return row("other", 0.0, label=label, outcome=outcome, differences={"value": difference})

    better, surer = other("fifo", interval(2.0)), other("lwt", {"mean": 1.9, "low": 1.8, "high": 3.5})
    tied = other("random", interval(3.0, 4.0), "tied")
    illegal = other("random", interval(5.0)) | {"within_limit": False}
    rows = (row("learned", 0.0), row("best_rule", 0.0), surer, better, surer, tied, illegal)

    text = " ".join(said_of(compared(*rows), GOOD))

    assert (
        "On these days fifo did better than the rule that tuning chose on training days (+2.00 [+1.00, +3.00])." in text
    )


def test_rule_that_beat_every_checkpoint_is_said():
    said = said_of(compared(row("learned", 0.0), row("best_rule", 0.0)), GOOD | {"rule_is_best": True})

    assert "better than every checkpoint" in said[-1]


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (1234.56, False, "1,234.6"),
        (-0.04, True, "0.0"),
        (-2.0, False, "\N{MINUS SIGN}2.0"),
        (2.0, True, "+2.0"),
        (None, True, "n/a"),
    ],
)
def test_numbers(value: float | None, sign: bool, text: str):
    assert number(value, 1, sign) == text


def test_interval_of_one_run_has_no_ends():
    assert span({"mean": 1.0, "low": None, "high": None}) == "1.00"


def test_equal_days_are_undecided_and_no_tie():
    equal = {"mean": 0.0, "low": -0.1, "high": 0.1, "bound": True}
    learned = row("learned", 0.0, outcome="undecided", differences={"value": equal})
    routed = [row("other", 0.0, group="Routing rules, with x", label="lwt", outcome="undecided")]

    said = said_of(compared(learned, row("best_rule", 0.0), *routed), GOOD)

    assert "differs by the same amount on each of these days from" in said[0]
    assert "(equal on all days)" in said[0]
    assert " tie" not in " ".join(said)
    assert "No other routing rule is told apart" in " ".join(said)
