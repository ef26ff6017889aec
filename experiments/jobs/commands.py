"""Command lines: those with settings, through Hydra, and those without.

Bad settings and bad input give one message on stderr and exit code 2. Any other error gives a traceback that begins in
the command. With `HYDRA_FULL_ERROR=1` every error gives its whole traceback. Ctrl-C ends with 130, SIGTERM with 143.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NoReturn

import hydra
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from ccenv.files.errors import closest, names
from ccenv.files.locking import InUseError
from experiments.jobs.config import CONFIGS, with_defaults
from experiments.jobs.workers import Terminated

FULL = "HYDRA_FULL_ERROR"
WHOLE = os.environ.get(FULL) == "1"  # whether the user asks for whole tracebacks
BAD_INPUT = (ValueError, OSError, InUseError)
BAD_SETTING = 2  # exit codes
INTERRUPTED = 130
TERMINATED = 143
HELP = ("-h", "--help")
SHOWS = ("-c", "--cfg")  # Hydra's options that print the settings and run nothing

Task = Callable[[DictConfig], None]


def with_settings(config_name: str) -> Callable[[Task], Callable[[], None]]:
    """Make a function of the composed settings the main function of a command.

    Args:
        config_name: Name of the file in `configs/`.
    """

    def decorate(task: Task) -> Callable[[], None]:
        entry = hydra.main(version_base="1.3", config_path=CONFIGS, config_name=config_name)(_checked(task))

        @functools.wraps(task)
        def main() -> None:
            given = sys.argv
            with one_message(HydraException, OmegaConfBaseException), _raising(), _ended():
                try:
                    if any(argument in HELP for argument in given[1:]):
                        print(f"{(sys.modules[task.__module__].__doc__ or '').strip()}\n")
                        sys.argv = [*given, "hydra.help.header=''"]
                    shown = any(argument.partition("=")[0] in (*HELP, *SHOWS) for argument in given[1:])
                    with with_defaults() if shown else nullcontext():
                        entry()
                finally:
                    sys.argv = given

        return main

    return decorate


def _checked(task: Task) -> Task:
    """Report the errors of a task here: Hydra would print its own frames before them."""

    @functools.wraps(task)
    def checked(config: DictConfig) -> None:
        if WHOLE:
            return task(config)
        with one_message():
            try:
                return task(config)
            except BAD_INPUT:
                raise
            except Exception as error:
                traceback.print_exception(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
                sys.exit(1)

    return checked


@contextmanager
def one_message(*kinds: type[Exception]) -> Iterator[None]:
    """Report bad input, and errors of the given kinds, by one message on stderr; exit with 2.

    Raises:
        SystemExit: There was such an error.
    """
    reported: tuple[type[Exception], ...] = (*BAD_INPUT, *kinds)
    try:
        yield
    except BrokenPipeError:  # the reader of the output is gone, as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except reported as error:
        if WHOLE:
            raise
        _stop(message_of(error))


def _stop(message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(BAD_SETTING)


@contextmanager
def _raising() -> Iterator[None]:
    """Let Hydra raise its errors; it would print them with its search path and exit."""
    before = os.environ.get(FULL)
    os.environ[FULL] = "1"
    try:
        yield
    finally:
        os.environ.pop(FULL)
        if before is not None:
            os.environ[FULL] = before


@contextmanager
def _ended() -> Iterator[None]:
    """Exit without a traceback on SIGTERM, where it is heard, and on Ctrl-C."""
    try:
        yield
    except Terminated:
        sys.exit(TERMINATED)
    except KeyboardInterrupt as error:
        print(str(error) or "interrupted; the same command goes on after the last finished part", file=sys.stderr)
        sys.exit(INTERRUPTED)


def message_of(error: BaseException) -> str:
    """Return an error of a command as one message; Hydra's name the override and what is allowed."""
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options:
        return _unknown_option(error.missing_cfg_file, error.options)
    cause = error.__cause__
    if isinstance(error, HydraException) and isinstance(cause, OmegaConfBaseException):
        unknown = _unknown_key(cause)
        return unknown or f"{str(error).splitlines()[0].rstrip('.')}: {str(cause.msg or cause).splitlines()[0]}"
    if isinstance(error, OmegaConfBaseException):
        return f"{error.full_key}: {str(error.msg or error).splitlines()[0]}"
    return str(error)


def _unknown_option(file: str, options: Any) -> str:
    # A path after `scenario=` has slashes of its own; other groups may be nested.
    group, _, name = file.partition("/") if file.startswith("scenario/") else file.rpartition("/")
    known = sorted(option for option in options if option != "schema")
    own = " for a file give scenario.name=PATH;" if group == "scenario" else ""
    return f"{group}={name}: unknown{closest(name, known) or ';'}{own} allowed: {names(known)}"


def _unknown_key(error: OmegaConfBaseException) -> str:
    """Return the message for a key that its dataclass does not have; "" for any other error."""
    kind, key = error.object_type, str(error.key)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return ""
    known = [field.name for field in dataclasses.fields(kind)]
    if key in known:
        return ""
    near = closest(key, known)
    return f"{error.full_key}: unknown key{near or ';'} allowed: {names(known)}"


def without_settings(module: str, about: str) -> None:
    """Read the command line of a module that takes no arguments: `--help` prints what it does.

    Args:
        module: Dotted name of the module.
        about: Text of the help.
    """
    formatter = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(prog=f"python -m {module}", description=about, formatter_class=formatter).parse_args()
