"""The command as a process, and raw sockets to it. No time is measured; a hang breaks a generous bound."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys

from tests.serving.make_golden_bundle import FOLDER

PATIENT_S = 60.0


class Service:
    """A running service on a free port."""

    def __init__(self, *options, bundle=FOLDER):
        command = [sys.executable, "-m", "ccenv.serving", str(bundle), "--port", "0", "--deadline-ms", "30000"]
        self.process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
        self.port = None
        for line in self.process.stderr:  # ends if the process ends
            if line.startswith("serving at "):
                self.port = int(line.rsplit(":", 1)[1])
                break
        assert self.port is not None

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENT_S)

    def talk(self, data, half_close=False):
        """Send bytes; the answers until the service ends the connection."""
        with self.connect() as connection:
            with contextlib.suppress(OSError):  # the service may have answered and closed before everything was sent
                connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            return answers(connection)

    def end(self, number):
        """Send a signal; returns the exit status and the rest of the log."""
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=PATIENT_S)
        return self.process.returncode, log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate(timeout=PATIENT_S)


def answers(connection):
    """All answers on a connection until its end: (status, content)."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    found = []
    while received:
        head, received = received.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"content-length: (\d+)", head)[1])
        found.append((int(head.split()[1]), json.loads(received[:length] or b"null")))
        received = received[length:]
    return found


def request(body=b"", method="POST", path="/v1/decide", *headers):
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: service", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


LAST = b"GET /v1/health HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n"
