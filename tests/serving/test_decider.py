"""Decisions: what is answered, when the fallback rules answer, and that no mask is ever broken."""

import threading
import time

import numpy as np
import pytest
from starlette.testclient import TestClient

from ccenv.batch import Batch
from ccenv.scenarios import load_scenario
from ccenv.serving import Decider, snapshot_values
from ccenv.serving.graph import legal_only
from ccenv.serving.service import make_app
from ccenv.sim.state.codes import OPENING_EPOCH, SAME_INSTANT
from tests.serving.helpers import StandIn, asked, client_of, first_state, golden, opening

NOTHING = [0.0] * 3  # memory of the fallback rules: the flag "routing has held", and the coin of max0


def certain_of(name):
    """A graph that is sure of one action, legal or not."""

    def probabilities(obs, mask):
        given = np.zeros(mask.shape, np.float32)
        given[:, names.index(name)] = 1.0
        return given

    names = [action.name for action in load_scenario("tiny").catalogue]
    return StandIn(probabilities)


def ask(policy, question, deadline_s=60.0):
    with client_of(policy, deadline_s) as client:
        response = client.post("/v1/decide", json=question)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hold", {"kind": "hold", "queue": None, "campaign": None, "group": None, "n": 0}),
        (
            "assign:support>blended",
            {"kind": "assign", "queue": "support", "campaign": None, "group": "blended", "n": 1},
        ),
        ("dial:survey*4", {"kind": "dial", "queue": None, "campaign": "survey", "group": None, "n": 4}),
    ],
)
def test_the_answer_is_in_the_names_of_the_scenario(name, expected):
    policy = golden(certain_of(name))
    snapshot = opening(policy)
    snapshot["queue_length"]["support"] = 1
    answer = ask(policy, asked(policy, snapshot=snapshot, u=0.3, id="a-7"))
    assert answer["action"] == name
    assert {key: answer[key] for key in expected} == expected
    assert (answer["fallback"], answer["reason"], answer["id"]) == (False, None, "a-7")
    assert answer["probabilities"][name] == 1.0


def test_a_coin_decides_where_the_policy_samples():
    policy = golden()
    snapshot = opening(policy)
    with client_of(policy) as client:
        answers = [client.post("/v1/decide", json=asked(policy, snapshot=snapshot, u=u)).json() for u in (0.01, 0.99)]
    assert [answer["action"] for answer in answers] == ["hold", "dial:survey*4"]


def test_no_coin_is_needed_where_nothing_tosses():
    policy = golden(decision="argmax", pacing=("progressive_unreserved", {}))
    answer = ask(policy, {"snapshot": opening(policy)})
    assert answer["action"] == max(answer["probabilities"], key=answer["probabilities"].get)


def test_a_late_policy_is_replaced_by_the_rules():
    free = threading.Event()

    def slow(obs, mask):
        free.wait(60)
        return np.full(mask.shape, 0.5, np.float32)

    policy = golden(StandIn(slow))
    question = asked(policy, u=0.9)
    expected = "dial:survey*2"  # 1.3 * 2 - 0.4 = 2.2 lines, and the coin does not round up
    started = time.monotonic()
    with client_of(policy, 0.02) as client:
        answers = [client.post("/v1/decide", json=question).json() for _ in range(3)]
        health = client.get("/v1/health").json()
        free.set()
    assert time.monotonic() - started < 30
    assert [(answer["action"], answer["fallback"]) for answer in answers] == [(expected, True)] * 3
    assert {answer["reason"] for answer in answers} == {"the policy gave no answer within 20 ms"}
    assert (health["decisions"], health["fallbacks"]) == (3, 3)


def test_the_policy_is_asked_again_when_it_is_free():
    slow = [True]
    free = threading.Event()

    def once_slow(obs, mask):
        if slow:
            slow.clear()
            free.wait(60)
        return np.where(mask, np.float32(1), np.float32(0))

    policy = golden(StandIn(once_slow))
    question = asked(policy)
    with client_of(policy, 2.0) as client:
        first = client.post("/v1/decide", json=question).json()
        free.set()
        second = client.post("/v1/decide", json=question).json()
    assert (first["fallback"], second["fallback"]) == (True, False)


