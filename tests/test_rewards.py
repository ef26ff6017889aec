import numpy as np
import pytest

from ccenv.policy import RulePolicy
from ccenv.rewards.holding import holding_cost
from ccenv.rewards.sums import episode_rewards
from ccenv.rewards.terms import (
    TERMS,
    compile_reward,
    list_presets,
    load_preset,
    preset_unit,
    reward_name,
    reward_unit,
    reward_weights,
)
from ccenv.scenarios import list_scenarios, load_scenario
from ccenv.scenarios.check.reward_trap import check_reward, compared
from ccenv.sim.state.codes import ASSIGN
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.layout import layout
from ccenv.simulation import simulate
from tests.env.whole_centre import WHOLE_CENTRE, whole_centre


@pytest.fixture(scope="module")
def tiny():
    return load_scenario("tiny")


def filled_env(scenario):
    """A kernel record whose counters of the scenario's own entities are all different and above 0."""
    env = np.zeros(1, layout(scenario.size.name).env)
    value = 1.0
    for axis, n in (("queue", len(scenario.queues)), ("group", len(scenario.groups)), ("campaign", 1)):
        for i in range(n):
            for counter in COUNTERS[axis]:
                env[f"{axis}_count"][counter.name][0, i] = value
                value += 1.0
    return env


def test_every_counter_is_one_term():
    declared = [(axis, counter.name) for axis, counters in COUNTERS.items() for counter in counters]

    assert [(term.axis, term.counter.name) for term in TERMS.values()] == declared


@pytest.mark.parametrize("size_class", ["S", "M", "L"])
def test_a_term_of_weight_one_is_its_counter(tiny, size_class):
    scenario = tiny.replace(size_class=size_class)
    env = filled_env(scenario)

    for term, (_, axis, counter) in TERMS.items():
        assert compile_reward(scenario, {term: 1.0}) @ env["counts"][0] == env[f"{axis}_count"][counter.name].sum()


def test_reward_is_the_weighted_sum_over_terms_and_entities(tiny):
    env = filled_env(tiny)
    queue, campaign = env["queue_count"][0], env["campaign_count"][0]

    weights = compile_reward(tiny, {"abandoned": {"support": -3.0}, "waiting_s": -0.5, "sales": 10})

    expected = -3.0 * queue["abandoned"][1] - 0.5 * (queue["waiting_s"][:2].sum()) + 10.0 * campaign["sales"][0]
    assert weights @ env["counts"][0] == expected


def test_two_counters_of_one_name_are_two_terms(tiny):
    inbound, outbound = compile_reward(tiny, {"talk_s": 1.0}), compile_reward(tiny, {"campaign_talk_s": 1.0})

    assert inbound.sum() == len(tiny.queues) and outbound.sum() == len(tiny.campaigns)
    assert not np.any(inbound * outbound)


@pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.RewardTrapWarning")
def test_without_a_reward_the_scenario_names_the_preset(tiny):
    scenario = tiny.replace(reward="conversion")

    np.testing.assert_array_equal(compile_reward(scenario), compile_reward(scenario, "conversion"))


@pytest.mark.parametrize(
    ("reward", "parts"),
    [
        ("servce", ["reward preset 'servce'", "bank_blended, bank_volatile, collections, conversion, ", "'service'"]),
        ({"abandonned": -1.0}, ["reward term 'abandonned'", "wait_abandoned_s", "'abandoned'"]),
        ({"abandoned": {"suport": -1.0}}, ["queue", "abandoned", "'suport'", "sales, support"]),
        ({"sales": {"support": -1.0}}, ["campaign", "'support'", "survey"]),
        ({"abandoned": "much"}, ["'much'", "'abandoned'", "finite number"]),
        ({"abandoned": True}, ["True", "'abandoned'", "finite number"]),
        ({"abandoned": {"support": float("nan")}}, ["nan", "'abandoned'", "finite number"]),
        ({"abandoned": float("-inf")}, ["-inf", "'abandoned'", "finite number"]),
    ],
)
def test_bad_reward_is_refused_by_name_with_what_is_allowed(tiny, reward, parts):
    with pytest.raises(ValueError) as error:
        compile_reward(tiny, reward)

    assert [part for part in parts if part not in str(error.value)] == []


