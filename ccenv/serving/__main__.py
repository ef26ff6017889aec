"""Command `python -m ccenv.serving BUNDLE`: serve a bundle over HTTP."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ccenv.serving.decider import DEADLINE_S, Decider
from ccenv.serving.errors import BundleError
from ccenv.serving.load import load_bundle


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m ccenv.serving", description="Serve an exported policy over HTTP.")
    parser.add_argument("bundle", help="folder of the bundle")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--deadline-ms",
        type=_positive,
        default=1000 * DEADLINE_S,
        help="the fallback rule answers when the policy takes longer (default: %(default)g)",
    )
    return parser.parse_args(given)


def _positive(text: str) -> float:
    number = float(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: allowed: a number above 0")
    return number


def main(given: Sequence[str] | None = None) -> int:
    """Load the bundle, warm up, then open the port. Returns the exit status: 2 if the bundle cannot be served."""
    args = arguments(given)
    try:
        import uvicorn

        from ccenv.serving.service import make_app

        decider = Decider(load_bundle(args.bundle), args.deadline_ms / 1000)
    except ImportError as error:
        print(f"error: {error}; the service needs pip install 'ccenv[serve]'", file=sys.stderr)
        return 2
    except BundleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("warming up; the first start compiles", file=sys.stderr, flush=True)
    decider.warm_up()
    uvicorn.run(make_app(decider), host=args.host, port=args.port, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
