import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import ccenv

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK_LINES = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [Requirement(text) for text in sum(EXTRAS.values(), PROJECT["dependencies"])]

# A CUDA build of torch brings these, the CPU build does not; pip resolves them beside the lock.
ACCELERATOR_PREFIXES = ("cuda-", "nvidia-", "triton")


def pins() -> dict[str, Version]:
    names_and_versions = (line.split("==") for line in LOCK_LINES)
    return {canonicalize_name(name): Version(version) for name, version in names_and_versions}


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Whether the requirement holds on this machine, for a distribution asked for with these extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""})


def needed(requirements: list[Requirement]) -> Iterator[Requirement]:
    """Yield these requirements and all that the installed distributions need in turn."""
    todo, seen = list(requirements), set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if str(requirement) in seen or name == "ccenv" or name.startswith(ACCELERATOR_PREFIXES):
            continue
        seen.add(str(requirement))
        yield requirement
        inner = (Requirement(text) for text in requires(name) or [])
        todo += [each for each in inner if applies(each, requirement.extras)]


def test_lock_line_is_an_exact_pin_of_a_final_release():
    # An address, a path of one machine or a local version such as +cpu would resolve on that machine alone.
    pin = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9]+(\.[0-9]+)*(\.post[0-9]+)?")

    odd = [line for line in LOCK_LINES if not pin.fullmatch(line)]

    assert odd == []


def test_lock_names_each_distribution_once():
    assert len(pins()) == len(LOCK_LINES)


def test_lock_covers_every_requirement_and_what_it_needs():
    locked = pins()

    missing = sorted(
        {
            str(each)
            for each in needed([each for each in DECLARED if applies(each, set())])
            if not each.specifier.contains(locked.get(canonicalize_name(each.name), "0"))
        }
    )

    assert missing == []


def test_lock_holds_nothing_that_no_requirement_needs():
    named = {canonicalize_name(each.name) for each in needed([each for each in DECLARED if applies(each, set())])}

    assert sorted(set(pins()) - named) == []


def test_extras_of_this_project_that_an_extra_names_exist():
    asked = {extra for each in DECLARED if each.name == PROJECT["name"] for extra in each.extras}

    assert asked <= set(EXTRAS)


def copy_of_sources(to: Path) -> Path:
    """Copy what the wheel is built from: a build leaves a folder behind, from which deleted modules would come back."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ccenv", to / "ccenv", ignore=ignored)
    for name in ("agents", "experiments"):
        shutil.copytree(ROOT / name, to / name, ignore=ignored)
    for name in ("pyproject.toml", *PROJECT["license-files"]):
        shutil.copy(ROOT / name, to / name)
    return to


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    sources = copy_of_sources(folder)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir"]
    subprocess.run([*build, folder, sources], check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as opened:
        yield opened


@pytest.mark.slow
def test_wheel_ships_ccenv_alone(wheel: zipfile.ZipFile):
    top_level = {name.split("/")[0] for name in wheel.namelist()}

    assert top_level == {"ccenv", f"ccenv-{ccenv.__version__}.dist-info"}


@pytest.mark.slow
def test_wheel_ships_every_module_and_data_file_of_ccenv(wheel: zipfile.ZipFile):
    shipped = {name for name in wheel.namelist() if name.startswith("ccenv/")}

    kept = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ccenv").rglob("*")
        if path.suffix in {".py", ".yaml"} or path.name == "py.typed"
    }

    assert shipped == kept