def test_weight_is_checked_where_the_scenario_has_no_such_entity():
    inbound = bank_like(campaigns={}, groups={"g": {"skills": ["q"], "staffing": 1}})

    assert not compile_reward(inbound, {"sales": 1.0}).any()
    with pytest.raises(ValueError, match="finite number"):
        compile_reward(inbound, {"sales": "much"})


@pytest.mark.parametrize("preset", list_presets())
@pytest.mark.parametrize("name", list_scenarios())
def test_every_preset_fits_every_scenario(name, preset):
    weights = compile_reward(load_scenario(name), preset)

    assert weights.dtype == np.float64 and np.isfinite(weights).all()


@pytest.mark.parametrize("preset", list_presets())
def test_every_preset_says_its_unit(preset):
    assert preset_unit(preset)[:1].islower() and len(preset_unit(preset)) < 50


def test_a_preset_cannot_be_changed():
    with pytest.raises(TypeError):
        load_preset("service")["abandoned"] = 0.0


def bank_like(**changes):
    """One queue and one campaign with the means of the bank: 500 s of patience, 187 s in, 258 s out, 0.042 sales."""
    centre = {
        "name": "bank_like",
        "description": "two kinds of work for one group",
        "clock": {"kind": "steady"},
        "queues": {"q": {"arrivals_per_hour": 60, "handle_s": 187, "patience_s": 500}},
        "campaigns": {"c": {"p_answer": 0.3, "handle_s": 258, "p_sale": 0.042, "sale_value": 1.0}},
        "groups": {"g": {"skills": ["q", "c"], "staffing": 10}},
        "sources": {"*": "means of the bank's logs"},
    }
    return load_scenario(centre | changes)


def test_trap_compares_the_four_numbers_of_the_bank():
    (trap,) = compared(bank_like(), {"abandoned": -0.05, "waiting_s": -0.00005, "sale_value": 1.0, "joined": 0.003})

    assert (trap.w_ab, trap.w_wait, trap.patience_s) == (0.05, 0.00005, 500.0)
    assert trap.cost == pytest.approx(0.075)
    assert trap.v_out == pytest.approx(0.045)  # 0.042 + 0.003
    assert trap.gain == pytest.approx(0.045 * 187 / 258)


def test_weights_of_a_mapping_are_money_and_those_over_a_preset_are_in_its_unit():
    dear = {"value_unit": 0.5}
    own = bank_like(**dear, reward={"sale_value": 1.0, "abandoned": -4.0})
    changed = bank_like(**dear, reward={"preset": "hybrid", "abandoned": {"q": -7.0}})
    preset = reward_weights(bank_like(**dear, reward="hybrid"))

    assert reward_weights(own)["campaign_count"]["sale_value"][0] == 1.0
    assert reward_weights(own)["queue_count"]["abandoned"][0] == -4.0
    assert (reward_unit(own.reward), reward_name(own.reward)) == ("one unit of money", "own")

    found = reward_weights(changed)
    assert found["queue_count"]["abandoned"][0] == -7.0 != preset["queue_count"]["abandoned"][0]
    found["queue_count"]["abandoned"][0] = preset["queue_count"]["abandoned"][0]
    assert found.tobytes() == preset.tobytes()
    assert reward_unit(changed.reward) == preset_unit("hybrid")


def test_a_reward_in_the_scenario_pays_as_the_same_mapping_in_the_call():
    weights = {"sales": 1.0, "abandoned": -0.3, "waiting_s": -0.001}
    tiny = load_scenario("tiny", reward=weights)
    paid = [simulate(centre, seeds=range(2), reward=reward, kpis=["n_sales"]) for centre, reward in
            ((tiny, tiny.reward), ("tiny", weights))]  # fmt: skip
    assert paid[0]["reward"].tolist() == paid[1]["reward"].tolist()


