"""`python -m ccenv.serving` as a process."""

import errno
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from ccenv.serving.listen import AddressError, bound, listen
from tests.serving.helpers import asked, golden
from tests.serving.make_golden_bundle import FOLDER


def fetch(url, body=None):
    with urllib.request.urlopen(url, body, timeout=30) as response:
        return json.load(response)


@pytest.fixture
def address():
    """A running service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ccenv.serving", str(FOLDER), "--port", str(port), "--deadline-ms", "30000"]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 300
        while service.poll() is None and time.monotonic() < until:
            try:
                fetch(f"http://127.0.0.1:{port}/v1/health")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        assert service.poll() is None, service.stderr.read()
        yield f"http://127.0.0.1:{port}"
    finally:
        service.terminate()
        service.communicate(timeout=30)
    assert service.returncode in (0, -15)


@pytest.mark.slow
def test_the_command_serves_a_bundle(address):
    question = asked(golden(), u=0.99)
    answer = fetch(f"{address}/v1/decide", json.dumps(question).encode())
    assert (answer["action"], answer["fallback"]) == ("dial:survey*4", False)
    health = fetch(f"{address}/v1/health")
    assert (health["status"], health["bundle"], health["decisions"], health["fallbacks"]) == ("ok", "golden", 1, 0)


@pytest.mark.slow
def test_a_bundle_that_is_none_ends_the_command(tmp_path):
    done = subprocess.run([sys.executable, "-m", "ccenv.serving", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"error: {tmp_path}: manifest.json cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--deadline-ms", "0", "0: allowed: a number above 0"),
        ("--deadline-ms", "soon", "soon: allowed: a number above 0"),
        ("--deadline-ms", "nan", "nan: allowed: a number above 0"),
        ("--deadline-ms", "inf", "inf: allowed: a number above 0"),
        ("--port", "99999", "99999: allowed: a whole number from 0 to 65535"),
        ("--port", "65536", "65536: allowed: a whole number from 0 to 65535"),
        ("--port", "-1", "-1: allowed: a whole number from 0 to 65535"),
        ("--port", "abc", "abc: allowed: a whole number from 0 to 65535"),
        ("--port", "8e3", "8e3: allowed: a whole number from 0 to 65535"),
        ("--port", "\u0663", "allowed: a whole number from 0 to 65535"),
        ("--port", "9" * 5000, "allowed: a whole number from 0 to 65535"),
        ("--connections", "0", "0: allowed: a whole number from 1 to 65536"),
    ],
)
def test_an_option_that_is_not_allowed_ends_the_command(option, value, message, capsys):
    from ccenv.serving.__main__ import arguments

    with pytest.raises(SystemExit) as ended:
        arguments([str(FOLDER), f"{option}={value}"])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("host", ["", "no.such.host.invalid", "192.0.2.1", "300.1.1.1", "a" * 300, "a\0b", "\ud800"])
def test_a_host_that_is_not_of_this_machine_is_named(host):
    with pytest.raises(AddressError, match=r"allowed: a name or an address of this machine") as refused:
        bound(host, 0)
    assert str(refused.value).startswith(f"host {host!r}: ")


def test_a_port_in_use_is_named():
    (first,) = bound("127.0.0.1", 0)
    with first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(AddressError, match=f"port {port} of 127.0.0.1: it is in use; choose another with --port"):
            bound("127.0.0.1", port)


def test_a_port_taken_before_the_service_listens_is_named():
    (first,) = bound("127.0.0.1", 0)
    port = first.getsockname()[1]
    (second,) = bound("127.0.0.1", port)
    with first, second:
        listen([first], "127.0.0.1", 1)
        with pytest.raises(AddressError, match=f"port {port} of 127.0.0.1: it is in use"):
            listen([second], "127.0.0.1", 1)


def test_a_port_that_is_not_permitted_is_named(monkeypatch):
    def refuse(family, address):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("ccenv.serving.listen._socket", refuse)
    with pytest.raises(AddressError, match="port 80 of 127.0.0.1: it is not permitted to this user"):
        bound("127.0.0.1", 80)


def test_a_port_in_use_ends_the_command(capsys):
    from ccenv.serving.__main__ import main

    (first,) = bound("127.0.0.1", 0)
    with first:
        first.listen()
        assert main([str(FOLDER), "--port", str(first.getsockname()[1])]) == 2
    assert "it is in use" in capsys.readouterr().err
