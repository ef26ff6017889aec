"""The command `ccenv`, also as `python -m ccenv`; extra `cli`.

Exit status: 0 if all went well, 1 if something is wrong with what was asked for, 2 for a command that is not
understood, 130 after Ctrl-C. Results go to standard output; progress, warnings and errors to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

NEEDED = ("rich", "typer")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit status.

    Args:
        arguments: Words after the command's name; None: those of the process.
    """
    try:
        from ccenv.cli.app import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in NEEDED:
            raise
        sys.exit(f'ccenv: the command needs {error.name}: pip install "ccenv[cli]"')
    run(arguments)
