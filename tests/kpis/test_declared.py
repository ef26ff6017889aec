"""What a scenario does not declare stays 0, and what it does not count is not shown."""

import numpy as np
import pytest

from ccenv import load_scenario, simulate
from ccenv.kpis import KPIS, LABELS
from ccenv.kpis.declared import FEATURES, absent_columns
from ccenv.kpis.kpi import column_of
from ccenv.sim.state.counters import COMPLIANCE_COUNTERS
from ccenv.sim.state.definitions import NAMES
from tests.env.whole_centre import last_day_of_the_month

#: a centre with one queue, one group and one campaign, and nothing else
BARE = {
    "name": "bare",
    "description": "made by the tests",
    "clock": {"kind": "day", "close_s": 7200, "slot_s": 7200, "overtime_s": 600},
    "queues": {"q": {"arrivals_per_hour": 60, "handle_s": 100}},
    "groups": {"g": {"skills": ["q", "c"], "staffing": 3}},
    "campaigns": {"c": {"p_answer": 0.3, "handle_s": 60, "ring_s": 10, "max_lines": 4}},
    "rules": {"pacing": {"name": "progressive_unreserved"}},
    "sources": {"*": "illustrative"},
}
#: counted by every definition, whichever judges the campaign
BY_OTHER_DEFINITIONS = {
    column
    for name in NAMES
    for column in (
        f"dropped_share_{name}",
        f"windows_above_{name}",
        *(f"n_{name}_{counter.name}" for counter in COMPLIANCE_COUNTERS),
    )
}
OF_RIGHT_PARTY = {"n_right_party", "right_party_share", "right_party_per_hour"}
QUEUE, GROUP, CAMPAIGN = "queues.q", "groups.g", "campaigns.c"
#: by feature, the keys that declare it in the bare centre
DECLARED = {
    "trunks": {"trunks": 4},
    "containment": {f"{QUEUE}.ivr": {"p_contained": 0.1}},
    "IVR": {f"{QUEUE}.ivr": {"time_s": 5}},
    "price of the IVR": {f"{QUEUE}.ivr": {"time_s": 5, "price_per_minute": 0.1}},
    "contacts that the IVR does not resolve": {f"{QUEUE}.ivr": {"p_contained": 0.3, "p_resolved_hard": 0}},
    "chats": {f"{QUEUE}.chat": {"rate_by_level": [1]}},
    "silent leaving": {f"{QUEUE}.chat": {"rate_by_level": [1], "p_silent": 1}, f"{QUEUE}.patience_s": 5},
    "hang-ups in the IVR": {f"{QUEUE}.ivr": {"p_hangup": 0.1}},
    "balking": {f"{QUEUE}.p_balk": 0.1},
    "patience": {f"{QUEUE}.patience_s": 60},
    "redials": {f"{QUEUE}.patience_s": 60, f"{QUEUE}.redial": {"p": 0.5}},
    "repeats": {f"{QUEUE}.repeat": {"p": 0.5}},
    "resolution": {f"{QUEUE}.repeat": {"p": 0.5}},
    "callbacks": {f"{QUEUE}.callback": {"p_accept": 0.5}},
    "orders": {f"{QUEUE}.sale": {"p": 0.5}},
    "values of orders": {f"{QUEUE}.sale": {"p": 0.5, "value": 3.0}},
    "satisfaction": {f"{QUEUE}.satisfaction": {}},
    "monitoring": {f"{GROUP}.monitoring": {"share": 0.1}},
    "its cost": {f"{GROUP}.monitoring": {"share": 0.1, "cost": 2.0}},
    "breaks": {
        GROUP: {
            "skills": ["q", "c"],
            "shifts": [{"n": 3, "from_s": 0, "until_s": 7200, "breaks": [{"at_s": 3600, "length_s": 600}]}],
        }
    },
    "reserved advisors": {f"{CAMPAIGN}.reserves": True, "rules.pacing": {"name": "progressive"}},
    "busy lines": {f"{CAMPAIGN}.p_busy": 0.1},
    "numbers out of use": {f"{CAMPAIGN}.p_invalid": 0.1},
    "machines": {f"{CAMPAIGN}.p_machine": 0.2},
    "persons taken for machines": {f"{CAMPAIGN}.detector": {"p_false_positive": 0.1}},
    "machines taken for persons": {f"{CAMPAIGN}.p_machine": 0.2, f"{CAMPAIGN}.detector": {"p_machine_passed": 0.5}},
    "time of the detector": {f"{CAMPAIGN}.p_machine": 0.2, f"{CAMPAIGN}.detector": {"decide_s": 2.0}},
    "right party": {f"{CAMPAIGN}.p_right_party": 0.5},
    "hang-ups": {f"{CAMPAIGN}.hang_up_s": 5, f"{CAMPAIGN}.drop_after_s": 60},
    "values of goals": {f"{CAMPAIGN}.p_sale": 0.3, f"{CAMPAIGN}.sale_value": 2.0},
    "agreed callbacks": {
        f"{CAMPAIGN}.leads": 300,
        f"{CAMPAIGN}.agreed_callback": {"p": 0.5, "after_s": 600},
        f"{CAMPAIGN}.retries": {"max_attempts": 3, "no_answer": 300},
    },
    "return calls": {
        f"{CAMPAIGN}.leads": 300,
        f"{CAMPAIGN}.return_calls": {"queue": "q", "p_by_outcome": {"no_answer": 0.5}, "delay_s": 60},
    },
    "promises and appointments": {
        f"{CAMPAIGN}.goal": "promise",
        f"{CAMPAIGN}.p_sale": 0.5,
        f"{CAMPAIGN}.sale_value": 2.0,
        f"{CAMPAIGN}.follow_up": {"p_kept": 0.5, "after_s": 60},
    },
    "wishes not to be called": {
        f"{CAMPAIGN}.p_stop": 0.5,
        f"{CAMPAIGN}.leads": 300,
        f"{CAMPAIGN}.retries": {"max_attempts": 3, "talked": 60},
    },
    "values of leads": {f"{CAMPAIGN}.leads": 300, f"{CAMPAIGN}.value_left": 2.0},
    "definition vicidial_today": {f"{CAMPAIGN}.compliance": "vicidial_today"},
}


