"""Calibrate the bank's scenarios to its call log and compare them with the days held back.

Writes `bank_inbound.yaml` and `bank_blended.yaml` into the library of scenarios, and the result, its page and its
figure into `experiments/results`. Exits with code 2 if the logs do not exist, and with 1 if the
model is too far from the days held back.
"""

import argparse
import sys
from pathlib import Path

from experiments.calibrate.command import calibrate
from experiments.calibrate.logs import LogMissingError, data_folder
from experiments.jobs.files import ROOT


def main() -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.calibrate", description=__doc__)
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder of the logs (default: %(default)s)")
    parser.add_argument("--library", type=Path, default=ROOT / "ccenv/scenarios/library", help="where the scenarios go")
    parser.add_argument("--results", type=Path, default=ROOT / "experiments/results", help="where the results go")
    options = parser.parse_args()
    try:
        verdict = calibrate(options.data, options.library, options.results)
    except LogMissingError as missing:
        print(missing, file=sys.stderr)
        return 2
    points, relative = 100 * verdict["abandonment_difference"], 100 * verdict["mean_wait_relative"]
    answer = "accepted" if verdict["accepted"] else "not accepted"
    print(f"days held back: abandonment {points:+.2f} points, mean wait {relative:+.1f} %: {answer}")
    return 0 if verdict["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