STARVING = ("conversion", "pacing", "waiting_only")  # presets that say of themselves that they make it pay
INBOUND = (
    "customer_service",
    "holding_cost",
    "order_desk",
    "service",
    "technical_support",
)  # those that pay for no sale outbound


@pytest.mark.parametrize("preset", list_presets())
def test_presets_on_the_means_of_the_bank(preset):
    assert (check_reward(bank_like(), preset) is not None) == (preset in STARVING)


class Starve:
    """Holds wherever it may."""

    owns = "routing"

    def act(self, obs, mask, state, u, starts):
        return np.argmax(mask, axis=1), None


class ForgetCallbacks(RulePolicy):
    """The scenario's rule without callbacks: contacts that accepted one are never assigned."""

    def act(self, obs, mask, state, u, starts):
        mask = mask.copy()
        for a, action in enumerate(self.run.scenario.catalogue):
            if action.kind == ASSIGN:
                mask[:, a] &= obs["head_callback"][:, action.index] == 0.0
        return super().act(obs, mask, state, u, starts)


@pytest.mark.parametrize("preset", INBOUND)
def test_to_starve_inbound_never_pays(preset):
    scenario = whole_centre()
    served, starved = (simulate(scenario, policy=p, seeds=range(6)) for p in (RulePolicy(scenario), Starve()))

    assert starved["abandonment"].min() > 0.5
    margin = 2.0 if preset == "holding_cost" else 5.0  # hours of waiting, contacts lost
    assert np.all(episode_rewards(scenario, starved, preset) < episode_rewards(scenario, served, preset) - margin)


@pytest.mark.parametrize("preset", INBOUND)
def test_to_forget_callbacks_never_pays(preset):
    """A centre that offers callbacks to all contacts that must wait and has time to make them."""
    queue = WHOLE_CENTRE["queues"]["orders"]
    called_back = {"offer_above_s": 0, "p_accept": 1, "ring_s": 5, "max_tries": 3, "retry_s": 120}
    calls = {
        "arrivals_per_hour": 180,
        "handle_s": 60,
        "patience_s": 600,
        "callback": called_back,
        "sale": queue["sale"],
    }
    scenario = load_scenario(
        {
            "name": "called_back",
            "description": "one queue, many callbacks",
            "clock": WHOLE_CENTRE["clock"],
            "queues": {"calls": calls},
            "groups": {"team": {"skills": ["calls"], "staffing": 4}},
        }
    )
    kept = simulate(scenario, seeds=range(20))
    forgotten = simulate(scenario, policy=ForgetCallbacks(scenario, owns="routing"), seeds=range(20))

    assert kept["n_callback_answered"].sum() > 20 and forgotten["n_carried_out"].sum() > 20
    assert episode_rewards(scenario, forgotten, preset).sum() < episode_rewards(scenario, kept, preset).sum()


def test_presets_on_the_bank():
    bank = load_scenario("bank_blended")

    assert {trap.queue for trap in compared(bank)} == {"PS", "NW", "NE", "TT", "PE"}  # IN has its own advisors
    assert check_reward(bank, "bank_blended") is None
    assert check_reward(bank, "waiting_only") is not None


def test_warning_shows_the_numbers_and_where():
    text = check_reward(bank_like(), "waiting_only")

    assert text is not None
    for part in ("q and c in g", "0 + 1e-05 * 500 s = 0.005", "0.042 * 187 s / 258 s = 0.03044"):
        assert part in text


# blending_full_action_check.csv: mean times [s], waiting cost an hour, cost of an abandonment in outbound contacts, and
# whether holding inbound back is strictly better in the exact optimum
REFERENCE = [
    (180, 180, 120, 20, 0, True),
    (180, 180, 120, 100, 0, False),
    (300, 60, 120, 20, 0, True),
    (300, 60, 120, 100, 0, True),
    (120, 600, 120, 20, 0, False),
    (120, 600, 120, 100, 0, False),
    (180, 180, 120, 20, 2, False),
    (180, 180, 120, 100, 2, False),
    (300, 60, 120, 20, 2, True),
    (300, 60, 120, 100, 2, False),
    (300, 60, 120, 20, 10, False),
    (300, 60, 120, 100, 10, False),
    (120, 600, 120, 20, 2, False),
    (120, 600, 120, 100, 2, False),
]


