"""Data sets in Minari's format hold exactly what the environment returns, and say what they hold."""

from __future__ import annotations

from importlib.metadata import version

import minari
import numpy as np
import pytest

import ccenv
import ccenv.batch
from ccenv.integrations.minari import read_transitions, write_dataset
from tests.env.short import random_legal, short_day

SEEDS = (3, 2**63 + 5)
AUTHOR = {"author": "A", "author_email": "a@example.org", "code_permalink": "https://example.org/code"}


class RandomLegal:
    """Legal actions at random, by the coin of the decision."""

    def act(self, obs, mask, state, u, starts):
        return random_legal(mask, u), None


class Illegal:
    """The last action of the catalogue, legal or not."""

    def act(self, obs, mask, state, u, starts):
        return np.full(len(u), mask.shape[1] - 1), None


@pytest.fixture(scope="module")
def scenario():
    return short_day()


@pytest.fixture(scope="module")
def dataset(scenario, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINARI_DATASETS_PATH", str(tmp_path_factory.mktemp("minari")))
        policies = {"rules": ccenv.RulePolicy(scenario), "random": RandomLegal()}
        yield write_dataset("ccenv/short-v0", scenario, policies, SEEDS, **AUTHOR, description="Two policies.")


def names(dataset):
    return [each["policy"] for each in dataset.storage.get_episode_metadata(dataset.episode_indices)]


def replayed(env, seed, actions):
    """Arrays of the episode that the environment gives for these actions."""
    obs, info = env.reset(seed=seed)
    steps = [(obs, info, 0.0, False, False)]
    for action in actions:
        obs, reward, terminated, truncated, info = env.step(action)
        steps.append((obs, info, reward, terminated, truncated))
    infos = {key: np.stack([step[1][key] for step in steps]) for key in ("action_mask", "elapsed_s", "cost", "coin")}
    rewards, terminations, truncations = (np.array([step[k] for step in steps[1:]]) for k in (2, 3, 4))
    return np.stack([step[0] for step in steps]), rewards, terminations, truncations, infos


def test_every_episode_is_that_of_the_environment_byte_for_byte(dataset, scenario):
    env = ccenv.CentreEnv(scenario)
    metadata = list(dataset.storage.get_episode_metadata(dataset.episode_indices))

    assert [(each["policy"], each["seed"]) for each in metadata] == [
        ("rules", SEEDS[0]), ("rules", SEEDS[1]), ("random", SEEDS[0]), ("random", SEEDS[1])
    ]  # fmt: skip
    for episode, each in zip(dataset.iterate_episodes(), metadata, strict=True):
        observations, rewards, terminations, truncations, infos = replayed(env, each["seed"], episode.actions)
        assert terminations[-1] and not terminations[:-1].any()
        for kept, expected in (
            (episode.observations, observations),
            (episode.rewards, rewards),
            (episode.terminations, terminations),
            (episode.truncations, truncations),
            *((episode.infos[key], infos[key]) for key in infos),
        ):
            assert (kept.dtype, kept.shape) == (expected.dtype, expected.shape)
            assert kept.tobytes() == expected.tobytes()


def test_transitions_line_up(dataset):
    steps = read_transitions(dataset)

    assert len(steps) == dataset.total_steps
    assert steps.masks[np.arange(len(steps)), steps.actions].all()
    inside = np.flatnonzero(steps.episode[1:] == steps.episode[:-1])
    assert np.array_equal(steps.next_observations[inside], steps.observations[inside + 1])
    assert np.array_equal(steps.next_masks[inside], steps.masks[inside + 1])
    assert np.array_equal(np.flatnonzero(steps.terminated[:-1]), np.setdiff1d(np.arange(len(steps) - 1), inside))
    first = steps.episode == 0
    assert steps.elapsed_s[first].sum() == dataset[0].infos["elapsed_s"].sum() > 1800


def test_transitions_of_one_policy_are_its_episodes(dataset):
    assert set(read_transitions(dataset, ["random"]).episode) == {2, 3}
    assert set(read_transitions(dataset.id, ["rules"]).episode) == {0, 1}
    with pytest.raises(ValueError, match="policies: lwt unknown; allowed: random, rules"):
        read_transitions(dataset, ["lwt"])


def test_the_environment_is_recovered_from_the_data_set_alone(dataset, scenario):
    env = dataset.recover_environment()

    assert env.unwrapped.scenario.digest == scenario.digest
    assert env.action_space == dataset.action_space
    assert env.observation_space == dataset.observation_space
    assert dataset.recover_environment(eval_env=True).unwrapped.scenario.digest == scenario.digest


def test_metadata_are_complete(dataset, scenario):
    metadata = dataset.storage.metadata

    assert (metadata["author"], metadata["author_email"]) == ({"A"}, {"a@example.org"})
    assert metadata["code_permalink"] == AUTHOR["code_permalink"]
    assert metadata["algorithm_name"] == "rules, random"
    assert metadata["description"].startswith("Two policies.")
    assert f"ccenv=={version('ccenv')}" in metadata["requirements"]
    assert metadata["total_episodes"] == 4
    own = metadata["ccenv"]
    assert own["scenario_digest"] == scenario.digest
    assert [action["name"] for action in own["actions"]] == [action.name for action in scenario.catalogue]
    assert own["actions"][-1] == {
        "name": "dial:survey*4", "kind": "dial", "entity": "survey", "group": None, "lines": 4
    }  # fmt: skip
    assert own["actions"][1]["group"] == "first"
    assert len(own["observations"]) == dataset.observation_space.shape[0]
    assert (own["owns"], own["reward"], own["days"]) == ("blended", "service", 1)


def test_reference_scores_are_the_mean_returns(dataset):
    returns = dict.fromkeys(("rules", "random"), 0.0)
    for name, episode in zip(names(dataset), dataset.iterate_episodes(), strict=True):
        returns[name] += episode.rewards.sum() / len(SEEDS)

    assert dataset.storage.metadata["ccenv"]["mean_return"] == pytest.approx(returns)
    assert dataset.storage.metadata["ref_min_score"] == min(returns.values())
    assert dataset.storage.metadata["ref_max_score"] == max(returns.values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"policies": {}}, "policies = {}; allowed: at least one policy"),
        ({"owns": "routing"}, "policies: 'rules' needs owns = 'blended'; the data set has owns = 'routing'"),
        ({"pacing": "progressive"}, "policies: 'rules' needs reserves = True; the data set has reserves = False"),
        ({"seeds": [1, 1]}, "seeds"),
        ({"policies": {"wrong": Illegal()}}, "illegal"),
    ],
)
def test_bad_arguments_are_refused(scenario, dataset, changed, message):
    policies = {"rules": ccenv.RulePolicy(scenario, pacing=changed.get("pacing"))}
    arguments = {"policies": policies, "seeds": [1], **{key: changed[key] for key in changed if key != "pacing"}}

    with pytest.raises(ValueError, match=message):
        write_dataset(f"ccenv/refused{len(message)}-v0", scenario, **arguments, **AUTHOR)


