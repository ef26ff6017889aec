"""Each client installs as its page says, in an environment of its own, and trains; or it fails as its page says.

`make test-long` runs these tests. They need a package index, and minutes for each client.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.pages import NAMES, ROOT, page

BUDGET = ("2048", "2")  # decisions, days
INSTALL_S, TRAIN_S = 1500, 900


def checkout(to: Path) -> Path:
    """Copy what pip builds from: a build leaves folders behind."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("ccenv", "notebooks/clients"):
        shutil.copytree(ROOT / folder, to / folder, ignore=ignored)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, to / file)
    return to


def run(command: list[str | Path], cwd: Path, environment: Path, limit_s: float) -> subprocess.CompletedProcess[str]:
    """Run a command with the programs of an environment and of the system; a local nvcc is no part of them."""
    variables = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    variables |= {"PATH": f"{environment / 'bin'}:/usr/bin:/bin", "RAY_AUTH_MODE": "disabled", "COLUMNS": "80"}
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=limit_s)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is removed at once: pytest keeps those of three runs, and an environment takes over a gigabyte."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_client_does_what_its_page_says(name: str, folder: Path):
    client, root, environment = page(name), checkout(folder / "checkout"), folder / "env"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True, capture_output=True)
    python = environment / "bin" / "python"

    for number, arguments in enumerate(client.installs, 1):
        done = run([python, "-m", "pip", *arguments], root, environment, INSTALL_S)
        if client.error and number == len(client.installs):
            assert done.returncode != 0, f"{name} can be installed now: write its example, and drop the error"
            said = done.stdout + done.stderr  # pip gives the reasons of an error on stdout
            assert [line for line in client.error if line not in said.splitlines()] == [], said[-3000:]
            return
        assert done.returncode == 0, done.stderr[-3000:]

    done = run([python, client.script, *BUDGET], root, environment, TRAIN_S)

    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    rules, learned = done.stdout.splitlines()[-2:]
    assert rules.startswith("rules: reward a day ")
    assert "reward a day " in learned and learned.endswith("illegal 0.0%")
