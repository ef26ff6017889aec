"""Everything that is declared has its entry on the site, and the entry says what the declaration says."""

from __future__ import annotations

import dataclasses
import re

import msgspec
import pytest
from hydra import compose, initialize_config_dir

import ccenv
from agents.registry import LEARNERS, find_learner
from ccenv.description import declared
from ccenv.kpis import KPIS, LABELS
from ccenv.kpis.elsewhere import MEASURES
from ccenv.rewards.terms import TERMS, list_presets, load_preset
from ccenv.rules import PACING_RULES, ROUTING_RULES
from ccenv.rules.spec import plain
from ccenv.scenarios import list_scenarios, load_scenario
from ccenv.sim.state.codes import LOG_CODES
from ccenv.sim.state.definitions import DEFINITIONS
from ccenv.sim.state.fields import FIELDS
from experiments.concepts.keys import conceptual_keys
from experiments.jobs.config import CONFIGS, register
from experiments.site import api, centres, commands, environments, keys, kpis, rules, sources
from experiments.site.copied import FILES

RULES = [("routing", rule) for rule in ROUTING_RULES] + [("pacing", rule) for rule in PACING_RULES]


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return sources.pages()


def row(page: str, first: str) -> str:
    """The row of a table whose first cell is this code."""
    found = [line for line in page.splitlines() if re.match(rf"\| (?:\[)?`{re.escape(first)}`", line)]
    assert len(found) == 1, f"rows of `{first}`: {len(found)}"
    return found[0]


def test_every_environment_has_a_page_with_its_spaces(site: dict[str, str]):
    assert len(environments.ids()) >= 7
    for identifier in environments.ids():
        text = site[f"environments/{environments.name_of(identifier)}"]
        assert f'gymnasium.make("{identifier}")' in text
        if identifier.startswith("ccenv-mo/"):
            assert f"({identifier.partition('/')[2].lower()}.md)" in text and "reward_space" in text
            continue
        assert {"## Description", "## Action Space", "## Rewards", "## Episode End", "## Arguments"} <= set(
            text.splitlines()
        )


def test_spaces_of_a_page_are_those_of_the_environment(site: dict[str, str]):
    env = ccenv.CentreEnv()
    text = site["environments/blended-v0"]

    assert f"| Action space | `{env.action_space}` |" in text
    assert f"({env.observation_space.shape[0]},), float32)`" in text


def test_every_centre_has_a_page_with_its_measured_rules(site: dict[str, str]):
    for name in list_scenarios():
        text, centre = site[f"centres/{name}"], load_scenario(name).centre
        assert centre.description in text
        for key in (*centre.queues, *centre.groups, *centre.campaigns, *centre.sources):
            assert f"`{key}`" in text, f"{name}: {key}"
        assert "## Rules and KPIs" in text and "(own)" in text


def test_every_rule_has_a_page_with_all_its_parameters(site: dict[str, str]):
    for half, rule in RULES:
        text = site[f"rules/{half}-{rule.name}"]
        assert row(site["rules/index"], rule.name)
        for param in rule.params:
            assert param.meaning in row(text, param.name)


def test_what_no_declaration_holds_is_written_for_each_rule_and_no_other():
    assert {(half, name) for half, known in rules.about().items() for name in known} == {
        (half, rule.name) for half, rule in RULES
    }
    assert all(about["formula"] and about["production"] for known in rules.about().values() for about in known.values())


def test_every_rule_has_one_source_in_its_docstring_or_in_the_file(site: dict[str, str]):
    for half, rule in RULES:
        text, given = site[f"rules/{half}-{rule.name}"], rules.about()[half][rule.name].get("source")
        assert ("Source:" in (plain(rule.function).__doc__ or "")) is (given is None), rule.name
        assert len(re.findall(r"\bSource:\s", text.split("## Formula")[0])) == 1, rule.name


def test_every_kpi_counter_and_definition_has_an_entry(site: dict[str, str]):
    for name, kpi in KPIS.items():
        assert kpi.formula in row(site["kpis/index"], name)
    for label, labelled in LABELS.items():
        assert labelled.counter.meaning in row(site["kpis/counters"], label)
    for definition in DEFINITIONS:
        assert definition.source in row(site["kpis/dropped_share"], definition.name)


def test_the_factor_of_every_weighted_kpi_is_shown(site: dict[str, str]):
    centre = load_scenario("tiny").centre
    group = next(iter(centre.groups))
    factors = {name: kpi.weight for name, kpi in KPIS.items() if kpi.weight}

    assert all(f"x ({factor.words})" in row(site["kpis/index"], name) for name, factor in factors.items())
    assert factors["staffed_h"](centre, group) == 1 / 3600
    assert factors["wages"](centre, group) == centre.groups[group].wage_per_hour / 3600
    assert factors["outbound_advisor_days"](centre, "blended") == 1 / 28_800


