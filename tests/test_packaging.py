import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml
from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import ccenv

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
LOCK_LINES = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
EXTRAS, GROUPS = PROJECT["optional-dependencies"], PYPROJECT["dependency-groups"]
IN_WHEEL = [Requirement(text) for text in sum(EXTRAS.values(), PROJECT["dependencies"])]
UNLOCKED = {"wandb"}  # groups of clients that no code here imports
LOCKED = sorted(set(GROUPS) - UNLOCKED)
DECLARED = IN_WHEEL + [Requirement(text) for text in resolve_dependency_groups(GROUPS, *LOCKED)]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())

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
    never_final = {"sphinx-basic-ng==1.0.0b2"}  # furo needs it, and it has no final release

    odd = [line for line in LOCK_LINES if not pin.fullmatch(line) and line not in never_final]

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


def test_extra_all_names_every_other_extra():
    (each,) = (Requirement(text) for text in EXTRAS["all"])

    assert (each.name, each.extras) == (PROJECT["name"], set(EXTRAS) - {"all"})


def test_group_dev_holds_every_group_but_those_that_nothing_imports():
    # `make lock` resolves the extra `all` and this group.
    assert set(resolve_dependency_groups(GROUPS, "dev")) == set(resolve_dependency_groups(GROUPS, *LOCKED))
    unlocked = names([Requirement(text) for text in resolve_dependency_groups(GROUPS, *UNLOCKED)])
    assert unlocked & {*imported("agents", "ccenv", "experiments", "notebooks", "tests"), *pins()} == set()


def imported(*folders: str) -> set[str]:
    """Distributions outside the standard library that the files of these folders import, in functions too.

    The scripts of `notebooks/clients` are left out: each runs in an environment of its own, with its own requirements.
    """
    modules: set[str] = set()
    files = {file for folder in folders for file in (ROOT / folder).rglob("*.py")}
    for file in files - set((ROOT / "notebooks" / "clients").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module)
    top = {module.split(".")[0] for module in modules} - sys.stdlib_module_names
    of = packages_distributions()
    return {
        canonicalize_name(name) for module in top - {"agents", "ccenv", "experiments", "tests"} for name in of[module]
    }


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(each.name) for each in requirements}


def test_wheel_declares_what_ccenv_imports():
    assert imported("ccenv") - names(IN_WHEEL) == set()


def test_checkout_declares_what_it_imports():
    assert imported("agents", "ccenv", "experiments", "notebooks", "tests") - names(DECLARED) == set()


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"all"}))
def test_extra_serves_code_of_the_wheel(extra: str):
    assert names([Requirement(text) for text in EXTRAS[extra]]) & imported("ccenv") != set()


def test_citation_says_what_the_metadata_say():
    assert CITATION["version"] == ccenv.__version__
    assert CITATION["license"] == PROJECT["license"]
    assert [author["name"] for author in CITATION["authors"]] == [author["name"] for author in PROJECT["authors"]]


def copy_of_sources(to: Path) -> Path:
    """Copy the sources of the wheel: a build leaves a folder behind, from which deleted modules would return."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ccenv", to / "ccenv", ignore=ignored)
    for name in ("agents", "experiments"):
        shutil.copytree(ROOT / name, to / name, ignore=ignored)
    for name in ("pyproject.toml", PROJECT["readme"], *PROJECT["license-files"]):
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
        if path.suffix in {".css", ".html", ".js", ".json", ".py", ".yaml"} or path.name == "py.typed"
    }

    assert shipped == kept


@pytest.mark.slow
def test_wheel_has_a_description_and_offers_its_extras_alone(wheel: zipfile.ZipFile):
    metadata = message_from_bytes(wheel.read(f"ccenv-{ccenv.__version__}.dist-info/METADATA"))

    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().strip() == (ROOT / "README.md").read_text().strip()
    assert set(metadata.get_all("Provides-Extra")) == set(EXTRAS)
    assert metadata["Keywords"].split(",") == PROJECT["keywords"]
    assert metadata.get_all("Classifier") == PROJECT["classifiers"]