def contrary(obs, mask):
    """Prefers what is illegal, by far."""
    return np.where(mask, 1e-6, 1.0).astype(np.float32)


def nothing_legal(obs, mask):
    return np.where(mask, 0.0, 1.0).astype(np.float32)


@pytest.mark.parametrize("decision", ["argmax", "sample"])
@pytest.mark.parametrize("decisions", ["blended", "routing", "pacing"])
@pytest.mark.parametrize("graph", [contrary, nothing_legal])
def test_no_graph_breaks_a_mask(graph, decisions, decision):
    policy = golden(StandIn(lambda obs, mask: legal_only(graph(obs, mask), mask)), owns=decisions, decision=decision)
    rng = np.random.default_rng(0)
    batch = Batch(policy.scenario, 1, owns=decisions, routing="lwt", pacing=policy.pacing, autoreset="disabled")
    batch.reset(np.array([6]))
    names = [action.name for action in batch.catalogue]
    n, n_numbers = 0, len(first_state(policy))
    with client_of(policy) as client:
        while not batch.engine.envs["done"][0]:
            if batch.decision[0] % 3 == 0:  # a third of a day's decisions is enough
                question = {
                    "snapshot": snapshot_values(batch.scenario, batch.snapshot[0]),
                    "u": rng.random(),
                    "state": rng.choice([0.0, 1.0, 7.0], n_numbers).tolist(),  # not what any rule remembers
                }
                response = client.post("/v1/decide", json=question)
                assert response.status_code == 200, response.text
                answer = response.json()
                assert batch.mask[0, names.index(answer["action"])]
                assert answer["fallback"] == (graph is nothing_legal)
                n += 1
            batch.step(np.array([rng.choice(np.flatnonzero(batch.mask[0]))]))
    assert n > 40


def test_a_policy_of_one_half_is_not_offered_the_other():
    snapshot = opening(golden())
    snapshot["queue_length"]["support"] = 1
    for decisions, kinds in (("routing", {"hold", "assign"}), ("pacing", {"hold", "dial"})):
        answer = ask(golden(owns=decisions), asked(golden(), snapshot=snapshot))
        assert {name.split(":")[0] for name in answer["probabilities"]} == kinds


def test_a_state_in_which_nothing_is_legal_is_refused():
    policy = golden(owns="pacing")
    snapshot = opening(policy)
    snapshot["queue_length"]["support"] = 1
    snapshot["closed"] = 1
    snapshot["leads_dialable"] = [0]
    with client_of(policy) as client:
        response = client.post("/v1/decide", json=asked(policy, snapshot=snapshot, u=0.3))
    assert response.status_code == 422
    assert response.json()["allowed"] == "a state in which a pacing action is legal"


def test_numbers_never_seen_in_training_are_named():
    policy = golden()
    snapshot = opening(policy)
    with client_of(policy) as client:
        usual = client.post("/v1/decide", json=asked(policy, snapshot=snapshot, u=0.3)).json()["outside_training_range"]
        snapshot["ringing"]["survey"] = 100
        snapshot["finishes"]["first"] = [0, 50, 0]
        answer = client.post("/v1/decide", json=asked(policy, snapshot=snapshot, u=0.3)).json()
    assert "staffed:first" in usual  # nobody is on duty in this snapshot
    assert set(answer["outside_training_range"]) - set(usual) == {"ringing:survey", "finishes:first:1"}
    assert answer["fallback"] is False


def held(policy):
    """A memory in which the routing rule has held at this instant."""
    snapshot = opening(policy)
    snapshot["queue_length"]["support"] = 1
    snapshot["epoch_kind"] = SAME_INSTANT
    return {"snapshot": snapshot, "u": 0.3, "state": [1.0, *NOTHING[1:]]}


