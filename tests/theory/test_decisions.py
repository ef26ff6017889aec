import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from ccenv.theory.mdp import (
    Constraint,
    DecisionProcess,
    Events,
    InfeasibleError,
    Space,
    linear_programme,
    policy_iteration,
    relative_values,
    solve_constrained,
    stationary_dist,
    steps,
    value_iteration,
)

seeds = st.integers(0, 10_000)
quick = settings(max_examples=25)


def random_process(seed, n_stable=5, n_decisions=4):
    """A process in which every choice and every event leads anywhere, so all policies have one recurrent class."""
    rng = np.random.default_rng(seed)
    rates = rng.uniform(0.1, 3.0, (n_stable, n_decisions))
    owner = np.repeat(np.arange(n_decisions), rng.integers(1, 4, n_decisions))
    to = rng.integers(0, n_stable, len(owner))
    reward, cost = rng.normal(size=n_stable), rng.uniform(0, 1, n_stable)
    return DecisionProcess(sparse.csr_array(rates), owner, to), reward, cost


def dense_dist(process, choice):
    """Long-run shares of time by a dense least-squares solution, from the first decision state."""
    rates = process.rates.toarray()
    used = np.unique(process.to[choice])
    chain = np.zeros((len(used), len(used)))
    for row, x in enumerate(used):
        for y, rate in enumerate(rates[x]):
            chain[row, np.searchsorted(used, process.to[choice[y]])] += rate
            chain[row, row] -= rate
    system = np.vstack((chain.T, np.ones(len(used))))
    dist = np.zeros(len(rates))
    dist[used] = np.linalg.lstsq(system, np.eye(len(used) + 1)[-1], rcond=None)[0]
    return dist


def all_policies(process):
    spans = [range(a, b) for a, b in itertools.pairwise(process.first)]
    return [np.array(choice) for choice in itertools.product(*spans)]


@quick
@given(seeds)
def test_the_distribution_of_any_policy_is_that_of_dense_algebra(seed):
    process, _, _ = random_process(seed)

    for choice in all_policies(process)[:5]:
        assert stationary_dist(process, process.pure(choice)) == pytest.approx(dense_dist(process, choice), abs=1e-12)


@quick
@given(seeds)
def test_policy_iteration_finds_the_best_of_all_policies(seed):
    process, reward, _ = random_process(seed)

    best = policy_iteration(process, reward)

    gains = [dense_dist(process, choice) @ reward for choice in all_policies(process)]
    assert best.gain == pytest.approx(max(gains), abs=1e-10)
    assert best.lower == pytest.approx(best.gain, abs=1e-9) == best.upper
    assert stationary_dist(process, best.weights) @ reward == pytest.approx(best.gain, abs=1e-10)


@quick
@given(seeds)
def test_value_iteration_and_the_linear_programme_agree_with_policy_iteration(seed):
    process, reward, _ = random_process(seed)

    gain = policy_iteration(process, reward).gain
    low, high, _ = value_iteration(process, reward, 1e-9)

    assert low - 1e-12 <= gain <= high + 1e-12
    assert high - low <= 1e-9
    assert linear_programme(process, reward)[0] == pytest.approx(gain, abs=1e-7)


@quick
@given(seeds)
def test_relative_values_satisfy_the_equation_of_their_policy(seed):
    process, reward, _ = random_process(seed)
    weights = np.random.default_rng(seed).uniform(0.1, 1.0, len(process.to))
    weights /= np.bincount(process.owner, weights)[process.owner]

    found = relative_values(process, weights, reward)

    drift = reward + process.generator(weights) @ found.values
    assert drift == pytest.approx(np.full(len(reward), found.gain), abs=1e-9)


@quick
@given(seeds, st.floats(0.05, 0.95))
def test_a_constrained_optimum_meets_its_limit_and_the_linear_programme(seed, place):
    process, reward, cost = random_process(seed)
    costs = [dense_dist(process, choice) @ cost for choice in all_policies(process)]
    limit = min(costs) + place * (max(costs) - min(costs)) + 1e-9

    best = solve_constrained(process, reward, [Constraint("cost", cost, limit)])

    dist = stationary_dist(process, best.weights)
    assert dist @ cost <= limit + 1e-9
    assert dist @ reward == pytest.approx(best.gain, abs=1e-9)
    assert best.gain <= best.upper <= best.gain + 1e-8
    assert linear_programme(process, reward, [Constraint("cost", cost, limit)])[0] == pytest.approx(best.gain, abs=1e-6)
    if best.multipliers["cost"] > 1e-9:
        assert dist @ cost == pytest.approx(limit, abs=1e-9)
    assert best.shares.sum() == pytest.approx(1.0)


@quick
@given(seeds)
def test_two_constraints_are_met_together(seed):
    process, reward, cost = random_process(seed)
    other = np.random.default_rng(seed + 1).uniform(0, 1, len(reward))
    choice = all_policies(process)[-1]
    dist = dense_dist(process, choice)
    limits = [Constraint("cost", cost, dist @ cost + 1e-6), Constraint("other", other, dist @ other + 1e-6)]

    best = solve_constrained(process, reward, limits)

    found = stationary_dist(process, best.weights)
    assert best.gain >= dist @ reward - 1e-9
    assert found @ cost <= limits[0].limit + 1e-9
    assert found @ other <= limits[1].limit + 1e-9
    assert linear_programme(process, reward, limits)[0] == pytest.approx(best.gain, abs=1e-6)


