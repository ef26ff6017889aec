"""Build the documentation site: `python -m experiments.site`.

Writes the pages from the declarations, the results and `docs` into `build/site-source`, runs Sphinx on them, and checks
the internal links. The site is `build/site`; open `build/site/index.html`. Exits with code 1 on a warning of Sphinx or
on a dead link. Needs no network.
"""

from __future__ import annotations

import argparse
import shutil
import sys

from sphinx.cmd.build import build_main

from experiments.jobs.files import ROOT
from experiments.site.links import dead
from experiments.site.sources import write

SOURCE, SITE, SETTINGS = ROOT / "build" / "site-source", ROOT / "build" / "site", ROOT / "docs"


def build() -> int:
    """Build the site and check its links; returns the exit code."""
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    n_pages = write(SOURCE)
    failed = build_main(["-q", "-W", "--keep-going", "-b", "html", "-c", str(SETTINGS), str(SOURCE), str(SITE)])
    wrong = dead(SITE)
    print("".join(f"{line}\n" for line in wrong), end="", file=sys.stderr)
    print(f"{SITE / 'index.html'}: {n_pages} pages, {len(wrong)} dead links")
    return 1 if failed or wrong else 0


def main() -> None:
    """Run the command."""
    argparse.ArgumentParser(prog="python -m experiments.site", description="Build the documentation site.").parse_args()
    sys.exit(build())


if __name__ == "__main__":
    main()