def test_every_measure_of_another_system_has_an_entry(site: dict[str, str]):
    for measure in MEASURES:
        assert f"`{measure.formula}`" in site["kpis/elsewhere"] and measure.source in site["kpis/elsewhere"]


def test_every_preset_has_a_page_with_its_weights(site: dict[str, str]):
    for name in list_presets():
        assert row(site["rewards/index"], name)
        for term, weight in load_preset(name).items():
            assert f"{weight:g}" in row(site[f"rewards/{name}"], term)
    for term in TERMS:
        assert row(site["rewards/index"], term)


def test_every_field_and_event_has_an_entry(site: dict[str, str]):
    for field in FIELDS:
        assert field.meaning in row(site["fields/index"], field.name)
    for name in LOG_CODES:
        assert f"| `{name}` |" in site["fields/events"]


def test_every_kind_of_action_is_explained(site: dict[str, str]):
    for kind in declared("actions"):
        assert kind["meaning"] in row(site["fields/actions"], kind["name"])


def test_every_key_of_the_schema_has_its_row(site: dict[str, str]):
    for part in keys.parts():
        home = next(name for name, (_, tops) in keys.PAGES.items() if part.paths[0].split(".")[0] in tops)
        section = site[f"keys/{home}"].split(f"({keys.anchor(part.paths[0])})=")[1].split("\n(key-")[0]
        for field in msgspec.structs.fields(part.struct):
            assert row(section, field.name)
    claimed = {f"{path}.{field.name}".lstrip(".") for part in keys.parts() for path in part.paths
               for field in msgspec.structs.fields(part.struct)}  # fmt: skip

    assert set(conceptual_keys()) <= claimed


def test_measured_effects_stand_at_their_keys(site: dict[str, str]):
    assert "containment: `mean_wait_s`" in row(site["keys/queues"], "p_contained")


def test_every_public_name_is_in_the_reference(site: dict[str, str]):
    for module in api.MODULES:
        for name in api.public_names(module):
            assert re.search(rf"\{{py:\w+\}} {re.escape(module)}\.{name}\b", site[f"api/{module}"]), f"{module}.{name}"
    assert set(ccenv.__all__) - {"plot", "theory"} <= set(api.public_names("ccenv"))


def test_every_command_is_listed_with_its_options(site: dict[str, str]):
    text = site["commands"]
    assert {"list", "describe", "simulate"} <= set(commands.subcommands())
    for name, command in commands.subcommands().items():
        assert f"### `ccenv {name}`" in text
        assert all(f"`{option}`" in text for each in command.params for option in each.opts if option[0] == "-")
    assert {"experiments.train", "experiments.sweep", "experiments.site"} <= set(commands.modules())
    for name in commands.modules():
        assert row(text, f"python -m {name}").count("|") == 3
    for name, about in commands.targets():
        assert about in row(text, f"make {name}")


def test_every_learner_has_its_settings(site: dict[str, str]):
    for name in LEARNERS:
        assert row(site["learning"], name)
        for field in dataclasses.fields(find_learner(name).settings):
            assert f"| `{field.name}` |" in site["learning"]


def test_the_purpose_of_a_reward_does_not_announce_a_list(site: dict[str, str]):
    for name in list_presets():
        line = row(site["rewards/index"], name)
        purpose = line.split(" | ")[2]
        assert purpose.endswith("."), purpose
        assert kpis.about_of(name).startswith(purpose)


def test_the_settings_of_a_training_have_the_defaults_of_the_command(site: dict[str, str]):
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        learner = compose("config").learner

    for part in (learner.training, learner.settings):
        for name, value in part.items():
            assert f"| `{name}` | `{value}` |" in site["learning"]


def test_the_dropped_share_stands_behind_the_reward():
    assert centres.in_order(["value", "mean_wait_s", "dropped_share_x"]) == ["value", "dropped_share_x", "mean_wait_s"]


def test_every_decision_has_a_page(site: dict[str, str]):
    records = [page for page in FILES.values() if page.startswith("decisions/0")]

    assert len(records) >= 43
    assert all(page in site and page.partition("/")[2] in site["decisions/index"] for page in records)


def test_a_mark_without_a_table_is_refused():
    from experiments.site.centre_results import results

    with pytest.raises(ValueError, match="no table 'gone'"):
        sources.filled("start", "<!-- generated: gone -->", results())
