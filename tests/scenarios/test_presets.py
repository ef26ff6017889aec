"""Presets of calling rules: what they set, what overrides them, and rings that they refuse."""

import functools
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.scenarios.compile.dists import dist_values, least_of
from ccenv.scenarios.files.presets import calling_rules_preset, list_calling_rules, settable
from ccenv.scenarios.schema import (
    CallingRules,
    Campaign,
    Constant,
    Empirical,
    Lognormal,
    Never,
    PiecewiseHazard,
    Uniform,
)
from ccenv.sim.state.definitions import DEFINITIONS
from ccenv.sim.state.sizes import SIZES

NAMES = ["fcc_2012", "ftc_tsr_2024", "none", "ofcom_2017"]
LONG = {"dist": "constant", "value_s": 25}
KEY = "campaigns.sales.calling_rules"


def centre(rules: dict[str, Any] | None = None, **campaign: Any) -> dict[str, Any]:
    """A centre with one campaign."""
    own = {"p_answer": 0.3, "handle_s": 60, "ring_s": LONG, **campaign}
    if rules is not None:
        own["calling_rules"] = rules
    return {
        "name": "law",
        "description": "",
        "clock": {"open_s": 32_400, "close_s": 68_400},
        "campaigns": {"sales": own},
        "groups": {"all": {"skills": ["sales"], "staffing": 2}},
    }


def loaded(rules: dict[str, Any] | None = None, **campaign: Any) -> Campaign:
    return load_scenario(centre(rules, **campaign)).centre.campaigns["sales"]


def test_the_presets_are_those_that_are_documented():
    assert list_calling_rules() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_has_date_source_and_a_source_for_each_value(name: str):
    preset = calling_rules_preset(name)

    assert set(preset.sources) == set(preset.values)
    assert preset.notes and all(preset.notes)
    if name == "none":
        assert (preset.date, preset.source, preset.values) == (None, None, {})
    else:
        assert date.fromisoformat(preset.date or "").year == int(name[-4:]) and preset.source
        assert preset.values["compliance"] in {definition.name for definition in DEFINITIONS}


def test_a_preset_gives_what_the_campaign_does_not_give_itself():
    plain, ftc = loaded(), loaded({"preset": "ftc_tsr_2024"})

    assert plain.calling_rules == CallingRules() and (plain.drop_limit, plain.compliance) == (0.03, "run_total")
    assert ftc.calling_rules == CallingRules("ftc_tsr_2024", 28_800, 75_600, min_ring_s=15)
    assert (ftc.drop_limit, ftc.compliance) == (0.03, "ftc_30d")
    assert loaded({"preset": "fcc_2012"}).calling_rules.needs_consent
    assert loaded({"preset": "ofcom_2017"}).calling_rules.lockout_after_drop_s == 72 * 3600


def test_own_keys_override_the_preset():
    own = loaded({"preset": "ftc_tsr_2024", "calling_until_s": 64_800, "min_ring_s": 0}, drop_limit=0.01)

    assert own.calling_rules == CallingRules("ftc_tsr_2024", 28_800, 64_800, min_ring_s=0)
    assert (own.drop_limit, own.compliance) == (0.01, "ftc_30d")


def test_none_is_no_law():
    assert load_scenario(centre({"preset": "none"})).digest == load_scenario(centre()).digest


@pytest.mark.parametrize("how", ["load", "replace"])
def test_another_preset_takes_the_place_of_the_first(how: str):
    rules = {"preset": "fcc_2012", "max_per_24h": 3, "calling_until_s": 64_800}
    change = {f"{KEY}.preset": "ofcom_2017"}
    first = load_scenario(centre(rules))
    moved = load_scenario(centre(rules), **change) if how == "load" else first.replace(**change)
    campaign = moved.centre.campaigns["sales"]

    assert campaign.calling_rules == CallingRules(
        "ofcom_2017", 0, 64_800, max_per_24h=3, lockout_after_drop_s=259_200, min_ring_s=15
    )
    assert campaign.compliance == "ofcom_24h"
    assert moved.digest != first.digest
    assert first.replace(**{"trunks": None}).digest == first.digest


def value_of(campaign: Campaign, key: str) -> Any:
    """The value of a campaign at a dotted key."""
    value: Any = campaign
    for part in key.split("."):
        value = getattr(value, part)
    return value


@functools.cache
def values() -> dict[str, list[Any]]:
    """Of each key that some preset sets, the values of all presets; also where they are equal to the default."""
    return {
        key: sorted({value_of(loaded({"preset": name}), key) for name in NAMES}, key=repr) for key in sorted(settable())
    }


STATED = st.dictionaries(st.sampled_from(sorted(settable())), st.integers(0, 3)).map(
    lambda chosen: {key: values()[key][k % len(values()[key])] for key, k in chosen.items()}
)


def of(preset: str | None, stated: dict[str, Any], twins: bool = False) -> Any:
    """A centre with a preset, if any, and own values; `twins`: two such campaigns, the second with no own values."""
    data = centre(None if preset is None else {"preset": preset})
    for key, value in stated.items():
        *path, last = key.split(".")
        node = data["campaigns"]["sales"].setdefault(*path, {}) if path else data["campaigns"]["sales"]
        node[last] = value
    if twins:
        data["campaigns"]["other"] = centre({"preset": preset or "none"})["campaigns"]["sales"]
        data["groups"]["all"]["skills"] = ["sales", "other"]
    return load_scenario(data)


