"""Seeds, actions and counts get the same verdict and message at every entry."""

import gymnasium
import numpy as np
import pytest

from ccenv import Batch, simulate
from ccenv.env import CentreEnv
from ccenv.scenarios import load_scenario
from ccenv.supervisor import SupervisorVectorEnv
from ccenv.trace import trace
from ccenv.vector import CentreVectorEnv
from tests.env.short import short_day

ALLOWED = r"allowed: a whole number from 0 to 2\*\*64 - 1"


@pytest.fixture(scope="module")
def batch():
    return Batch(short_day(), 2)


@pytest.fixture(scope="module")
def single():
    return CentreEnv(short_day())


@pytest.fixture(scope="module")
def vector():
    return CentreVectorEnv(2, scenario=short_day())


@pytest.fixture(scope="module")
def entries(batch, single, vector):
    """Functions that take one seed; each returns the state that it gives."""

    def vectored(seed):
        vector.reset(seed=[seed, 0])
        return vector.batch.u[0]

    def batched(seed):
        batch.reset([seed, 0])
        return batch.u[0]

    def made(seed):
        single.reset(seed=seed)
        return single.batch.u[0]

    def forked(seed):
        batch.reset([1, 2])
        return batch.fork(0, [seed]).u[0]

    return {
        "env": made,
        "vector": vectored,
        "batch": batched,
        "fork": forked,
        "simulate": lambda seed: simulate(short_day(), seeds=[seed]).tobytes(),
        "trace": lambda seed: trace(short_day(), seed=seed)[0].size,
    }


ENTRIES = ("env", "vector", "batch", "fork", "simulate", "trace")


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), np.array(3)], ids=repr)
def test_a_whole_number_of_any_kind_is_the_same_seed(entries, entry, seed):
    assert entries[entry](seed) == entries[entry](3)


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("seed", [2**63 - 1, 2**63, 2**64 - 1])
def test_large_seeds_are_taken_by_all(entries, entry, seed):
    assert entries[entry](seed) == entries[entry](np.uint64(seed))


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("seed", [True, np.True_, 1.7, 2.0, "3", -1, 2**64, float("nan")], ids=repr)
def test_no_other_seed_is_taken_and_one_message_says_why(entries, entry, seed):
    with pytest.raises(ValueError, match=rf"^(seed|seeds|keys)(\[0\])? = .*; {ALLOWED}$") as caught:
        entries[entry](seed)
    assert repr(seed) in str(caught.value)


def test_rows_equal_single_environments_for_the_largest_seeds(single, vector):
    for row, seed in ((0, 2**64 - 2), (1, 2**64 - 1)):
        vector.reset(seed=2**64 - 2)
        first, _ = single.reset(seed=seed)
        assert np.array_equal(vector.batch.obs[row], first)
    for seed in (2**64 - 1, np.uint64(2**64 - 1)):
        with pytest.raises(ValueError, match=r"from 0 to 2\*\*64 - 2$"):
            vector.reset(seed=seed)


@pytest.mark.parametrize("seeds", [(3, 4), np.array([3, 4], np.uint16), range(3, 5)], ids=repr)
def test_seeds_of_rows_come_in_any_sequence(batch, vector, seeds):
    vector.reset(seed=[3, 4])
    expected = vector.batch.u.copy()
    vector.reset(seed=seeds)
    assert np.array_equal(vector.batch.u, expected)
    batch.reset(seeds)
    assert np.array_equal(batch.u, expected)
    assert simulate(short_day(), seeds=seeds)["seed"].tolist() == [3, 4]


def test_gymnasium_takes_the_same_seeds():
    made = gymnasium.make("ccenv/Blended-v0", scenario=short_day())
    first, _ = made.reset(seed=np.int64(5))
    again, _ = made.reset(seed=5)
    assert np.array_equal(first, again)


def test_the_same_day_twice_is_refused():
    with pytest.raises(ValueError, match=r"^seeds\[2\] = 4; allowed: different numbers, and seeds\[0\] is the same$"):
        simulate(short_day(), seeds=[4, 1, 4])


def test_large_seeds_stand_in_the_table():
    table = simulate(short_day(), seeds=[1, 2**63])
    assert table["seed"].tolist() == [1, 2**63]
    assert simulate(short_day(), seeds=[1])["seed"].dtype == np.int64


@pytest.mark.parametrize("action", [True, 0.0, "0", None, [0], np.array([0]), 2**63], ids=repr)
def test_an_action_is_a_whole_number(single, action):
    single.reset(seed=1)
    with pytest.raises(ValueError, match=r"^action = .*; allowed: a whole number from -2\*\*63 to 2\*\*63 - 1$"):
        single.step(action)
    for whole in (0, np.int64(0), np.array(0), np.uint8(0)):
        single.reset(seed=1)
        single.step(whole)


@pytest.mark.parametrize("action", [True, 0.0, "0", None, 2**63], ids=repr)
def test_actions_of_rows_are_whole_numbers(batch, vector, action):
    batch.reset([1, 2])
    vector.reset(seed=1)
    for step in (batch.step, vector.step):
        with pytest.raises(ValueError, match=r"^actions\[1\] = .*; allowed: a whole number from"):
            step([0, action])
        with pytest.raises(ValueError, match="^actions: 1 given; allowed: 2 whole numbers"):
            step([0])


COUNTS = {
    "n": lambda n: Batch(short_day(), n),
    "num_envs": lambda n: CentreVectorEnv(n, scenario=short_day()),
    "num_envs of supervisors": lambda n: SupervisorVectorEnv(n, scenario=short_day()),
    "days": lambda n: simulate(short_day(), seeds=[1], days=n),
    "days of a batch": lambda n: Batch(short_day(), 1, days=n),
    "days of a scenario": lambda n: short_day().config(days=n),
    "max_episode_steps": lambda n: CentreVectorEnv(1, scenario=short_day(), max_episode_steps=n),
}


@pytest.mark.parametrize("entry", COUNTS)
@pytest.mark.parametrize("count", [0, -1, True, 1.0, 1.5, "1", float("nan")], ids=repr)
def test_a_count_is_a_whole_number_from_1(entry, count):
    with pytest.raises(ValueError, match=rf"^{entry.split()[0]} = .*; allowed: a whole number from 1$"):
        COUNTS[entry](count)


@pytest.mark.parametrize("entry", COUNTS)
def test_a_count_may_be_of_any_kind(entry):
    for count in (np.int64(1), np.array(1), np.uint8(1)):
        COUNTS[entry](count)


def test_a_steady_scenario_has_one_day():
    steady = load_scenario("n_design")
    with pytest.raises(ValueError, match="^days = 2; allowed: 1, because the scenario is steady$"):
        Batch(steady, 1, days=2)


@pytest.mark.parametrize("reward", [["service", "hybrid"], 5, ("service",), {"service"}, b"service"], ids=repr)
def test_a_reward_of_another_kind_is_refused_with_what_is_allowed(reward):
    with pytest.raises(
        ValueError, match=r"^reward = .*: must be a mapping from terms to weights, or a preset: .*service"
    ):
        Batch(short_day(), 1, reward=reward)


@pytest.mark.parametrize("weight", [True, "1", None, float("nan"), [1]], ids=repr)
def test_a_weight_is_a_finite_number(weight):
    with pytest.raises(ValueError, match=r"^weight of the reward term 'answered' = .*; allowed: a finite number"):
        Batch(short_day(), 1, reward={"answered": weight})
    Batch(short_day(), 1, reward={"answered": np.float32(1)})
