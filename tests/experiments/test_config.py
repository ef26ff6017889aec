import dataclasses
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from hydra import compose, initialize_config_dir
from hydra.errors import ConfigCompositionException
from omegaconf import DictConfig, OmegaConf

from agents.registry import find_learner
from ccenv.scenarios import ScenarioError, list_scenarios
from experiments.jobs.config import CONFIGS, LearnerConfig, Settings, scenario_of, settings_of
from experiments.pipeline.learning import training_of
from experiments.showcase.settings import register

register()
FOLDER = Path(CONFIGS)
OPTIONS = [
    f"{path.parent.name}={path.stem}"
    for path in sorted(FOLDER.glob("*/*.yaml"))
    if path.parent.name not in ("launcher", "learner_values")  # these are parts of learners
]
#: Commands whose settings are not `Settings`.
OWN_SCHEMA = (
    "ablate", "curves", "distill", "frontier", "headline", "hyperparameters", "objectives", "published", "randomised",
    "room", "screen", "solvable", "speed", "study", "supervise", "transfer", "tune", "validate",
)  # fmt: skip
COMMANDS = [path.stem for path in sorted(FOLDER.glob("*.yaml")) if path.stem not in OWN_SCHEMA]


def composed(*given: str, command: str = "config") -> DictConfig:
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        return compose(command, overrides=list(given))


def settings(*given: str, command: str = "config") -> Settings:
    return settings_of(composed(*given, command=command))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_composes(command: str):
    assert settings(command=command).scenario.name == "bank_blended"


@pytest.mark.parametrize("option", OPTIONS)
def test_option_composes(option: str):
    command = "benchmark" if option.startswith("replication=") else "config"
    assert OmegaConf.missing_keys(composed(option, command=command)) == set()


@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_launcher_composes(launcher: str):
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        config = compose("sweep", overrides=[f"launcher={launcher}"], return_hydra_config=True)

    assert config.hydra.launcher._target_.split(".")[-1].lower() == f"{launcher}launcher"


def test_every_scenario_of_the_library_is_an_option():
    for name in list_scenarios():
        assert scenario_of(settings(f"scenario={name}").scenario).name == name


def test_chosen_learner_is_not_changed_by_the_command():
    assert settings("learner=quick", command="benchmark").learner == settings("learner=quick").learner


def test_scenario_key_is_set_without_a_plus():
    chosen = settings("scenario=tiny", "scenario.set.campaigns.survey.ring_s=10", "scenario.set.trunks=9")

    scenario = scenario_of(chosen.scenario)

    assert (scenario.centre.campaigns["survey"].ring_s, scenario.centre.trunks) == (10, 9)


def test_element_of_a_list_is_set():
    scenario = scenario_of(settings("scenario=tiny", "scenario.set.groups.first.staffing.3=4").scenario)

    assert scenario.centre.groups["first"].staffing == [3, 3, 3, 4]


def test_variant_comes_before_the_keys_that_are_set():
    given = ["scenario=tiny", "scenario.variant=steady_staff", "scenario.set.groups.first.staffing=5"]

    centre = scenario_of(settings(*given).scenario).centre

    assert (centre.groups["first"].staffing, centre.groups["blended"].staffing) == (5, 3)


def test_distribution_replaces_a_distribution_as_a_whole():
    given = "scenario.set.queues.sales.handle_s={dist: exponential, mean_s: 90}"

    assert scenario_of(settings("scenario=tiny", given).scenario).centre.queues["sales"].handle_s.mean_s == 90


def test_unknown_scenario_key_is_refused_by_the_scenario():
    chosen = settings("scenario=tiny", "scenario.set.campaigns.survey.rings_s=10").scenario

    with pytest.raises(ScenarioError, match="rings_s"):
        scenario_of(chosen)


@pytest.mark.parametrize(
    "given",
    ["evaluation.dayz=3", "rules.pacing.max0.kk=[1]", "scenario.sett.trunks=3", "learner.trainings.steps=1", "dirr=x"],
)
def test_misspelt_key_is_refused(given: str):
    with pytest.raises(ConfigCompositionException, match="Could not override"):
        composed(given)


def test_value_of_the_wrong_type_is_refused():
    with pytest.raises(ConfigCompositionException, match=r"Error merging override evaluation\.days=many"):
        composed("evaluation.days=many")


def test_standard_grid_names_registered_rules_and_parameters():
    from ccenv.rules import PACING_RULES, ROUTING_RULES, pacing, routing

    rules = settings().rules

    halves = ((routing, ROUTING_RULES, rules.routing), (pacing, PACING_RULES, rules.pacing))
    for half, registry, grids in halves:
        assert list(grids) == [rule.name for rule in registry if rule.name in grids]
        assert {rule.name for rule in half.basic.RULES} <= set(grids)
        known = {rule.name: {param.name for param in rule.params} for rule in registry}
        assert all(set(grid) <= known[name] for name, grid in grids.items())


@pytest.mark.parametrize("learner", sorted(path.stem for path in FOLDER.glob("learner/*.yaml")))
def test_training_of_every_learner_is_one(learner: str):
    named = settings(f"learner={learner}").learner
    training = training_of(named)
    assert training.steps > 0
    assert isinstance(training.settings, find_learner(named.name).settings)


@pytest.mark.slow
@pytest.mark.parametrize("learner", ["ppo", "timed", "quick"])
def test_shown_settings_hold_every_hyperparameter_and_change_none(learner: str):
    command = [sys.executable, "-m", "experiments.train", f"learner={learner}", "--cfg", "job"]
    shown = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=True).stdout
    found = msgspec.convert(yaml.safe_load(shown)["learner"], LearnerConfig)

    named = settings(f"learner={learner}").learner
    training = training_of(named)
    kept = {field.name for field in dataclasses.fields(training)} - {"learner", "settings"}
    assert set(found.training) == kept > set(named.training)
    assert set(found.settings) == {field.name for field in dataclasses.fields(training.settings)} > set(named.settings)
    assert training_of(found) == training


def test_the_benchmark_trains_with_both_kinds_of_dials():
    own = composed("scenario=bank_blended")
    headline = composed("scenario=bank_blended", command="benchmark")
    assert scenario_of(settings_of(own).scenario).reserves is False
    assert scenario_of(settings_of(headline).scenario).reserves == "either"
    assert scenario_of(settings_of(composed("scenario=n_design", command="benchmark")).scenario).campaigns == ()
    wrong = settings_of(composed("scenario=tiny", "scenario.reserves=both")).scenario
    with pytest.raises(ValueError, match=r"scenario.reserves = 'both'; allowed: True, False, 'either'"):
        scenario_of(wrong)


@pytest.mark.parametrize("file", sorted(Path(CONFIGS).glob("*.yaml")), ids=lambda file: file.stem)
def test_no_plain_key_of_a_command_has_the_name_of_a_group(file: Path):
    """Hydra takes `key=value` as the choice of a group where there is one of that name, in every command."""
    groups = {folder.name for folder in Path(CONFIGS).iterdir() if folder.is_dir()}
    keys = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert [key for key, value in keys.items() if key in groups and not isinstance(value, dict)] == []