def bare(**changes):
    return load_scenario(BARE, **changes)


@pytest.mark.parametrize("name", DECLARED)
def test_a_feature_is_absent_until_it_is_declared(name):
    """And is counted where it is: its columns are absent from the bare centre and from no centre that declares it."""
    (feature,) = [feature for feature in FEATURES if feature.name == name]
    columns = set(map(column_of, feature.labels))

    assert columns <= absent_columns(bare())
    assert not columns & absent_columns(bare(**DECLARED[name]))


@pytest.mark.parametrize("name", [None, *DECLARED])
def test_absent_columns_count_nothing(name):
    table = simulate(bare(**DECLARED[name] if name else {}), seeds=range(3))

    for column in sorted(table.absent - BY_OTHER_DEFINITIONS):
        trivial = table["n_answered"] if column == "n_resolved" else table["n_fresh_answered"]
        if column == "fcr" or column.endswith("resolved"):
            assert np.all((table[column] == 1.0) | (table[column] == trivial) | (table[column] == 0.0)), column
            continue
        if column in OF_RIGHT_PARTY:  # where nobody else is met, all talks are with the right party
            assert np.all(table["n_right_party"] <= table["n_joined"]) and not table["n_wrong_party"].any()
            continue
        assert np.all((table[column] == 0.0) | np.isnan(table[column])), column
    if name is not None:
        (feature,) = [feature for feature in FEATURES if feature.name == name]
        counted = {c for c in map(column_of, feature.labels) if np.any(table[c] != 0.0)}
        assert counted, "the centre of the test shows nothing"


def test_nothing_is_absent_where_everything_happens():
    table = simulate(last_day_of_the_month(), routing="lwt", seeds=range(40))

    assert table.absent <= BY_OTHER_DEFINITIONS | {"n_promises", "n_surveys"}  # its campaign makes appointments


def test_a_ratio_is_absent_with_its_numerator_and_a_sum_with_all_its_terms_or_its_weight():
    absent = absent_columns(bare())

    assert {"blocking", "csat", "fcr", "abandonment", "wages", "line_cost", "penalties", "kept_share"} <= absent
    assert not {"wait_s", "asa_s", "occupancy", "conversion", "connect_rate", "staffed_h"} & absent
    assert {"n_appointments", "n_promises", "n_surveys"} <= absent
    assert "n_promises" not in absent_columns(bare(**{f"{CAMPAIGN}.goal": "promise"}))
    assert "wages" not in absent_columns(bare(**{f"{GROUP}.wage_per_hour": 10.0}))


def test_a_centre_has_no_columns_of_an_axis_without_entities():
    inbound = {key: value for key, value in BARE.items() if key not in ("campaigns", "rules")}
    absent = absent_columns(load_scenario(inbound | {"groups": {"g": {"skills": ["q"], "staffing": 3}}}))

    of_campaigns = {kpi.name for kpi in KPIS.values() if kpi.axis == "campaign"}
    of_campaigns |= {labelled.column for labelled in LABELS.values() if labelled.axis == "campaign"}
    assert of_campaigns <= absent and "attempts_per_advisor_day" in absent and "occupancy" not in absent


def test_every_counter_of_a_feature_exists():
    labels = [label for feature in FEATURES for label in feature.labels]

    assert set(labels) <= set(LABELS) and len(labels) == len(set(labels))


def test_the_summary_shows_what_the_centre_has_and_holds_the_rest():
    summary = simulate(bare(), seeds=range(3), by="interval").summary()
    shown = {line.split()[0] for line in str(summary).splitlines()[1:] if line}

    assert "blocking" not in shown and "n_surveys" not in shown and {"asa_s", "conversion", "n_decisions"} <= shown
    assert summary["n_blocked"].value == 0.0 and "n_blocked" in summary.as_dict()


def test_campaigns_with_different_definitions_are_judged_by_their_own():
    """With one definition the counters of `own` repeat it, so they are shown only if the definitions differ."""
    second = BARE["campaigns"]["c"] | {"compliance": "ftc_30d"}
    groups = {"g": {"skills": ["q", "c", "d"], "staffing": 3}}
    one = load_scenario(BARE | {"campaigns": {"c": second}})
    two = load_scenario(BARE | {"campaigns": {"c": BARE["campaigns"]["c"], "d": second}, "groups": groups})

    assert "dropped_share_own" in absent_columns(one) and "dropped_share_own" not in absent_columns(two)
    assert "dropped_share_ftc_30d" not in absent_columns(one) | absent_columns(two)