def test_the_multiplier_is_the_worth_of_one_unit_more_of_the_limit():
    process, reward, cost = random_process(3)
    costs = [dense_dist(process, choice) @ cost for choice in all_policies(process)]
    unlimited = policy_iteration(process, reward)
    limit = (min(costs) + stationary_dist(process, unlimited.weights) @ cost) / 2

    here, there = (solve_constrained(process, reward, [Constraint("cost", cost, limit + d)]) for d in (0.0, 1e-6))

    assert here.multipliers["cost"] > 0.01
    assert (there.gain - here.gain) / 1e-6 == pytest.approx(here.multipliers["cost"], rel=1e-4)


def test_a_limit_that_no_policy_meets_is_refused_with_the_least_possible():
    process, reward, cost = random_process(3)
    least = min(dense_dist(process, choice) @ cost for choice in all_policies(process))

    with pytest.raises(InfeasibleError, match=f"limit 0.01 on cost is not allowed.*below {least:.6f}"):
        solve_constrained(process, reward, [Constraint("cost", cost, 0.01)])


def two_islands():
    """Decision states 0 and 1: stay on an island (first choice) or cross to the other."""
    rates = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 2.0]]))
    return DecisionProcess(rates, np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0]))


def test_policy_iteration_leaves_the_worse_of_two_recurrent_classes():
    best = policy_iteration(two_islands(), np.array([1.0, 5.0]))

    assert best.gain == pytest.approx(5.0)
    assert best.weights.tolist() == [0.0, 1.0, 1.0, 0.0]
    apart = relative_values(two_islands(), np.array([1.0, 0.0, 1.0, 0.0]), np.array([1.0, 5.0]))
    assert apart.gain == pytest.approx(5.0)
    assert apart.weights.tolist() == best.weights.tolist()


def test_a_distribution_that_depends_on_a_coin_at_the_start_is_refused():
    rates = sparse.csr_array(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    process = DecisionProcess(rates, np.array([0, 1, 2, 2]), np.array([0, 1, 0, 1]), start=2)

    with pytest.raises(ValueError, match="2 recurrent classes"):
        stationary_dist(process, np.array([1.0, 1.0, 0.5, 0.5]))
    assert stationary_dist(process, np.array([1.0, 1.0, 0.0, 1.0])).tolist() == [0.0, 1.0]


def test_of_equal_choices_the_first_is_taken():
    process = DecisionProcess(sparse.csr_array([[1.0], [1.0]]), np.array([0, 0]), np.array([0, 1]))

    best = policy_iteration(process, np.array([2.0, 2.0]), np.array([0.0, 1.0]))

    assert best.weights.tolist() == [1.0, 0.0]


def birth_death(load, n):
    space = Space({"number": n + 1})
    events, number = Events(space), space["number"]
    events.add(number < n, np.full(n + 1, load), number=1)
    events.add(number > 0, number.astype(float), number=-1)
    return space, events.process(np.arange(n + 1), np.arange(n + 1))


@pytest.mark.parametrize("load", [0.5, 40.0, 400.0])
def test_distributions_with_unthinkably_rare_states_are_exact(load):
    space, process = birth_death(load, 200)

    dist = stationary_dist(process, np.ones(201))

    log = space["number"] * np.log(load) - np.cumsum(np.log(np.maximum(space["number"], 1)))
    exact = np.exp(log - log.max())
    common = exact > 1e-12 * exact.sum()
    assert dist[common] == pytest.approx((exact / exact.sum())[common], rel=1e-9)
    assert dist[~common].max(initial=0.0) < 2e-12


def test_steps_offer_all_rises_of_a_coordinate():
    space = Space({"a": 2, "b": 3})

    owner, to, rise = steps(space, "b", 2 - space["b"])

    assert owner.tolist() == [0, 0, 0, 1, 1, 2, 3, 3, 3, 4, 4, 5]
    assert rise.tolist() == [0, 1, 2, 0, 1, 0, 0, 1, 2, 0, 1, 0]
    assert (space["b"][to] - space["b"][owner]).tolist() == rise.tolist()
    assert space["a"][to].tolist() == space["a"][owner].tolist()


def test_a_space_names_the_state_that_it_does_not_have():
    space = Space({"a": 3, "b": 3}, lambda c: c["a"] + c["b"] <= 2)

    assert space.states[space.index(a=1, b=1)].tolist() == [1, 1]
    assert space.find(a=2, b=1) == space.find(a=-1, b=0) == -1
    with pytest.raises(ValueError, match=r"state {'a': 2, 'b': 1} is not allowed"):
        space.index(a=[0, 2], b=[0, 1])
    with pytest.raises(ValueError, match="must be \\['a', 'b'\\]"):
        space.index(a=1)


def test_a_decision_state_without_a_choice_is_refused():
    with pytest.raises(ValueError, match="owner is not allowed"):
        DecisionProcess(sparse.csr_array([[1.0, 1.0]]), np.array([0]), np.array([0]))
