"""The application: its commands, and how it ends."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import ccenv
from ccenv.cli import checking, comparing, describing, league, listing, replaying, simulating, starting, warming
from ccenv.cli.shown import NOTES, escaped

COMMANDS = (listing, describing, checking, starting, simulating, comparing, replaying, league, warming)
INTERRUPTED = 130


class _Commands(TyperGroup):
    """Ends a command on bad input or Ctrl-C with one message and an exit status, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with warnings.catch_warnings():
            warnings.showwarning = _warned
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt:
                NOTES.print("interrupted")
                raise typer.Exit(INTERRUPTED) from None
            except (ValueError, OSError, RuntimeError, ImportError) as error:
                if _is_fault(error):
                    raise
                NOTES.print(f"[bold red]error:[/] {escaped(str(error))}")
                raise typer.Exit(1) from None


def _is_fault(error: Exception) -> bool:
    """Return whether an error is a fault of the program, or the end of a pipe; neither is a message for the user.

    Exit and usage errors of typer are RuntimeErrors, too.
    """
    if isinstance(error, OSError):
        return error.errno == errno.EPIPE
    return isinstance(error, RuntimeError) and not type(error).__module__.startswith("ccenv.")


def _warned(message: Warning | str, *_: Any, **__: Any) -> None:
    NOTES.print(f"[yellow]warning:[/] {escaped(str(message))}")


app = typer.Typer(
    name="ccenv",
    cls=_Commands,
    help="Blended contact centres as decision processes: look at them, check them, simulate them.",
    epilog="A scenario is a name of the library (`ccenv list scenarios`), such as tiny, with a variant as in "
    "bank_blended:either, or the path of a YAML file.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ccenv {ccenv.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Options of the command itself."""


for _part in COMMANDS:
    _part.add_to(app)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the application on the given words, or on those of the process."""
    app(None if arguments is None else list(arguments), prog_name="ccenv")