def test_a_data_set_that_fails_half_way_is_removed(scenario, dataset):
    policies = {"rules": (None, None), "wrong": Illegal()}

    with pytest.raises(ccenv.batch.IllegalActionError):
        write_dataset("ccenv/half-v0", scenario, policies, SEEDS, **AUTHOR)

    assert set(minari.list_local_datasets()) == {"ccenv/short-v0"}


def test_rules_are_given_as_to_compare(scenario, dataset):
    write_dataset("ccenv/pair-v0", scenario, {"rules": (None, None)}, SEEDS, **AUTHOR)
    pair, policy = read_transitions("ccenv/pair-v0"), read_transitions(dataset, ["rules"])
    minari.delete_dataset("ccenv/pair-v0")

    assert np.array_equal(pair.actions, policy.actions)
    assert np.array_equal(pair.observations, policy.observations)


def test_a_data_set_is_not_overwritten(dataset, scenario):
    with pytest.raises(ValueError, match="short-v0"):
        write_dataset("ccenv/short-v0", scenario, {"rules": ccenv.RulePolicy(scenario)}, [1], **AUTHOR)


@pytest.mark.parametrize("name", ["no version", "../ccenv-v0", ""])
def test_a_malformed_name_is_refused_and_leaves_nothing(name, tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "sets"))

    with pytest.raises(ValueError, match="Malformed dataset ID"):
        write_dataset(name, short_day(), {"rules": (None, None)}, SEEDS, **AUTHOR)
    assert [path for path in tmp_path.rglob("*") if path != tmp_path / "sets"] == []
