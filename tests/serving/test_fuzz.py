"""Any body gives an answer or a refusal, never an error of the service, and JSON that can be read."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from ccenv.serving.body import DEEPEST, BodyError, parse
from tests.serving.helpers import asked, client_of, golden

NUMBERS = [
    b"1e999",
    b"-1e999",
    b"NaN",
    b"Infinity",
    b"-0",
    b"1" * 400,
    b"1" * 5000,
    b"1e-400",
    b"0.5",
    b"true",
    b"null",
]
SETTINGS = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def policy():
    return golden()


@pytest.fixture(scope="module")
def client(policy):
    with client_of(policy) as client:
        yield client


@pytest.fixture(scope="module")
def valid(policy):
    return asked(policy, id="a")


def judged(client, body, valid):
    """The answer; the neighbour on the connection is answered too."""
    response = client.post("/v1/decide", content=body)
    assert response.status_code in (200, 400, 413, 422), response.text
    content = json.loads(response.content)
    assert "action" in content if response.status_code == 200 else content["error"]
    assert len(response.content) < 10_000
    assert client.post("/v1/decide", json=valid).status_code == 200
    return response


@SETTINGS
@given(body=st.binary(max_size=300))
@example(body=b"\xef\xbb\xbf{}")
@example(body="{}".encode("utf-16"))
def test_random_bytes(client, valid, body):
    assert judged(client, body, valid).status_code in (400, 422)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=10)
        | st.dictionaries(st.text(st.characters(exclude_categories=[]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@SETTINGS
@given(data=st.data())
def test_valid_requests_with_other_values(client, valid, data):
    changed = json.loads(json.dumps(valid))
    for _ in range(data.draw(st.integers(1, 3))):
        at, key = changed, data.draw(st.sampled_from(list(changed)))
        while isinstance(at[key], dict) and at[key] and data.draw(st.booleans()):
            at, key = at[key], data.draw(st.sampled_from(list(at[key])))
        if data.draw(st.booleans()):
            at[data.draw(st.text(st.characters(exclude_categories=[]), max_size=8))] = data.draw(VALUES)
        else:
            at[key] = data.draw(VALUES)
    judged(client, json.dumps(changed).encode(), valid)


@SETTINGS
@given(data=st.data())
def test_valid_requests_with_other_bytes(client, valid, data):
    body = bytearray(json.dumps(valid).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=4)
            | st.sampled_from([*NUMBERS, b"{", b"[", b'"', b"\\ud800", b":", b",", b"\xed\xa0\x80"])
        )
    judged(client, bytes(body), valid)


PLACES = {
    "queue_length": lambda number: b'"queue_length": {"sales": ' + number,
    "u": lambda number: b'"u": ' + number,
    "state": lambda number: b'"state": [' + number,
    "id": lambda number: b'"id": ' + number,
}


@pytest.mark.parametrize("number", NUMBERS[:8], ids=lambda number: number[:8].decode())
@pytest.mark.parametrize("place", PLACES)
def test_numbers_that_no_float_holds(client, valid, place, number):
    before = {"queue_length": b"0.0", "u": b"0.3", "state": b"0.0", "id": b'"a"'}[place]
    body = json.dumps(valid).encode()
    changed = body.replace(PLACES[place](before), PLACES[place](number), 1)
    assert changed != body
    response = judged(client, changed, valid)
    fits = number in (b"-0", b"1e-400") and place != "u" and (place, number) != ("id", b"1e-400")
    assert response.status_code == (200 if fits else 400 if len(number) > 4300 else 422)
    if response.status_code == 422:
        assert response.json()["field"].split(".")[-1] in (place, "sales")


TWICE = {
    "a key": lambda body: body.replace(b'"u": 0.3', b'"u": 0.3, "u": 0.9'),
    "a key in other letters": lambda body: body.replace(b'"u": 0.3', b'"u": 0.3, "\\u0075": 0.9'),
    "a field": lambda body: body.replace(b'"closed": 0.0', b'"closed": 0.0, "closed": 1'),
    "a name": lambda body: body.replace(b'{"sales": 0.0', b'{"sales": 3, "sales": 0.0', 1),
    "a key and its colon in the id": lambda body: body.replace(b'"id": "a"', b'"u": 0.5, "id": "::"'),
}


@pytest.mark.parametrize("change", TWICE.values(), ids=TWICE)
def test_a_key_that_stands_twice_is_named(client, valid, change):
    body = json.dumps(valid).encode()
    assert change(body) != body
    response = judged(client, change(body), valid)
    assert response.status_code == 400
    assert "stands twice" in response.json()["error"]


def test_a_colon_in_a_text_is_no_key(client, valid):
    assert judged(client, json.dumps({**valid, "id": "a:b::"}).encode(), valid).status_code == 200


SURROGATES = [
    lambda valid: {"\ud800": 1},
    lambda valid: {**valid, "id": "\udfff"},
    lambda valid: {"snapshot": {"\udfff": 1}},
    lambda valid: {**valid, "snapshot": {**valid["snapshot"], "idle": {"\ud800": 1}}},
    lambda valid: {**valid, "u": "\ud800"},
]


@pytest.mark.parametrize("change", SURROGATES, ids=range(len(SURROGATES)))
def test_half_a_surrogate_pair_is_no_text(client, valid, change):
    response = judged(client, json.dumps(change(valid)).encode(), valid)
    assert (response.status_code, response.json()["error"]) == (
        400,
        "the body is not JSON: a text has half a surrogate pair",
    )


def test_a_whole_surrogate_pair_is_a_text(client, valid):
    assert judged(client, json.dumps({**valid, "id": "\U0001f600"}).encode(), valid).json()["id"] == "\U0001f600"


DEEP = [b"[" * 10**6, b'{"a":' * 10**5, b'{"snapshot":' + b"[" * 500 + b"]" * 500 + b"}", b'["' * 10**5, b'"\\' * 10**5]


@pytest.mark.parametrize("body", DEEP, ids=range(len(DEEP)))
def test_deep_and_open_bodies_are_refused(client, valid, body):
    assert judged(client, body, valid).status_code in (400, 422)


def test_depth_is_limited_whatever_the_texts_hold():
    texts = b'"[[[{{{\\"[[["'
    inner = b"[" * (DEEPEST - 1) + texts + b"]" * (DEEPEST - 1)
    assert parse(b'{"a:": ' + inner + b"}")["a:"]
    with pytest.raises(BodyError, match="nested more than 32 levels"):
        parse(b'{"a:": [' + inner + b"]}")


def test_a_large_name_is_not_repeated(client, valid):
    for changed in ({"x" * 500_000: 1}, {**valid, "snapshot": {"x" * 500_000: 1}}, {**valid, "u": ["x" * 900_000]}):
        assert judged(client, json.dumps(changed).encode(), valid).status_code == 422
