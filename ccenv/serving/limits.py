"""Limits of the service: sizes, times and connections that a client may use."""

from __future__ import annotations

from typing import NamedTuple

LARGEST_BODY = 2**20
DEADLINE_S = 0.05  # default time for a decision of the policy; after it, the fallback rules decide
FAULT = "ccenv.fault"  # key of a request's scope: (status, message) of a fault that the protocol found in its body


class Limits(NamedTuple):
    """Limits on what one client, and all clients together, may use.

    Attributes:
        connections: Open connections; more are answered 503 and closed.
        refused: Number of further connections that get a 503 at the same time. Any more are closed without an answer.
        head_bytes: Bytes of request line and headers; more are answered 431.
        n_headers: Number of headers of a request, trailers included; more are answered 431.
        body_bytes: Bytes of a body; more are answered 413.
        message_bytes: Bytes of a whole request on the wire, chunk sizes included; more end the connection.
        receive_s: Seconds from a request's first byte, or from the opening of a connection, to the request's last byte;
            longer requests are answered 408.
        idle_s: Seconds that a connection may be idle between two requests.
        send_s: Seconds that a client may leave an answer unread; then the connection is cut.
        linger_s: Seconds for which the service still reads after its last answer, so that the client can receive it.
        drain_s: Seconds that a half-received request still has when the service is told to end.
        end_s: Seconds in which the service ends, beyond the policy's deadline.
    """

    connections: int = 512
    refused: int = 32
    head_bytes: int = 2**15
    n_headers: int = 100
    body_bytes: int = LARGEST_BODY
    message_bytes: int = 8 * LARGEST_BODY
    receive_s: float = 10.0
    idle_s: float = 75.0
    send_s: float = 10.0
    linger_s: float = 1.0
    drain_s: float = 1.0
    end_s: float = 5.0


LIMITS = Limits()