def test_a_memory_that_is_not_the_rules_own_cannot_break_the_mask():
    policy = golden(StandIn(lambda obs, mask: np.zeros(0)[1]))
    question = held(policy)
    question["snapshot"] |= {"closed": 1, "leads_dialable": [0]}
    answer = ask(policy, question)
    assert answer["reason"].startswith("the policy failed: index 1 is out of bounds")
    assert answer["action"] == "assign:support>first"


def test_the_rules_route_again_after_a_decision_of_the_policy():
    policy = golden()
    with client_of(policy) as client:
        answer = client.post("/v1/decide", json=held(policy)).json()
    assert answer["state"] == NOTHING


REMEMBER = [
    ("max0", {"k": 1.3}),
    ("fixed_ratio", {"ratio": 1.4, "rounding": "random"}),
    ("constant_lines", {"n": 2.5}),
    ("dial_x_free", {"kappa": 2}),
]


@pytest.mark.parametrize("rule", REMEMBER, ids=[name for name, _ in REMEMBER])
@pytest.mark.parametrize("state", ["missing", None], ids=["missing", "null"])
def test_a_fallback_that_remembers_needs_its_state(rule, state):
    policy = golden(pacing=rule)
    question = asked(policy, state=state)
    if state == "missing":
        del question["state"]
    with client_of(policy) as client:
        assert client.get("/v1/interface").json()["required"] == ["snapshot", "u", "state"]
        response = client.post("/v1/decide", json=question)
        assert (response.status_code, response.json()["field"]) == (422, "state")
        assert "first_state" in response.json()["allowed"]
        question["snapshot"]["epoch_kind"] = OPENING_EPOCH
        at_opening = client.post("/v1/decide", json={**question, "state": None})
        assert at_opening.status_code == 200


def test_a_fallback_that_remembers_nothing_needs_no_state():
    policy = golden(pacing=("progressive_unreserved", {}))
    with client_of(policy) as client:
        assert client.get("/v1/interface").json()["required"] == ["snapshot", "u"]
        assert client.post("/v1/decide", json={"snapshot": opening(policy), "u": 0.3}).status_code == 200


@pytest.mark.parametrize("number", [-1e15, -1.0, 0.5, 7.0, 1e15])
@pytest.mark.parametrize("rule", REMEMBER, ids=[name for name, _ in REMEMBER])
def test_any_state_is_answered(rule, number):
    def broken(obs, mask):
        raise RuntimeError("out of order")

    policy = golden(StandIn(broken), pacing=rule)
    question = asked(policy)
    question["snapshot"]["event_number"] = 5
    with client_of(policy) as client:
        for k in range(len(question["state"])):
            state = [5.0] * len(question["state"])
            state[k] = number
            answer = client.post("/v1/decide", json={**question, "state": state}).json()
            assert answer["fallback"]
            assert answer["action"] in {"hold", "dial:survey*1", "dial:survey*2", "dial:survey*4"}


def test_an_unexpected_error_has_an_id_and_ends_nothing(monkeypatch, caplog):
    policy = golden()
    decider = Decider(policy, 60.0)
    answer, whole = decider._answer, asked(policy)

    def faulty(*arguments):
        if arguments[-1].id == "bad":
            raise KeyError("planted")
        return answer(*arguments)

    monkeypatch.setattr(decider, "_answer", faulty)
    with TestClient(make_app(decider)) as client:  # it raises what the application lets through
        for _ in range(3):
            response = client.post("/v1/decide", json={**whole, "id": "bad"})
            assert response.status_code == 500
            assert "planted" not in response.text
            assert response.headers.get("connection") is None
            error_id = response.json()["error_id"]
            (record,) = [r for r in caplog.records if error_id in r.getMessage()]
            assert record.exc_info[0] is KeyError
            assert client.post("/v1/decide", json=whole).status_code == 200
