"""What the service refuses: with a status of 4xx, the field, the value and what is allowed."""

import copy
import json

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.serving import snapshot_values
from ccenv.serving.limits import LARGEST_BODY
from ccenv.serving.snapshot import SnapshotReader
from ccenv.spaces.observation import snapshot_dtype
from tests.serving.helpers import asked, blank, client_of, golden


@pytest.fixture(scope="module")
def policy():
    return golden()


@pytest.fixture(scope="module")
def client(policy):
    with client_of(policy) as client:
        yield client


@pytest.fixture
def question(policy):
    return asked(policy)


def set_at(*path_and_value):
    *path, last, value = path_and_value

    def change(question):
        for part in path:
            question = question[part]
        question[last] = value

    return change


def drop(*path):
    *path, last = path

    def change(question):
        for part in path:
            question = question[part]
        del question[last]

    return change


NAN, INFINITY = float("nan"), float("inf")
FINITE = "a finite number from 0"
COIN = "a number above 0 and below 1"
STATE = "nothing, or the `state` of the answer before this one"
ID = "nothing, a whole number, or a text of at most 200 characters"
REFUSED = [
    # change, field, value, allowed
    (drop("snapshot"), "snapshot", None, "a mapping from field names to values"),
    (set_at("snapshot", [1, 2]), "snapshot", "[1, 2]", "a mapping from field names to values"),
    (set_at("colour", "red"), "colour", "'red'", "no such key; the keys are snapshot, u, state, id"),
    (
        set_at("snapshot", "patience", 3),
        "snapshot.patience",
        "3",
        "no such field; the fields are epoch_kind, event_number",
    ),
    (drop("snapshot", "closed"), "snapshot.closed", None, "a number"),
    (drop("snapshot", "event_number"), "snapshot.event_number", None, "a number"),
    (drop("snapshot", "idle"), "snapshot.idle", None, "a number for each of first, blended"),
    (drop("snapshot", "idle", "first"), "snapshot.idle.first", None, "a number"),
    (set_at("snapshot", "idle", "third", 1), "snapshot.idle.third", "1", "one of first, blended"),
    (drop("snapshot", "finishes"), "snapshot.finishes", None, "a list of 3 numbers for each of first, blended"),
    (drop("snapshot", "finishes", "first"), "snapshot.finishes.first", None, "a list of 3 numbers"),
    (set_at("snapshot", "finishes", "first", [1, 2]), "snapshot.finishes.first", "[1, 2]", "a list of 3 numbers"),
    (set_at("snapshot", "finishes", "first", {"a": 1}), "snapshot.finishes.first", "{'a': 1}", "a list of 3 numbers"),
    (
        set_at("snapshot", "finishes", "first", [1, 2, None]),
        "snapshot.finishes.first.2",
        "None",
        "a finite number from 0",
    ),
    (set_at("snapshot", "idle", [1, 2, 3]), "snapshot.idle", "[1, 2, 3]", "a number for each of first, blended"),
    (set_at("snapshot", "idle", 3), "snapshot.idle", "3", "a number for each of first, blended"),
    (set_at("snapshot", "idle", [1, -1]), "snapshot.idle.1", "-1", "a finite number from 0 to 1e+15"),
    (set_at("snapshot", "queue_length", "sales", NAN), "snapshot.queue_length.sales", "nan", FINITE),
    (
        set_at("snapshot", "queue_length", "sales", INFINITY),
        "snapshot.queue_length.sales",
        "inf",
        "a finite number from 0",
    ),
    (
        set_at("snapshot", "queue_length", "sales", -0.5),
        "snapshot.queue_length.sales",
        "-0.5",
        "a finite number from 0",
    ),
    (set_at("snapshot", "queue_length", "sales", "3"), "snapshot.queue_length.sales", "'3'", FINITE),
    (
        set_at("snapshot", "queue_length", "sales", True),
        "snapshot.queue_length.sales",
        "True",
        "a finite number from 0",
    ),
    (
        set_at("snapshot", "queue_length", "sales", None),
        "snapshot.queue_length.sales",
        "None",
        "a finite number from 0",
    ),
    (
        set_at("snapshot", "queue_length", "sales", 10**400),
        "snapshot.queue_length.sales",
        "1000",
        "a finite number from 0",
    ),
    (
        set_at("snapshot", "queue_length", "sales", 1e16),
        "snapshot.queue_length.sales",
        "1e+16",
        "a finite number from 0",
    ),
    (
        set_at("snapshot", "in_service", "sales>blended", 1),
        "snapshot.in_service.sales>blended",
        "1",
        "one of sales>first",
    ),
    (set_at("snapshot", "epoch_kind", 1.5), "snapshot.epoch_kind", "1.5", "a whole number from 0 to 4"),
    (set_at("snapshot", "epoch_kind", 5), "snapshot.epoch_kind", "5", "a whole number from 0 to 4"),
    (set_at("snapshot", "dialing_open", [2]), "snapshot.dialing_open.0", "2", "a whole number from 0 to 1"),
    (set_at("snapshot", "answer_rate", [[0.5, 1.5]]), "snapshot.answer_rate.0.1", "1.5", "a finite number from 0 to 1"),
    (drop("u"), "u", None, "a number above 0 and below 1, drawn for each decision"),
    (set_at("u", 0), "u", "0", COIN),
    (set_at("u", 1.0), "u", "1.0", COIN),
    (set_at("u", NAN), "u", "nan", COIN),
    (set_at("u", "0.5"), "u", "'0.5'", COIN),
    (set_at("u", True), "u", "True", COIN),
    (set_at("state", [0.0]), "state", "[0.0]", STATE),
    (set_at("state", {}), "state", "{}", STATE),
    (set_at("state", [0.0] * 2 + [NAN]), "state", "[0.0, 0.0", STATE),
    (set_at("state", [0.0] * 2 + ["0"]), "state", "[0.0, 0.0", STATE),
    (
        set_at("state", [0.0] * 2 + [1e300]),
        "state",
        "[0.0, 0.0",
        STATE,
    ),
    (set_at("id", [1]), "id", "[1]", ID),
    (set_at("id", "x" * 201), "id", "'xxx", ID),
]


