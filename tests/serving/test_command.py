"""`python -m ccenv.serving` as a process."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.serving.helpers import golden, opening
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
    question = {"snapshot": opening(golden()), "u": 0.99}
    answer = fetch(f"{address}/v1/decide", json.dumps(question).encode())
    assert (answer["action"], answer["fallback"]) == ("dial:survey*4", False)
    health = fetch(f"{address}/v1/health")
    assert (health["status"], health["bundle"], health["decisions"], health["fallbacks"]) == ("ok", "golden", 1, 0)


@pytest.mark.slow
def test_a_bundle_that_is_none_ends_the_command(tmp_path):
    done = subprocess.run([sys.executable, "-m", "ccenv.serving", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"error: {tmp_path}: manifest.json cannot be read: No such file or directory\n"


@pytest.mark.parametrize(("option", "message"), [("0", "0: allowed: a number above 0"), ("soon", "invalid")])
def test_a_deadline_is_a_number_above_0(option, message, capsys):
    from ccenv.serving.__main__ import arguments

    with pytest.raises(SystemExit):
        arguments([str(FOLDER), "--deadline-ms", option])
    assert message in capsys.readouterr().err
