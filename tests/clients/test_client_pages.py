"""Each client has a page, pinned requirements, and a script or the error for want of one."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.clients.pages import CLIENTS, NAMES, ROOT, page

CORE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]


def requirements(name: str) -> list[str]:
    lines = (CLIENTS / name / "requirements.txt").read_text("utf-8").splitlines()
    return [text for line in lines if (text := line.partition("#")[0].strip())]


def test_every_folder_is_a_known_client():
    assert sorted(path.name for path in CLIENTS.iterdir() if path.is_dir()) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_installs_its_requirements_and_says_when_it_was_tried(name: str):
    client = page(name)

    assert ["install", "-r", f"notebooks/clients/{name}/requirements.txt"] in client.installs
    assert re.search(r"on 20\d\d-\d\d-\d\d \(Python 3\.\d+", client.text)
    assert (ROOT / client.script).exists() != bool(client.error), "a script, or the error for want of one"
    assert client.error or f"python {client.script}\n" in client.text


@pytest.mark.parametrize("name", NAMES)
def test_torch_and_the_client_are_pinned(name: str):
    installed = requirements(name) + [word for line in page(name).installs for word in line if "==" in word]
    pinned = {Requirement(text).name.lower() for text in installed if "==" in text}

    assert "torch==2.13.0" in installed
    assert {"rllib": "ray", "pufferlib": "pufferlib-core"}.get(name, name) in pinned


@pytest.mark.parametrize("name", [name for name in NAMES if not page(name).error])
def test_a_script_is_short_and_says_how_to_run_it(name: str):
    text = (ROOT / page(name).script).read_text("utf-8")

    assert len(text.splitlines()) <= 130
    assert f"    python notebooks/clients/{name}/train.py" in text
    ast.parse(text)


def test_the_core_is_installed_whole():
    """By the checkout's own line, or by a list of all it needs but gymnasium."""
    for name in NAMES:
        lines = requirements(name)
        assert "." in lines or set(lines) >= {text for text in CORE if not text.startswith("gymnasium")}, name
