"""Write a page for the manager of a centre about an exported control, beside the centre's best rule.

python -m experiments.manager outputs/benchmark/latest/bundle
python -m experiments.manager outputs/train/latest/bundle --days 200 --folder outputs/manager
"""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.jobs.commands import one_message
from experiments.manager.command import DAYS, manager_page


def main() -> None:
    """Write the page for the folder on the command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.manager", description=__doc__)
    parser.add_argument("bundle", type=Path, help="folder of the exported control")
    parser.add_argument("--days", type=int, default=DAYS, help="days on which both run (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="folder of the page (default: that of the bundle's folder)")
    asked = parser.parse_args()
    with one_message():
        print(manager_page(asked.bundle, asked.folder or asked.bundle.resolve().parent, n_days=asked.days))


if __name__ == "__main__":
    main()