@pytest.mark.parametrize(("change", "field", "value", "allowed"), REFUSED, ids=[f"{f} = {v}" for _, f, v, _ in REFUSED])
def test_a_field_that_is_not_allowed_is_named(client, question, change, field, value, allowed):
    change(question)
    response = client.post("/v1/decide", content=json.dumps(question))
    answer = response.json()
    assert response.status_code == 422
    assert answer["field"] == field
    assert answer["value"] is None if value is None else answer["value"].startswith(value)
    assert answer["allowed"].startswith(allowed)
    assert answer["error"].startswith(f"{field} ")
    assert len(answer["error"]) < 1_000


def test_every_field_is_needed(policy, client, question):
    for name in question["snapshot"]:
        less = copy.deepcopy(question)
        del less["snapshot"][name]
        response = client.post("/v1/decide", json=less)
        assert (response.status_code, response.json()["field"]) == (422, f"snapshot.{name}")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"hello", b"\xff\xfe", b'{"snapshot": {}} {}', b"[" * 100_000, b'{"u": 01}'], ids=range(7)
)
def test_a_body_that_is_not_json_is_refused(client, body):
    response = client.post("/v1/decide", content=body)
    assert response.status_code == 400
    assert response.json()["error"].startswith("the body is not JSON: ")


@pytest.mark.parametrize("body", [b"[]", b"3", b"null"])
def test_a_body_that_is_no_mapping_is_refused(client, body):
    response = client.post("/v1/decide", content=body)
    assert (response.status_code, response.json()["field"]) == (422, "request")


def test_a_large_body_is_refused(client):
    def parts():
        yield b" " * LARGEST_BODY
        yield b" "

    assert client.post("/v1/decide", content=b" " * (LARGEST_BODY + 1)).status_code == 413
    assert client.post("/v1/decide", content=parts()).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/decide", 405), ("POST", "/v1/health", 405), ("GET", "/v2/decide", 404)]
)
def test_other_questions_are_refused_as_json(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert response.json()["error"]


def test_a_refused_request_is_not_counted(client, question):
    before = client.get("/v1/health").json()
    client.post("/v1/decide", json={**question, "u": 2})
    assert client.get("/v1/health").json() == before


def test_names_and_places_say_the_same(policy, client, question):
    lists = copy.deepcopy(question)
    lists["snapshot"] = {k: list(v.values()) if isinstance(v, dict) else v for k, v in question["snapshot"].items()}
    assert lists != question
    assert client.post("/v1/decide", json=lists).json() == client.post("/v1/decide", json=question).json()


def test_the_numbers_stand_in_the_order_of_the_public_snapshot(policy):
    record = blank(policy)
    flat = np.ndarray(record.dtype.itemsize // 8, "f8", record)
    flat[:] = np.arange(flat.size) % 2
    read = SnapshotReader(policy.scenario).read(snapshot_values(policy.scenario, record))
    assert read.tolist() == flat.tolist()


def test_a_centre_without_campaigns_is_not_asked_for_them():
    scenario = load_scenario("bank_inbound")
    values = snapshot_values(scenario, np.zeros((), snapshot_dtype(scenario)))
    assert "ringing" not in values
    assert SnapshotReader(scenario).read(values).size == snapshot_dtype(scenario).itemsize // 8


def test_the_interface_says_what_to_send(policy, client, question):
    interface = client.get("/v1/interface").json()
    assert [field["name"] for field in interface["fields"]] == list(question["snapshot"])
    assert interface["actions"] == [action.name for action in policy.scenario.catalogue]
    assert client.get("/v1/health").json()["interface_digest"] == policy.manifest.interface_digest
