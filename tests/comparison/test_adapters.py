"""What stands for a policy: an object with `act`, a model, a function; the same in `simulate` and `rollout`."""

import numpy as np
import pytest

from ccenv import Batch, CentreEnv, FunctionPolicy, ModelPolicy, RulePolicy, rollout, simulate
from ccenv.policy import as_policy
from tests.env.short import short_day

SEEDS = range(3, 7)


def last_legal(obs, mask):
    return np.flatnonzero(mask)[-1]


def last_legal_of_rows(obs, mask):
    return mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)


class LastLegal:
    def act(self, obs, mask, state, u, starts):
        return last_legal_of_rows(obs, mask), None


class Model:
    """The interface of a model of sb3-contrib, that takes the last legal action and counts decisions."""

    def __init__(self):
        self.calls = []

    def predict(self, observation, state=None, episode_start=None, deterministic=False, action_masks=None):
        counts = np.zeros(len(observation)) if state is None else state
        counts = np.where(episode_start, 0, counts) + 1
        self.calls.append((observation.copy(), episode_start.copy(), deterministic, counts.copy()))
        return last_legal_of_rows(observation, action_masks), counts


class Unmasked:
    """The same without a mask: always the last action."""

    def __init__(self, n):
        self.n = n

    def predict(self, observation, state=None, episode_start=None, deterministic=False):
        return np.full(len(observation), self.n - 1), None


POLICIES = {
    "object": LastLegal,
    "model": Model,
    "function": lambda: last_legal,
    "batched": lambda: FunctionPolicy(last_legal_of_rows, batched=True),
}


@pytest.fixture(scope="module")
def expected():
    return simulate(short_day(), policy=LastLegal(), seeds=SEEDS)


@pytest.mark.parametrize("kind", POLICIES)
def test_every_kind_of_policy_runs_alike(kind, expected):
    table = simulate(short_day(), policy=POLICIES[kind](), seeds=SEEDS)
    found = rollout(Batch(short_day(), 2, autoreset="disabled"), POLICIES[kind](), np.array(SEEDS))

    assert table.tobytes() == expected.tobytes()
    assert found.counters["queue"]["answered"].sum(axis=1).tolist() == expected["n_answered"].tolist()


@pytest.mark.parametrize("owns", ["routing", "pacing"])
def test_rules_take_what_a_function_does_not_own(owns):
    table = simulate(short_day(), policy=FunctionPolicy(last_legal, owns=owns), seeds=SEEDS, pacing="no_dial")

    assert (table["n_attempts"].sum() > 0) == (owns == "pacing")


def test_a_function_is_asked_at_decisions_only():
    asked = []

    def note(obs, mask):
        asked.append((obs.shape, mask.sum()))
        return mask.argmax()

    table = simulate(short_day(), policy=note, seeds=SEEDS)

    batch = Batch(short_day(), 1)
    assert {shape for shape, _ in asked} == {(batch.n_obs,)} and min(n for _, n in asked) > 1
    assert len(asked) == table["n_decisions"].sum()


def test_a_model_gets_its_state_the_starts_and_its_own_way_to_choose():
    model = Model()
    found = rollout(Batch(short_day(), 1, autoreset="disabled"), ModelPolicy(model), np.array(SEEDS))

    starts = sum(start.sum() for _, start, _, _ in model.calls)
    assert starts == len(SEEDS) and all(deterministic for _, _, deterministic, _ in model.calls)
    assert max(counts.max() for *_, counts in model.calls) == found.n_given.max()
    assert not any(call[2] for call in _calls(ModelPolicy(Model(), deterministic=False)))


def _calls(policy):
    rollout(Batch(short_day(), 1, autoreset="disabled"), policy, np.array([1]))
    return policy.model.calls


