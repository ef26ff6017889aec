"""Run the notebooks and store them with their outputs: `python -m experiments.site.notebooks [NAME ...]`.

The sources are the scripts `notebooks/*.py`; the stored notebooks `*.ipynb` beside them are made from these. Each holds
a digest of its sources and outputs, by which a test finds a notebook that was edited by hand or is out of date.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jupytext
from nbconvert.preprocessors import ExecutePreprocessor

from ccenv.files.writing import write_atomic
from experiments.jobs.files import ROOT

FOLDER = ROOT / "notebooks"
COMMAND = "python -m experiments.site.notebooks"
TIMEOUT_S = 1_800
KEPT = ("name", "text", "data", "metadata", "execution_count", "output_type")  # of an output


def stored(script: Path) -> str:
    """Return the notebook of a script with its outputs, as the text of its file."""
    notebook = jupytext.read(script)
    ExecutePreprocessor(timeout=TIMEOUT_S, kernel_name="python3").preprocess(
        notebook, {"metadata": {"path": str(script.parent)}}
    )
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell["outputs"] = [_kept(output) for output in cell["outputs"] if output.get("name") != "stderr"]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook["metadata"] = {"kernelspec": kernel, "jupytext": {"formats": "ipynb,py:percent"}}
    plain: dict[str, Any] = json.loads(json.dumps(notebook))
    plain["metadata"]["ccenv"] = {"command": COMMAND, "digest": digest(plain)}
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def _kept(output: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in output.items() if key in KEPT}


def digest(notebook: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a reader sees of a notebook: kinds, sources and outputs of its cells."""
    seen = [
        [cell["cell_type"], _text(cell["source"]), cell.get("outputs", []), cell.get("execution_count")]
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def sources(notebook: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return kind and source of each cell."""
    return [(cell["cell_type"], _text(cell["source"])) for cell in notebook["cells"]]


def _text(source: str | Sequence[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def scripts() -> list[Path]:
    """Return the scripts of which notebooks are stored."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Run the notebooks and store them with their outputs.")
    names = [script.stem for script in scripts()]
    parser.add_argument("names", nargs="*", choices=[*names, []], help="notebooks to run; default: all")
    chosen = parser.parse_args().names or names
    for script in scripts():
        if script.stem in chosen:
            to = script.with_suffix(".ipynb")
            write_atomic(to, stored(script))
            print(f"{to.relative_to(ROOT)}: {to.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
