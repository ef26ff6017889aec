"""The HTTP/1.1 protocol of the service: uvicorn's, with limits, and with every answer in the order of the requests.

uvicorn limits neither the size nor the time of a request's head, and it writes the answer to a broken request before
the answers to the requests that came earlier on the connection. Here each fault of a request is answered in its place,
as JSON; the connection then ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ccenv.serving.limits import FAULT, LIMITS, Limits

BODY_HEADERS = (b"content-length", b"transfer-encoding")

App = Callable[[Any, Any, Any], Awaitable[None]]


class HttpFaultError(ValueError):
    """A request that is not answered by the application."""


class Closing:
    """A transport whose `close` lets the client read the last answer.

    Closing a socket with unread bytes resets the connection, and the client may lose the answer. So `close` ends the
    writing side, and the connection is cut when the client closes its side or after `linger_s`.

    Args:
        transport: The transport.
        linger_s: Seconds until the connection is cut.
    """

    def __init__(self, transport: asyncio.Transport, linger_s: float) -> None:
        self._transport, self._linger_s = transport, linger_s
        self._cut: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether `close` or `abort` was called."""
        return self._cut is not None or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write unless the transport is closing."""
        if not self.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """End the writing side now, and the connection within `linger_s`."""
        if self.is_closing():
            return
        self._cut = asyncio.get_running_loop().call_later(self._linger_s, self._transport.abort)
        try:
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._transport.resume_reading()
        except (OSError, RuntimeError):  # the client has left
            self._transport.abort()

    def lost(self) -> None:
        """Forget the timer: the connection is closed."""
        if self._cut is not None:
            self._cut.cancel()


class BoundedProtocol(HttpToolsProtocol):
    """One connection, within `limits`."""

    limits: Limits = LIMITS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection, or refuse it if there are too many."""
        self._closing = Closing(transport, self.limits.linger_s)
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._head, self._head_bytes, self._message_bytes, self._n_headers = True, 0, 0, 0
        self._begun = False  # a request's first byte has come, its last has not
        self._ended = False  # no further request of this connection is read
        self._fault: tuple[int, str] | None = None
        super().connection_made(self._closing)  # type: ignore[arg-type]
        n_open = sum(not connection.transport.is_closing() for connection in self.connections)
        if len(self.connections) > self.limits.connections + self.limits.refused:
            self._ended = True
            transport.abort()
        elif n_open > self.limits.connections:
            self._end(503, f"the service has {self.limits.connections} connections already")
        else:
            self._time_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._ended = True
        self._closing.lost()
        for timer in (self._receiving, self._sending):
            if timer is not None:
                timer.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio: true keeps the transport open
        """Keep the writing side open for answers that are still due; a request that is not complete is given up."""
        if self._begun:
            self._end(400, "the client left before the request was complete")
        elif self._is_busy() and not self._ended:
            self._ended = True
            self.cycle.keep_alive = False
        return self._is_busy()

    def data_received(self, data: bytes) -> None:
        """Parse bytes; whatever follows the end of the connection's last request is discarded."""
        if self._ended or self._closing.is_closing():
            return
        self._unset_keepalive_if_required()
        self._head_bytes += len(data) if self._head else 0
        self._message_bytes += len(data)
        try:
            self._feed(data)
            if self._head and self._head_bytes > self.limits.head_bytes:
                self._refuse_head()
            if self._message_bytes > self.limits.message_bytes:
                self._raise(413, f"the request has more than {self.limits.message_bytes} bytes")
        except (httptools.HttpParserError, HttpFaultError) as error:
            status, message = self._fault or (400, f"not an HTTP/1.1 request: {error}")
            self._end(status, message)
            return
        if not self._is_busy():
            self._time_request()

    def _feed(self, data: bytes) -> None:
        """Feed the parser. A request for another protocol is answered in HTTP/1.1, like those behind it."""
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                (offset,) = upgrade.args
                data = data[offset:] if offset > 0 else b""

    # callbacks of the parser

    def on_message_begin(self) -> None:
        """Start to count and to time a request."""
        self._begun, self._n_headers = True, 0
        self._time_request()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Add to the request's target."""
        if len(self.url) + len(url) > self.limits.head_bytes:
            self._refuse_head()
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Trailers are counted and dropped: the scope's headers are already in use."""
        self._n_headers += 1
        if self._n_headers > self.limits.n_headers:
            self._raise(431, f"the request has more than {self.limits.n_headers} headers")
        if self._head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request, if its head is allowed."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.head_bytes:
            self._refuse_head()
        if self.parser.should_upgrade() and any(name in BODY_HEADERS for name, _ in self.headers):
            self._raise(400, "Upgrade with a body is not supported")  # the parser would take the body for a request
        self._head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the request's timer."""
        super().on_message_complete()
        self._begun, self._head, self._head_bytes, self._message_bytes = False, True, 0, 0
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _should_upgrade(self) -> bool:
        return False

    # times

    def _time_request(self) -> None:
        if self._receiving is None and not self._ended:
            self._receiving = self.loop.call_later(self.limits.receive_s, self._request_late)

    def _request_late(self) -> None:
        """End the connection of a slow client; a client that waits for the service itself is given more time."""
        self._receiving = None
        if self.pipeline or (self._head and self._is_busy()):
            self._time_request()
        elif not self._begun:
            self._ended = True
            self._closing.close()
        else:
            self._end(408, f"the request was not complete within {self.limits.receive_s:g} s")

    def on_response_complete(self) -> None:
        """Start the next request, or the wait for one."""
        super().on_response_complete()
        if self._receiving is not None:
            self._unset_keepalive_if_required()  # the next request has begun and is timed

    def pause_writing(self) -> None:
        """Start to time a client that does not read."""
        super().pause_writing()
        if self._sending is None:
            self._sending = self.loop.call_later(self.limits.send_s, self._cut)

    def _cut(self) -> None:
        """Reset the connection, so that the kernel does not keep the unread answers."""
        connection = self._closing.get_extra_info("socket")
        with contextlib.suppress(OSError, AttributeError):  # there is no socket beneath TLS, or it is closed
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._closing.abort()

    def resume_writing(self) -> None:
        """Stop the time: the client reads."""
        super().resume_writing()
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def shutdown(self) -> None:
        """End the connection when its complete requests are answered; one that is half received has `drain_s` more."""
        if self._begun and self._is_busy():
            self.loop.call_later(self.limits.drain_s, self._give_up)
        super().shutdown()

    def _give_up(self) -> None:
        if self._begun:
            self._end(503, "the service is ending")

    # faults

    def _is_busy(self) -> bool:
        """Whether a request is being received or answered."""
        return bool(self.pipeline) or (self.cycle is not None and not self.cycle.response_complete)

    def _raise(self, status: int, message: str) -> None:
        self._fault = status, message
        raise HttpFaultError(message)

    def _refuse_head(self) -> None:
        self._raise(431, f"the request line and the headers have more than {self.limits.head_bytes} bytes")

    def _end(self, status: int, message: str) -> None:
        """Answer the request that is being received, after those before it, and end the connection."""
        if self._ended:
            return
        self._ended, self._begun = True, False
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None
        if self.cycle is not None and self.cycle.more_body and not self._head:
            if self.cycle.response_complete:
                self._closing.close()
                return
            self.cycle.scope[FAULT] = status, message  # type: ignore[literal-required]
            self.cycle.keep_alive = self.cycle.more_body = False
            self.cycle.message_event.set()
            return
        self._answer_instead(status, message)

    def _answer_instead(self, status: int, message: str) -> None:
        """Queue an answer for a request whose head is not complete."""
        scope: Any = {
            "type": "http", "asgi": {"version": self.asgi_version, "spec_version": "2.3"}, "http_version": "1.1",
            "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": [], "root_path": "",
            "scheme": self.scheme, "server": self.server, "client": self.client, "state": self.app_state.copy(),
        }  # fmt: skip
        before, app = self.cycle, refusal(status, message)
        self.cycle = RequestResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.pipeline.appendleft((self.cycle, app))


def refusal(status: int, message: str) -> App:
    """An application with one answer."""
    body = msgspec.json.encode({"error": message})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


def bounded_protocol(limits: Limits) -> type[BoundedProtocol]:
    """The protocol with these limits."""
    return type("Protocol", (BoundedProtocol,), {"limits": limits})