def test_a_model_without_a_mask_holds_where_its_action_is_illegal():
    n = Batch(short_day(), 1).n_actions
    table = simulate(short_day(), policy=Unmasked(n), seeds=SEEDS)

    assert np.all(table["illegal_share"] > 0.0)
    with pytest.raises(ValueError, match="is illegal now"):
        simulate(short_day(), policy=lambda obs, mask: n - 1, seeds=SEEDS)


def test_observations_are_normalised_as_in_the_training():
    class Normalised(Model):
        def get_vec_normalize_env(self):
            return self

        def normalize_obs(self, obs):
            return obs * 0 + 7

    assert all((call[0] == 7).all() for call in _calls(ModelPolicy(Normalised())))
    assert not any((call[0] == 7).all() for call in _calls(ModelPolicy(Model())))


class Env:
    """A vector environment of Stable-Baselines3 that holds one centre."""

    def __init__(self, owns):
        self.centre = CentreEnv(short_day(), owns=owns)

    def get_attr(self, name):
        return [getattr(self.centre, name)]


@pytest.mark.parametrize("owns", ["routing", "pacing", "blended"])
def test_a_model_decides_what_its_environment_let_it_decide(owns):
    class Trained(Model):
        def get_env(self):
            return Env(owns)

    assert as_policy(Trained()).owns == owns
    assert ModelPolicy(Trained(), owns="routing").owns == "routing"


def test_a_model_without_a_centre_decides_both_halves():
    class Elsewhere(Model):
        def get_env(self):
            return self

        def get_attr(self, name):
            raise AttributeError(name)

    class Loaded(Model):
        def get_env(self):
            return None

    assert as_policy(Elsewhere()).owns == as_policy(Loaded()).owns == as_policy(Model()).owns == "blended"


def test_the_name_of_a_rule_is_no_policy():
    with pytest.raises(ValueError, match="policy = 'lwt': no such folder; .*rules are given as `routing` and `pacing`"):
        simulate(short_day(), policy="lwt", seeds=SEEDS)


def test_a_policy_is_returned_itself():
    policy = RulePolicy(short_day())

    assert as_policy(policy) is policy


class Space:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: as_policy(3), "policy = 3; allowed: an object with the method `act`.*function"),
        (lambda: as_policy("lwt"), "policy = 'lwt'; allowed"),
        (lambda: as_policy(LastLegal), "the class LastLegal; allowed.*give an instance"),
        (lambda: FunctionPolicy(3), "function = 3; allowed"),
        (lambda: FunctionPolicy(last_legal, owns="all"), "owns = 'all'; allowed: routing, pacing, blended"),
        (lambda: ModelPolicy(3), "model = 3; allowed"),
        (lambda: ModelPolicy(Model(), owns="none"), "owns = 'none'; allowed"),
    ],
)
def test_bad_policies_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("answer", "message"),
    [(None, "actions of <lambda>.0. = None"), (0.5, "actions of <lambda>.0. = 0.5"), ([1, 2], "actions of <lambda>")],
)
def test_answers_of_functions_are_refused_by_name(answer, message):
    with pytest.raises(ValueError, match=message):
        simulate(short_day(), policy=lambda obs, mask: answer, seeds=SEEDS)


@pytest.mark.parametrize(
    ("spaces", "message"),
    [
        ({"observation_space": Space(shape=(3,))}, r"Model: its observation_space has shape \(3,\); this scenario has"),
        ({"action_space": Space(n=2)}, "Model: its action_space has n 2; this scenario has"),
    ],
)
def test_a_model_for_another_centre_is_refused_by_name(spaces, message):
    model = Model()
    model.__dict__.update(spaces)

    with pytest.raises(ValueError, match=message):
        simulate(short_day(), policy=model, seeds=SEEDS)


def test_a_batch_that_begins_anew_by_itself_is_refused() -> None:
    batch = Batch("tiny", 1)
    with pytest.raises(ValueError, match="autoreset = 'same_step'; allowed: 'disabled'"):
        rollout(batch, RulePolicy(batch.scenario), np.array([1]))
