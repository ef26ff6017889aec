"""Which contact goes first and which advisor takes it, in drawn cases."""

import pytest

from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.semantics.by_hand import constant, day, first_of, recorded, run, short, shorts

ASSIGN = first_of(codes.ASSIGN)

# FIFO and LWT -----------------------------------------------------------------------------------------------------


def case_works(seed: int) -> bool:
    """Whether contact 0 accepts a callback and is reached at the second try, and all others wait on the line."""
    keys = [entity_key(root_key(seed), stream("queue:calls"), i) for i in range(3)]
    accepts = [uniform(key, codes.CALLBACK_ACCEPT) < 0.5 for key in (*keys, child_key(keys[1], codes.REDIAL, 0))]
    answers = [uniform(child_key(keys[0], codes.CALLBACK, i), codes.CALLBACK_ANSWER) < 0.5 for i in range(2)]
    return accepts == [True, False, False, False] and answers == [False, True]


SEED_FIFO_OR_LWT = next(seed for seed in range(1000) if case_works(seed))


@pytest.mark.parametrize("order", ["entry", "total_wait"])
def test_fifo_looks_at_the_entry_and_lwt_at_all_the_waiting(order: str) -> None:
    callback = {"p_accept": 0.5, "p_answer": 0.5, "ring_s": constant(0.25), "max_tries": 2, "retry_s": constant(49.75)}
    calls = recorded(
        1, 21, 55, handle_s=constant(1), patience_s=constant(20), customer={"p_identified": 1},
        redial={"p": 1, "delay_s": constant(12.5)}, callback=callback,
    )  # fmt: skip
    front = recorded(12, handle_s=constant(17), transfer={"p": 1, "to": "calls"})
    scenario = {
        "clock": day(slot_s=10),
        "queues": {"calls": calls, "front": front},
        "groups": {
            "team": {"skills": ["calls"], "staffing": [0, 1, 0, 0, 0, 0, 0, 1, 1, 1]},
            "desk": {"skills": ["front"], "staffing": [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]},
        },
    }
    result = run(scenario, SEED_FIFO_OR_LWT, ASSIGN, order=order)
    came = [
        short(1, "callback_accepted", "0.0"),
        short(10, "callback_ringing", "0.0", 0),
        short(10.25, "callback_ring_end", "0.0", 0),
        short(21, "waiting", "0.1"),
        short(41, "abandoned", "0.1"),
        short(53.5, "waiting", "0.1"),  # the redial has waited 20 s before
        short(55, "waiting", "0.2"),  # fresh
        short(57, "waiting", "0.0"),  # the leg of a contact of the other queue, which has waited 28 s there
        short(60, "callback_due", "0.0"),  # it has waited 59 s
    ]
    taken = {
        "entry": [
            short(70, "assigned", "0.1", 0),
            short(71, "assigned", "0.2", 0),
            short(72, "assigned", "0.0", 0),
            short(73, "callback_ringing", "0.0", 0),
            short(73.25, "callback_ring_end", "0.0", 0, detail=1),
            short(73.25, "assigned", "0.0", 0),
        ],
        "total_wait": [
            short(70, "callback_ringing", "0.0", 0),
            short(70.25, "callback_ring_end", "0.0", 0, detail=1),
            short(70.25, "assigned", "0.0", 0),
            short(71.25, "assigned", "0.0", 0),
            short(72.25, "assigned", "0.1", 0),
            short(73.25, "assigned", "0.2", 0),
        ],
    }
    names = ("waiting", "abandoned", "callback_accepted", "callback_ringing", "callback_ring_end", "callback_due")
    seen = [row for row in shorts(result.log, *names, "assigned") if " 1.0 " not in row]
    assert seen == came + taken[order]


def test_without_credits_both_orders_are_the_same() -> None:
    # nobody knows the two who redial at 20 and 21 s, so that the waiting that they have done gives no credit
    calls = recorded(1, 2, 3, 4, 18.5, patience_s=constant(15), redial={"p": 1, "delay_s": constant(2)})
    scenario = {
        "clock": day(slot_s=10),
        "queues": {"calls": {**calls, "handle_s": constant(4)}},
        "groups": {"team": {"skills": ["calls"], "staffing": [1, 0, 0, 1, 1, 1, 1, 1, 1, 1]}},
    }
    by_entry, by_total_wait = (run(scenario, 0, ASSIGN, order=order) for order in ("entry", "total_wait"))
    assert shorts(by_entry.log, "assigned")[2:] == [
        short(9, "assigned", "0.2", 0),
        short(30, "assigned", "0.4", 0),
        short(34, "assigned", "0.3", 0),
    ]
    assert shorts(by_entry.log) == shorts(by_total_wait.log)
    assert by_entry.counters == by_total_wait.counters


