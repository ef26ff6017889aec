"""Stored notebooks are those of their scripts, with outputs that a command has made."""

from __future__ import annotations

import json
from pathlib import Path

import jupytext
import pytest

from experiments.site.notebooks import digest, scripts, sources

LARGEST = 400_000
by_script = pytest.mark.parametrize("script", scripts(), ids=lambda path: path.stem)


@by_script
def test_a_stored_notebook_is_that_of_its_script(script: Path):
    notebook = json.loads(script.with_suffix(".ipynb").read_text())

    assert sources(notebook) == sources(jupytext.read(script)), "run make notebooks"


@by_script
def test_outputs_are_those_of_the_command(script: Path):
    file = script.with_suffix(".ipynb")
    notebook = json.loads(file.read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]

    assert notebook["metadata"]["ccenv"]["digest"] == digest(notebook), "run make notebooks"
    assert sum(bool(cell["outputs"]) for cell in code) >= len(code) / 2
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell["outputs"])
    assert not any(output["output_type"] == "error" for cell in code for output in cell["outputs"])
    assert file.stat().st_size < LARGEST


def test_a_changed_output_changes_the_digest():
    cell = {"cell_type": "code", "source": "1 + 1", "outputs": [{"text": "2"}], "execution_count": 1}

    assert digest({"cells": [cell]}) != digest({"cells": [{**cell, "outputs": [{"text": "3"}]}]})
