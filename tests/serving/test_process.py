"""Hostile clients of the command's process: broken HTTP, slow and absent clients, signals. No neighbour is lost."""

import contextlib
import json
import signal
import socket

import numpy as np
import pytest

from tests.serving.helpers import asked, golden
from tests.serving.process import LAST, Service, answers, request

pytestmark = pytest.mark.slow  # each service is a process

CHUNKED = b"POST /v1/decide HTTP/1.1\r\nHost: service\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def body():
    return json.dumps(asked(golden(), u=0.99)).encode()


@pytest.fixture(scope="module")
def service():
    with Service() as service:
        yield service
        code, log = service.end(signal.SIGTERM)
        assert code == -signal.SIGTERM
        assert "Traceback" not in log


@pytest.fixture(autouse=True)
def healthy(service):
    """After each test the service answers."""
    yield
    assert [status for status, _ in service.talk(LAST)] == [200]


BROKEN = {
    "no HTTP": (b"\x00\xff\xfe\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "a bad chunk": (CHUNKED + b"zz\r\n", 400),
    "a huge chunk": (CHUNKED + b"fffffffffffffffff\r\n", 400),
    "two lengths": (b"POST /v1/decide HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "length and chunks": (CHUNKED[:-2] + b"Content-Length: 3\r\n\r\nabc", 400),
    "a length that is no number": (b"POST /v1/decide HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
    "a target that is no URL": (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
    "bytes in the target": (b"GET /\xff\xfe HTTP/1.1\r\n\r\n", 400),
    "a tunnel": (b"CONNECT a:1 HTTP/1.1\r\n\r\n", 400),
    "an upgrade with a body": (CHUNKED[:-2] + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
    "a large header": (b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000, 431),
    "a large target": (b"GET /" + b"x" * 300_000, 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1000 + b"\r\n", 431),
    "many trailers": (CHUNKED + b"1\r\nx\r\n0\r\n" + b"X: y\r\n" * 1000 + b"\r\n", 431),
    "a large declared body": (b"POST /v1/decide HTTP/1.1\r\nContent-Length: 50000000\r\n\r\nabc", 413),
    "a length without end": (b"POST /v1/decide HTTP/1.1\r\nContent-Length: " + b"9" * 19 + b"\r\n\r\n", 413),
    "a large body": (request(b" " * 3_000_000), 413),
    "large chunks": (CHUNKED + 3 * (b"100000\r\n" + b" " * 2**20 + b"\r\n"), 413),
    "a body that waits for leave": (
        b"POST /v1/decide HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n\r\n",
        413,
    ),
}


@pytest.mark.parametrize(("data", "status"), BROKEN.values(), ids=BROKEN)
def test_broken_requests_are_answered_behind_their_neighbours(service, body, data, status):
    found = service.talk(2 * request(body) + data)
    assert [answer[0] for answer in found] == [200, 200, status]
    assert found[2][1]["error"]


UNUSUAL = {
    "half a surrogate pair": (request(b'{"\\ud800": 1}'), 400),
    "nesting": (request(b"[" * 500_000), 400),
    "an unknown path with a body": (request(b"{}" * 1000, "POST", "/nothing"), 404),
    "another method with a body": (request(b"{}", "PUT"), 405),
    "an upgrade": (b"GET /v1/health HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", 200),
    "a final slash": (request(b"{}", "POST", "/v1/decide/"), 404),
    "another host": (b"GET /v1/health HTTP/1.1\r\nHost: \xff\xfe/@:x\r\n\r\n", 200),
    "lines before": (b"\r\n\r\n" + request(b"", "GET", "/v1/health"), 200),
}


@pytest.mark.parametrize(("data", "status"), UNUSUAL.values(), ids=UNUSUAL)
def test_requests_behind_an_unusual_one_are_answered(service, body, data, status):
    found = service.talk(request(body) + data + request(body) + LAST)
    assert [answer[0] for answer in found] == [200, status, 200, 200]


def test_an_answer_reaches_a_client_that_has_closed_its_side(service, body):
    assert [status for status, _ in service.talk(2 * request(body), half_close=True)] == [200, 200]
    assert [status for status, _ in service.talk(request(body)[:-5], half_close=True)] == [400]


def test_random_bytes_and_cuts_are_refused_or_answered(service, body):
    rng = np.random.default_rng(0)
    whole = request(body)
    for k in range(60):
        data = bytearray(whole)
        if k % 3 == 0:
            data = bytearray(rng.bytes(int(rng.integers(1, 2000))))
        for place in rng.integers(0, len(data), size=int(rng.integers(1, 6))):
            data[place] = rng.integers(256)
        found = service.talk(whole + bytes(data), half_close=True)
        assert found[0][0] == 200
        assert all(200 <= status < 500 for status, _ in found)


def test_clients_that_leave_at_any_time_are_forgotten(service, body):
    whole = request(body)
    for cut in range(1, len(whole), 101):
        with service.connect() as connection:
            connection.sendall(whole + whole[:cut])


def test_slow_clients_lock_nobody_out_for_long(body):
    with Service("--connections", "8") as service, contextlib.ExitStack() as open_ones:
        slow = [open_ones.enter_context(service.connect()) for _ in range(8)]
        for k, connection in enumerate(slow):
            connection.sendall(request(body)[: 10 if k % 2 else -1])
        assert [status for status, _ in service.talk(b"")] == [503]
        for connection in slow:  # all are ended without a byte more from them
            assert [status for status, _ in answers(connection)] == [408]
        assert [status for status, _ in service.talk(LAST)] == [200]


def test_a_client_that_does_not_read_is_cut(service):
    with service.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        with pytest.raises(ConnectionError):
            while True:  # the service ends this; how many requests it takes until then depends on the machine
                connection.sendall(request(b"", "GET", "/v1/interface"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_whatever_its_clients_do(body, number):
    with Service() as service, contextlib.ExitStack() as open_ones:
        idle, head, half, unread = (open_ones.enter_context(service.connect()) for _ in range(4))
        idle.sendall(request(b"", "GET", "/v1/health"))
        head.sendall(b"GET /v1/health HTTP/1.1\r\n")
        half.sendall(request(body)[:-1])
        unread.sendall(100 * request(b"", "GET", "/v1/interface"))
        assert idle.recv(65_536).startswith(b"HTTP/1.1 200")
        code, log = service.end(number)
        assert code == -number
        assert "Traceback" not in log
        assert [status for status, _ in answers(half)] == [503]
