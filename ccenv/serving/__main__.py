"""Command `python -m ccenv.serving BUNDLE`: serve a bundle over HTTP."""

from __future__ import annotations

import argparse
import contextlib
import logging
import math
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ccenv.serving.errors import BundleError
from ccenv.serving.limits import DEADLINE_S, LIMITS, Limits
from ccenv.serving.listen import LAST_PORT, AddressError, bound, listen, url

if TYPE_CHECKING:
    from ccenv.serving.decider import Decider

LONGEST_DEADLINE_MS = 60_000.0
BACKLOG = 1024
SPARE_FILES = 64  # open files of the process besides connections


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m ccenv.serving", description="Serve an exported policy over HTTP.")
    parser.add_argument("bundle", help="folder of the bundle")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=_whole(0, LAST_PORT),
        default=8000,
        help="port to listen on; 0: a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--deadline-ms",
        type=_deadline,
        default=1000.0 * DEADLINE_S,
        help="the fallback rule answers when the policy takes longer (default: %(default)g)",
    )
    parser.add_argument(
        "--connections",
        type=_whole(1, 65_536),
        default=LIMITS.connections,
        help="connections open at once; more are answered 503 (default: %(default)s, or what the system allows)",
    )
    return parser.parse_args(given)


def _deadline(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0.0 < float(text) <= LONGEST_DEADLINE_MS:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text}: allowed: a number above 0, at most {LONGEST_DEADLINE_MS:g}")


def _whole(low: int, high: int) -> Callable[[str], int]:
    """The reader of a whole number from `low` to `high`."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text}: allowed: a whole number from {low} to {high}")

    return read


def main(given: Sequence[str] | None = None) -> int:
    """Bind the port, load the bundle, warm up, then listen.

    SIGTERM and SIGINT end the service once the requests that it has received are answered, at the latest after the
    deadline and `Limits.end_s`; the process then ends by that signal.

    Returns:
        The exit status: 2 if the bundle cannot be served or the address not be used.
    """
    args = arguments(given)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sockets: list[socket.socket] = []
    try:
        import uvicorn  # noqa: F401

        from ccenv.serving.decider import Decider
        from ccenv.serving.load import load_bundle

        sockets = bound(args.host, args.port)
        decider = Decider(load_bundle(args.bundle), args.deadline_ms / 1000)
        print("warming up; the first start compiles", file=sys.stderr, flush=True)
        decider.warm_up()
        listen(sockets, args.host, BACKLOG)
        _serve(decider, sockets, LIMITS._replace(connections=_connections(args.connections)))
    except ImportError as error:
        return _failed(f"{error}; the service needs pip install 'ccenv[serve]'")
    except (BundleError, AddressError) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        _end_by(signal.SIGINT)
    finally:
        for each in sockets:
            each.close()
    return 0


def _failed(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 2


def _serve(decider: Decider, sockets: list[socket.socket], limits: Limits) -> None:
    """Serve until a signal ends the service."""
    import uvicorn

    from ccenv.serving.protocol import bounded_protocol
    from ccenv.serving.service import make_app

    config = uvicorn.Config(
        make_app(decider, limits),
        http=bounded_protocol(limits),
        ws="none",
        backlog=BACKLOG,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=math.ceil(limits.idle_s),
        timeout_graceful_shutdown=math.ceil(decider.deadline_s + limits.end_s),
    )
    for each in sockets:
        print(f"serving at {url(each)}", file=sys.stderr, flush=True)
    uvicorn.Server(config).run(sockets)


def _connections(wanted: int) -> int:
    """The limit of connections, lowered to what the system's limit of open files allows."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if files == resource.RLIM_INFINITY else max(1, files - SPARE_FILES)
    return min(wanted, possible)


def _end_by(number: signal.Signals) -> None:
    """End the process by a signal's default action, so that its parent sees why, and no thread holds it."""
    sys.stderr.flush()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


if __name__ == "__main__":
    sys.exit(main())
