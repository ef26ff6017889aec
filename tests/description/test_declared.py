"""The lists of declarations have a row for each thing declared, with a meaning."""

import json
import re

import msgspec
import pytest

import ccenv
from ccenv.description.declared import KINDS, declared
from ccenv.description.keys import schema_keys
from ccenv.kpis import KPIS
from ccenv.rewards.terms import TERMS, list_presets
from ccenv.rules import PACING_RULES, ROUTING_RULES
from ccenv.scenarios import list_scenarios, load_scenario
from ccenv.scenarios.catalogue import ACTION_KINDS
from ccenv.scenarios.schema import Campaign, Centre, Queue
from ccenv.sim.state.codes import LOG_CODES
from ccenv.sim.state.fields import FIELDS
from ccenv.spaces.observation import snapshot_dtype

DECLARED = {
    "scenarios": list_scenarios(),
    "rules": [rule.name for rule in (*ROUTING_RULES, *PACING_RULES)],
    "kpis": list(KPIS),
    "rewards": list_presets(),
    "terms": list(TERMS),
    "fields": [field.name for field in FIELDS],
    "events": list(LOG_CODES),
}


@pytest.mark.parametrize("kind", DECLARED)
def test_each_declaration_has_a_row(kind):
    assert [row["name"] for row in declared(kind)] == DECLARED[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_has_a_meaning_on_one_line_and_is_ready_for_json(kind):
    rows = declared(kind)

    assert rows
    assert [row["name"] for row in rows if not row["meaning"].strip() or "\n" in row["meaning"]] == []
    json.dumps(rows, allow_nan=False)


def test_keys_are_those_of_the_schema():
    names = [row["name"] for row in schema_keys()]

    assert len(set(names)) == len(names)
    assert {f.name for f in msgspec.structs.fields(Centre)} == {name for name in names if "." not in name}
    for part, struct in (("queues", Queue), ("campaigns", Campaign)):
        keys = {name.removeprefix(f"{part}.*.") for name in names if name.startswith(f"{part}.*.")}
        assert {f.name for f in msgspec.structs.fields(struct)} <= keys
    assert "dist.weibull.shape" in names


def test_a_key_says_type_default_and_unit():
    rows = {row["name"]: row for row in schema_keys()}

    assert rows["queues.*.service_level_s"]["default"] == 20.0
    assert rows["queues.*.service_level_s"]["unit"] == "s"
    assert rows["queues.*.arrivals_per_hour"]["required"]
    assert rows["campaigns.*.drop_limit"]["type"] == "a number at least 0 and at most 1"
    assert "`open_s`" in rows["clock.open_s"]["meaning"]


def test_actions_of_a_centre_are_its_catalogue_and_fit_the_patterns():
    scenario = load_scenario("hybrid_small:either")
    rows = declared("actions", scenario)
    patterns = {
        kind.name: re.sub(r"\\\{\w+\\\}", r"[\\w-]+", re.escape(kind.pattern)) for kind in ACTION_KINDS.values()
    }

    assert [row["name"] for row in rows] == [action.name for action in scenario.catalogue]
    assert {row["kind"] for row in rows} == set(patterns)
    assert all(re.fullmatch(patterns[row["kind"]], row["name"]) for row in rows)
    assert [row for row in rows if row["kind"] == "dial"][0]["of"] == scenario.campaigns[0]


def test_fields_of_a_centre_have_its_names_and_numbers():
    scenario = load_scenario("tiny")
    rows = {row["name"]: row for row in declared("fields", scenario)}

    assert rows["queue_length"]["of"] == ["sales", "support"]
    assert rows["finishes"]["numbers"] == 6
    assert sum(row["numbers"] for row in rows.values()) == snapshot_dtype(scenario).itemsize // 8


@pytest.mark.parametrize(
    ("kind", "scenario", "message"),
    [
        ("kpi", None, "kind = 'kpi'; allowed: scenarios, rules, kpis, .*did you mean 'kpis'"),
        ("kpis", "tiny", "scenario is given for kpis.*allowed: fields, actions"),
        ("fields", "tony", "no such scenario.*did you mean 'tiny'"),
    ],
)
def test_bad_arguments_are_refused(kind, scenario, message):
    with pytest.raises(ValueError, match=message):
        declared(kind, scenario)


def test_dir_shows_the_interface_alone():
    shown = dir(ccenv)

    assert {"simulate", "describe", "declared", "load_scenario", "CentreEnv", "__version__"} <= set(shown)
    assert [name for name in shown if name.startswith("_")] == ["__version__"]
    assert not {"Any", "TYPE_CHECKING", "importlib", "register", "annotations"} & set(shown)
    assert all(getattr(ccenv, name) is not None for name in shown)
