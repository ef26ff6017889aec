"""The address of the service: checked, and bound before the bundle is loaded."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Any

LAST_PORT = 65_535
REASONS = {
    errno.EADDRINUSE: "it is in use",
    errno.EACCES: "it is not permitted to this user",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


class AddressError(OSError):
    """The service cannot listen at its address; the message names the host or the port."""


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to all addresses of a host; they do not listen yet.

    Args:
        host: Name or address.
        port: 0 to 65535; 0 takes a free one at the host's first address.

    Raises:
        AddressError: If the host is not known or not of this machine, or the port is in use or not permitted.
    """
    if not 0 <= port <= LAST_PORT:
        raise AddressError(f"port {port}: allowed: a whole number from 0 to {LAST_PORT}")
    sockets: list[socket.socket] = []
    faults: list[OSError] = []
    for family, address in _addresses(host, port):
        try:
            sockets.append(_socket(family, address))
        except OSError as error:
            faults.append(error)
        if port == 0 and sockets:
            return sockets
    # a machine without IPv6 still resolves its own name to an IPv6 address
    fatal = [fault for fault in faults if not sockets or fault.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)]
    if fatal:
        for each in sockets:
            each.close()
        raise _named(host, port, fatal[0])
    return sockets


def listen(sockets: list[socket.socket], host: str, backlog: int) -> None:
    """Accept connections from now on.

    Raises:
        AddressError: If another process listens there by now.
    """
    for each in sockets:
        try:
            each.listen(backlog)
        except OSError as error:
            raise _named(host, each.getsockname()[1], error) from error


def url(bound_socket: socket.socket) -> str:
    """The address of a bound socket as a URL."""
    host, port = bound_socket.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    try:
        if not host:
            raise ValueError("it is empty")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as error:  # UnicodeError of a name that is none is a ValueError
        reason = error.strerror if isinstance(error, OSError) else error
        raise AddressError(f"host {host!r}: {reason}; allowed: a name or an address of this machine") from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _socket(family: int, address: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would let two services share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _named(host: str, port: int, error: OSError) -> AddressError:
    reason = REASONS.get(error.errno or 0, error.strerror)
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return AddressError(f"host {host!r}: {reason}; allowed: a name or an address of this machine")
    return AddressError(f"port {port} of {host}: {reason}; choose another with --port, or 0 for a free one")