# orders of advisors -----------------------------------------------------------------------------------------------

# Number 0 is there from the beginning, numbers 1 and 2 come at 20 s and 40 s. A contact takes 5 s, that of 41 s 12 s.
SHORT_S = (1, 10, 42, 43, 50, 51, 60, 61, 70, 80, 90)
TAKEN = {
    "longest_idle": [0, 0, 0, 1, 2, 1, 2, 0, 1, 2, 0, 1],
    "fewest_contacts": [0, 0, 1, 2, 0, 2, 0, 1, 2, 1, 2, 1],
    "least_talk": [0, 0, 1, 2, 0, 2, 0, 2, 1, 2, 1, 0],
    "round_robin": [0, 0, 1, 2, 0, 2, 0, 1, 2, 0, 1, 2],
    "linear": [0, 0, 0, 1, 2, 1, 2, 0, 1, 0, 0, 0],
}


@pytest.mark.parametrize("order", TAKEN)
def test_the_first_of_the_idle_advisors(order: str) -> None:
    team = {"skills": ["short", "long"], "staffing": [1, 2, 3, 3, 3], "advisor_order": order}
    scenario = {
        "clock": day(slot_s=20),
        "queues": {"short": recorded(*SHORT_S), "long": recorded(41, handle_s=constant(12))},
        "groups": {"team": team},
    }
    result = run(scenario, 0, ASSIGN)
    assert [int(row.split()[3]) for row in shorts(result.log, "assigned")] == TAKEN[order]


def advisor_keys(seed: int) -> list[int]:
    """Keys of three advisors."""
    return [entity_key(root_key(seed), stream("advisors"), i) for i in range(3)]


@pytest.mark.parametrize("seed", range(4))
def test_the_fastest_and_a_random_one_of_the_idle_advisors(seed: int) -> None:
    scenario = {
        "clock": day(),
        "queues": {"calls": recorded(1, 2, 3, handle_s=constant(400))},
        "groups": {"team": {"skills": ["calls"], "staffing": 3, "speed_cv": 0.3, "advisor_order": "fastest"}},
    }
    taken = [int(row.split()[3]) for row in shorts(run(scenario, seed, ASSIGN).log, "assigned")]
    # small uniforms are long times
    speeds = [-uniform(key, codes.SPEED) for key in advisor_keys(seed)]
    assert taken == sorted(range(3), key=speeds.__getitem__)
    scenario["groups"]["team"]["advisor_order"] = "random"
    taken = [int(row.split()[3]) for row in shorts(run(scenario, seed, ASSIGN).log, "assigned")]
    coins = [uniform(child_key(key, codes.IDLE_STEP, 0), codes.IDLE_ORDER) for key in advisor_keys(seed)]
    assert taken == sorted(range(3), key=coins.__getitem__)


def test_a_random_place_is_drawn_again_each_time_an_advisor_becomes_idle() -> None:
    keys = advisor_keys(1)[:2]
    calls = recorded(*range(1, 100, 10))
    team = {"skills": ["calls"], "staffing": 2, "advisor_order": "random"}
    result = run({"clock": day(), "queues": {"calls": calls}, "groups": {"team": team}}, 1, ASSIGN)
    times_idle, expected = [0, 0], []
    for _ in range(10):
        coins = [uniform(child_key(keys[i], codes.IDLE_STEP, times_idle[i]), codes.IDLE_ORDER) for i in range(2)]
        first = int(coins[1] < coins[0])
        expected.append(first)
        times_idle[first] += 1
    assert [int(row.split()[3]) for row in shorts(result.log, "assigned")] == expected
    assert {0, 1} == set(expected)


def test_a_contact_goes_to_the_advisor_whom_it_prefers_if_it_is_known_and_that_one_is_idle() -> None:
    customer = {"p_identified": 1, "p_preferred": 1, "preferred_factor": 0.5}
    scenario = {
        "clock": day(),
        "queues": {"calls": recorded(*range(1, 100, 10), handle_s=constant(8), customer=customer)},
        "groups": {"team": {"skills": ["calls"], "staffing": 3}},
    }
    preferred = [
        int(3 * uniform(entity_key(root_key(0), stream("queue:calls"), i), codes.PREFERRED_ADVISOR)) for i in range(10)
    ]
    result = run(scenario, 0, ASSIGN)
    assert [int(row.split()[3]) for row in shorts(result.log, "assigned")] == preferred
    assert result.counters["queue"][0]["talk_s"] == 40
    customer["p_identified"] = 0
    result = run(scenario, 0, ASSIGN)
    assert [int(row.split()[3]) for row in shorts(result.log, "assigned")] == [i % 3 for i in range(10)]
    assert result.counters["queue"][0]["talk_s"] == 80