@pytest.mark.parametrize(("in_s", "out_s", "patience_s", "per_hour", "abandonment", "starves"), REFERENCE)
def test_trap_is_where_the_exact_optimum_starves_inbound(in_s, out_s, patience_s, per_hour, abandonment, starves):
    scenario = bank_like(
        queues={"q": {"arrivals_per_hour": 60, "handle_s": in_s, "patience_s": patience_s}},
        campaigns={"c": {"p_answer": 1.0, "handle_s": out_s}},
    )

    warning = check_reward(scenario, {"joined": 1.0, "waiting_s": -per_hour / 3600, "abandoned": -abandonment})

    assert (warning is not None) == starves


def test_no_trap_where_nobody_abandons():
    patient = bank_like(queues={"q": {"arrivals_per_hour": 60, "handle_s": 187}})

    assert check_reward(patient, "conversion") is None


def test_no_trap_where_no_advisor_does_both():
    apart = bank_like(groups={"g": {"skills": ["q"], "staffing": 5}, "h": {"skills": ["c"], "staffing": 5}})

    assert check_reward(apart, "conversion") is None


def test_what_an_answered_contact_earns_is_lost_when_it_abandons():
    assert check_reward(bank_like(), {"sale_value": 1.0}) is not None
    assert check_reward(bank_like(), {"sale_value": 1.0, "answered": 0.031}) is None
    assert check_reward(bank_like(), {"sale_value": 1.0, "talk_s": 0.031 / 187}) is None


def test_what_a_settled_contact_earns_is_lost_when_it_abandons():
    """Orders, resolution and satisfaction of those who are not transferred; a repeat is not a case resolved."""
    queue = {
        "arrivals_per_hour": 60,
        "handle_s": 187,
        "patience_s": 500,
        "transfer": {"p": 0.2, "to": "other"},
        "sale": {"p": 0.5, "value": 10},
        "customer": {"p_identified": 1, "value_classes": [{"share": 0.1, "value_factor": 3}]},
        "repeat": {"p": 0.25},
        "satisfaction": {"base": 80},
    }
    other = {"arrivals_per_hour": 1, "handle_s": 60}
    scenario = bank_like(
        queues={"q": queue, "other": other}, groups={"g": {"skills": ["q", "other", "c"], "staffing": 9}}
    )
    expected = {
        "orders": 0.8 * 0.5,
        "order_value": 0.8 * 0.5 * 12,
        "expected_order_value": 0.8 * 0.5 * 12,
        "transferred_out": 0.2,
        "resolved": 0.8 * 0.75,
        "fresh_resolved": 0.8 * 0.75,
        "unresolved": 0.8 * 0.25,
        "fresh_answered": 1.0,
        "scored": 0.8,
        "score": 0.8 * 80,
        "abandoned": -1.0,
        "offered": 0.0,
    }

    for term, w_ab in expected.items():
        assert compared(scenario, {term: 1.0})[0].w_ab == pytest.approx(w_ab), term
    assert compared(scenario, dict.fromkeys(expected, 1.0))[0].w_ab == pytest.approx(sum(expected.values()))


def test_what_the_scenario_does_not_have_earns_nothing():
    assert compared(bank_like(), {"orders": 1.0, "score": 1.0, "scored": 1.0, "transferred_out": 1.0})[0].w_ab == 0.0
    assert compared(bank_like(), {"resolved": 1.0, "unresolved": -9.0})[0].w_ab == 1.0