@settings(max_examples=40)
@given(st.sampled_from([None, *NAMES]), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), STATED)
def test_own_values_stay_and_the_values_of_a_preset_go_with_it(first: str | None, then: list[str], stated):
    moved = of(first, stated)
    for name in then:
        moved = moved.replace(**{f"{KEY}.preset": name}).in_size(SIZES["M"])

    campaign = moved.centre.campaigns["sales"]
    assert {key: value_of(campaign, key) for key in stated} == stated
    assert moved.content == of(then[-1], stated).content


@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("second", NAMES)
@pytest.mark.parametrize("key", sorted(settable()))
def test_an_own_value_that_is_the_presets_too_is_an_own_value(first: str, second: str, key: str):
    stated = {key: value_of(loaded({"preset": first}), key)}

    moved = of(first, stated, twins=True).replace(
        **{f"{KEY}.preset": second, "campaigns.other.calling_rules.preset": second}
    )

    assert value_of(moved.centre.campaigns["sales"], key) == stated[key]
    assert value_of(moved.centre.campaigns["other"], key) == value_of(loaded({"preset": second}), key)


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_is_replaced_is_an_own_value_from_then_on(name: str):
    for key, found in values().items():
        first = load_scenario(centre({"preset": name}))
        given_it = first.replace(**{f"campaigns.sales.{key}": found[0]})
        for other in NAMES:
            campaign = given_it.replace(**{f"{KEY}.preset": other}).centre.campaigns["sales"]
            assert value_of(campaign, key) == found[0], (key, other)


def test_an_own_key_stays_an_own_key_when_something_else_is_replaced():
    own = load_scenario(centre({"preset": "ftc_tsr_2024", "min_ring_s": 0}))

    again = own.replace(**{"campaigns.sales.max_lines": 5}).centre.campaigns["sales"]

    assert (again.calling_rules.min_ring_s, again.max_lines) == (0, 5)


@pytest.mark.parametrize(
    ("dist", "least_s"),
    [
        (Constant(25), 25), (Uniform(15, 28), 15), (Lognormal(3, 0.1), 0), (18.0, 0), (0.0, 0),
        (Empirical([4, 9, 30]), 4), (PiecewiseHazard([0, 16, 20], [0, 0.1, 0.2]), 16), (Never(), float("inf")),
    ],
)  # fmt: skip
def test_the_least_time_of_a_distribution(dist: Any, least_s: float):
    assert least_of(dist_values(dist)) == least_s


@pytest.mark.parametrize(
    ("campaign", "key", "least_s"),
    [
        ({"ring_s": 18}, "ring_s", 0),
        ({"ring_s": {"dist": "uniform", "low_s": 5, "high_s": 25}}, "ring_s", 5),
        ({"ring_s": 0, "ring_s_by_outcome": {"person": 30, "no_answer": {"dist": "constant", "value_s": 14.9}}},
         "ring_s_by_outcome.no_answer", 14.9),
    ],
)  # fmt: skip
def test_unanswered_rings_that_may_be_too_short_are_refused(campaign: dict[str, Any], key: str, least_s: float):
    for name in NAMES:
        if name == "none":
            assert loaded({"preset": name}, **campaign)
            continue
        with pytest.raises(ScenarioError) as caught:
            loaded({"preset": name}, **campaign)
        (problem,) = caught.value.problems
        assert problem.key == f"campaigns.sales.{key}"
        assert f"may ring for only {least_s:g} s; must be at least 15 s, calling_rules.min_ring_s" in problem.allowed
        assert loaded({"preset": name, "min_ring_s": 0}, **campaign).calling_rules.min_ring_s == 0


@pytest.mark.parametrize(
    ("rules", "key", "value", "allowed"),
    [
        ({"preset": "ftc_2024"}, "preset", "ftc_2024", "must be one of fcc_2012, ftc_tsr_2024, none, ofcom_2017"),
        ({"preset": None}, "preset", None, "must be text"),
        ({"preset": ["none"]}, "preset", ["none"], "must be text"),
        ({"min_ring_s": -1}, "min_ring_s", -1, "must be a number at least 0"),
        ({"min_ring_s": "15 s"}, "min_ring_s", "15 s", "must be a number at least 0"),
        ({"min_ring_s": True}, "min_ring_s", True, "must be a number at least 0"),
        ({"min_ring": 15}, "min_ring", 15, "did you mean 'min_ring_s'?"),
    ],
)
def test_malformed_calling_rules_are_refused_by_name(rules: dict[str, Any], key: str, value: Any, allowed: str):
    with pytest.raises(ScenarioError) as caught:
        loaded(rules)

    (problem,) = caught.value.problems
    assert (problem.key, problem.value) == (f"{KEY}.{key}", value) and allowed in problem.allowed


def test_all_faults_are_told_at_once():
    with pytest.raises(ScenarioError) as caught:
        loaded({"preset": "uk", "min_ring_s": 30})

    assert {problem.key for problem in caught.value.problems} == {f"{KEY}.preset", "campaigns.sales.ring_s"}
