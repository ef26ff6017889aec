"""A reward that pays for starving inbound contacts is warned of where it is chosen, once, at the caller's line."""

import warnings
from functools import cache

import gymnasium
import pytest

import ccenv
from ccenv.batch import Batch
from ccenv.env import CentreEnv
from ccenv.files.reading import read
from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.check.reward_trap import RewardTrapWarning
from ccenv.scenarios.files.library import find
from ccenv.vector import CentreVectorEnv

STARVING = "conversion"
SALES = {"sales": 1.0}  # starves inbound too
OWN = {**read(find("tiny")), "reward": STARVING}  # a centre with a starving reward of its own


@cache
def tiny() -> Scenario:
    """The smallest centre, whose own reward does not starve inbound contacts."""
    return load_scenario("tiny")


CHOICES = {
    "load a name": lambda: load_scenario("tiny", reward=STARVING),
    "load a mapping": lambda: load_scenario(OWN),
    "load a scenario": lambda: load_scenario(tiny(), reward=STARVING),
    "load a variant": lambda: load_scenario(
        {**OWN, "reward": "service", "variants": {"x": {"reward": STARVING}}}, variant="x"
    ),
    "replace": lambda: tiny().replace(reward=STARVING),
    "make": lambda: gymnasium.make("ccenv/Blended-v0", scenario="tiny", reward=STARVING),
    "make, weights": lambda: gymnasium.make("ccenv/Pacing-v0", scenario=tiny(), reward=SALES),
    "make, own reward": lambda: gymnasium.make("ccenv/Routing-v0", scenario=OWN),
    "make, own and given": lambda: gymnasium.make("ccenv/Blended-v0", scenario=OWN, reward=STARVING),
    "make, own and another": lambda: gymnasium.make("ccenv/Blended-v0", scenario=OWN, reward=SALES),
    "make a supervisor": lambda: gymnasium.make("ccenv/Supervisor-v0", scenario=OWN),
    "make a supervisor, own and another": lambda: gymnasium.make("ccenv/Supervisor-v0", scenario=OWN, reward=SALES),
    "make_vec": lambda: gymnasium.make_vec("ccenv/Blended-v0", 2, scenario="tiny", reward=STARVING),
    "make_vec, own reward": lambda: gymnasium.make_vec("ccenv/Blended-v0", 2, scenario=OWN),
    "single": lambda: CentreEnv("tiny", reward=STARVING),
    "vector": lambda: CentreVectorEnv(2, scenario="tiny", reward=STARVING),
    "batch": lambda: Batch("tiny", 2, reward=STARVING),
    "batch, flag": lambda: Batch("tiny", 2, owns="routing", reward=STARVING, pacing="progressive"),
    "simulate": lambda: ccenv.simulate(OWN, seeds=[0]),
}


def caught(call):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        result = call()
    return result, [w for w in found if issubclass(w.category, RewardTrapWarning)]


@pytest.mark.parametrize("choice", CHOICES)
def test_a_starving_reward_is_warned_of_once_at_the_callers_line(choice):
    _, (warning,) = caught(CHOICES[choice])

    assert warning.filename == __file__
    assert "reward = " in str(warning.message) and "support and survey in blended: w_ab" in str(warning.message)


@pytest.mark.parametrize("centre", [OWN, {**OWN, "reward": "service"}, "tiny"])
@pytest.mark.parametrize("reward", [None, STARVING, SALES])
def test_a_comparison_warns_once_of_a_reward(centre, reward):
    rules = {"fifo": ("fifo", "no_dial"), "lwt": ("lwt", "progressive"), "max0": ("lwt", ("max0", {"k": 2.0}))}
    _, found = caught(lambda: ccenv.compare(centre, rules, seeds=[0], kpis=["reward"], reward=reward))

    starves = reward is not None or centre is OWN
    assert [warning.filename for warning in found] == [__file__] * starves
    assert not any(" with " in str(warning.message).partition(": ")[0] for warning in found)


def test_the_message_names_the_reward_that_the_run_uses():
    _, (warning,) = caught(lambda: Batch(OWN, 1, reward=SALES))
    assert str(warning.message).startswith("mapping: reward = {'sales': 1.0}: ")

    _, none = caught(lambda: Batch(OWN, 1, reward="service"))
    assert none == []


def test_what_was_warned_of_is_not_warned_of_again():
    scenario, (_,) = caught(lambda: load_scenario(OWN))

    for again in (
        lambda: load_scenario(scenario),
        lambda: scenario.replace(reward=STARVING),
        lambda: scenario.replace(episode_days=2),
        lambda: load_scenario(scenario, trunks=200),
        lambda: scenario.with_reserves(not scenario.centre.campaigns["survey"].reserves),
        lambda: Batch(scenario, 1),
        lambda: Batch(scenario, 1, reward=STARVING),
        lambda: Batch(scenario, 1, owns="routing", pacing="progressive"),
        lambda: gymnasium.make("ccenv/Blended-v0", scenario=scenario),
        lambda: ccenv.simulate(scenario, seeds=[0]),
    ):
        assert caught(again)[1] == []


def test_a_change_that_makes_the_own_reward_starve_inbound_is_warned_of():
    """The preset stays, but a goal becomes worth more than the contacts that are lost for it."""
    sound = load_scenario("bank_blended")
    dear = {"campaigns.deposits.sale_value": 1e6}

    _, found = caught(lambda: sound.replace(**dear))

    assert len(found) == 1 and found[0].filename == __file__
    assert caught(lambda: sound.replace(**{"campaigns.deposits.max_lines": 10}))[1] == []