def test_trap_means_mix_sales_contact_numbers_and_wrap_up():
    scenario = bank_like(
        queues={"q": {"arrivals_per_hour": 60, "handle_s": 187, "patience_s": 500, "wrap_up_s": 13}},
        campaigns={
            "c": {
                "p_answer": 0.3,
                "handle_s": 200,
                "handle_sale_s": 500,
                "wrap_up_s": 30,
                "contact_number": [0.5, 0.3, 0.2],
                "p_sale": [0.3, 0.1],
                "sale_value": 10,
            }
        },
        groups={"g": {"skills": ["q", "c"], "staffing": 10, "handle_s": {"q": 100}}},
    )

    (trap,) = compared(scenario, {"sale_value": 2.0, "sales": 1.0, "campaign_talk_s": 0.01})

    # p_sale = 0.5 * 0.3 + 0.3 * 0.1 + 0.2 * 0.1 = 0.2, talk = 0.2 * 500 + 0.8 * 200 = 260
    assert trap.handle_in_s == pytest.approx(113.0)
    assert trap.handle_out_s == pytest.approx(290.0)
    assert trap.v_out == pytest.approx(0.2 * 21.0 + 2.6)


def test_trap_means_mix_segments_by_their_leads_and_count_what_is_kept():
    campaign = {
        "p_answer": 0.3,
        "handle_s": 200,
        "handle_sale_s": 300,
        "p_sale": 0.4,
        "sale_value": 10,
        "goal": "promise",
        "follow_up": {"p_kept": 0.75, "after_s": 3_600},
        "segments": {"many": {"size": 300, "propensity": 0.5}, "few": {"size": 100, "propensity": 3, "sale_value": 20}},
    }
    scenario = bank_like(campaigns={"c": campaign})

    # goals: 0.75 * 0.2 + 0.25 * min(1, 1.2) = 0.4, worth 0.75 * 0.2 * 10 + 0.25 * 20 = 6.5 if all were kept
    expected = {"sales": 0.4, "kept": 0.3, "broken": 0.1, "sale_value": 4.875, "expected_sale_value": 4.875}
    for term, v_out in expected.items():
        (trap,) = compared(scenario, {term: 1.0})
        assert trap.v_out == pytest.approx(v_out), term
        assert trap.handle_out_s == pytest.approx(240.0)


def test_infinite_patience_without_a_waiting_cost_counts_the_abandonment_alone():
    dist = {"dist": "piecewise_hazard", "from_s": [0, 60], "hazard_per_s": [0.01, 0]}
    scenario = bank_like(queues={"q": {"arrivals_per_hour": 60, "handle_s": 187, "patience_s": dist}})

    (trap,) = compared(scenario, {"abandoned": -2.0})

    assert trap.cost == 2.0


def test_the_holding_cost_of_a_day_is_that_of_waiting_and_of_who_waits_at_the_end():
    """Overload without overtime: some wait at closing. The costs are summed by hand from the columns."""
    scenario = bank_like(
        clock={"kind": "day", "open_s": 0, "close_s": 3600, "overtime_s": 0},
        queues={name: {"arrivals_per_hour": 90, "handle_s": 187, "patience_s": 500} for name in ("q", "r")},
        campaigns={},
        groups={"g": {"skills": ["q", "r"], "staffing": 6}},
    )
    table = simulate(scenario, seeds=range(4))
    waited, left, talked = (
        {name: table[f"{column}:{name}"] for name in ("q", "r")} for column in ("waiting_s", "n_unserved", "talk_s")
    )

    assert min(left["q"].sum(), left["r"].sum()) > 0
    found = episode_rewards(scenario, table, holding_cost({"q": 30.0, "r": 56.0}, 2.12))
    by_hand = (30.0 * waited["q"] + 56.0 * waited["r"]) / 3600.0 + 2.12 * (left["q"] + left["r"])
    np.testing.assert_allclose(found, -by_hand)
    system = episode_rewards(scenario, table, holding_cost(30.0, {"q": 1.0}, in_service=True))
    in_system = sum(waited.values()) + sum(talked.values())
    np.testing.assert_allclose(system, -30.0 * in_system / 3600.0 - left["q"])
    preset = episode_rewards(scenario, table, "holding_cost")
    np.testing.assert_allclose(preset, episode_rewards(scenario, table, holding_cost(1.0, 0.05)), rtol=1e-7)


def test_a_holding_cost_that_is_no_number_is_refused_by_name():
    with pytest.raises(ValueError, match=r"terminal\['q'\] = 'much'"):
        holding_cost(1.0, {"q": "much"})
