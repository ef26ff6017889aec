import contextlib
import functools
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccenv.files.locking import claim
from ccenv.scenarios import load_scenario
from experiments.jobs import kinds, sources
from experiments.jobs.cells import cell_digest, chosen, lock_of, make_once, run_once
from experiments.jobs.config import register, settings_of
from experiments.jobs.files import ROOT
from experiments.jobs.kinds import BENCHMARK, EVALUATION, LEARNED, RULES, TUNING, Kind, centre_digest, name_of
from experiments.jobs.sources import code_digest, reach
from tests.experiments.test_config import composed

register()


@functools.cache
def name(kind: Kind, *given: str) -> str:
    settings = settings_of(composed("scenario=tiny", *given))
    return name_of(kind, settings, load_scenario("tiny"))


@pytest.mark.parametrize(
    "given", ["dir=there", "evaluation.processes=1", "report.watched_days=9", "+concepts.only=[x]"]
)
@pytest.mark.parametrize("kind", [TUNING, RULES, LEARNED, BENCHMARK, EVALUATION])
def test_name_ignores_where_and_how_a_cell_is_run(kind: Kind, given: str):
    assert name(kind, given.lstrip("+")) == name(kind)


@pytest.mark.parametrize(
    ("kind", "given", "counts"),
    [
        (TUNING, "rules.keep=0.4", True),
        (TUNING, "evaluation.days=7", False),
        (TUNING, "learner.copies=3", False),
        (RULES, "evaluation.days=7", True),
        (RULES, "learner.copies=3", False),
        (LEARNED, "learner.copies=3", True),
        (LEARNED, "learner.training.seed=3", True),
        (EVALUATION, "evaluation.purpose=validation", True),
        (EVALUATION, "rules.keep=0.4", False),
    ],
)
def test_name_changes_with_the_settings_that_a_command_uses(kind: Kind, given: str, counts: bool):
    assert (name(kind, given) != name(kind)) == counts


def test_kinds_have_names_of_their_own():
    assert len({name(kind) for kind in (TUNING, RULES, LEARNED, BENCHMARK, EVALUATION)}) == 5


def test_digest_changes_with_each_input_and_not_with_the_order_of_keys():
    digests = {cell_digest({"a": a}, scenario, code) for a in (1, 2) for scenario in "sS" for code in "cC"}

    assert len(digests) == 8
    assert cell_digest({"a": 1, "b": 2}, "s", "c") == cell_digest({"b": 2, "a": 1}, "s", "c")


def test_chosen_settings_are_nested_as_they_were():
    settings = {"rules": {"keep": 1}, "evaluation": {"days": 6, "purpose": "x", "processes": 2}}

    assert chosen(settings, ("rules", "evaluation.days")) == {"rules": {"keep": 1}, "evaluation": {"days": 6}}


def test_scenario_digest_has_the_weights_of_the_reward(monkeypatch: pytest.MonkeyPatch):
    tiny = load_scenario("tiny")
    before = centre_digest(tiny)
    weights = dict(kinds.reward_terms(tiny.reward))
    term = next(iter(weights))
    monkeypatch.setattr(kinds, "reward_terms", lambda reward: weights | {term: 17.0})

    assert centre_digest(tiny) != before


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sources")
    for package in ("agents", "ccenv", "experiments"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def digest(root: Path, kind: Kind = RULES) -> str:
    learner = ("agents.ppo.kind",) if kind is LEARNED else ()
    return code_digest.__wrapped__((*kind.entries, *learner), root)


@pytest.fixture(scope="module")
def before(copy: Path) -> str:
    return digest(copy)


@contextlib.contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    """A file with other text. Parsed files are remembered by their modification time, so that moves on each time."""
    text, time_ns = path.read_text(), path.stat().st_mtime_ns
    assert old in text
    path.write_text(text.replace(old, new, 1))
    os.utime(path, ns=(time.time_ns(), time_ns + 1_000_000))
    try:
        yield
    finally:
        path.write_text(text)
        os.utime(path, ns=(time.time_ns(), time_ns + 2_000_000))


@pytest.mark.parametrize(
    ("file", "old", "new", "counts"),
    [
        ("ccenv/kpis/bootstrap.py", "N_RESAMPLES = 2_000", "N_RESAMPLES = 2_001", True),
        ("ccenv/kpis/bootstrap.py", "N_RESAMPLES = 2_000", "N_RESAMPLES = 2_000  # as is usual", False),
        ("ccenv/kpis/bootstrap.py", '"""Estimates with', '"""All estimates with', False),
        ("ccenv/kpis/bootstrap.py", "N_RESAMPLES = 2_000", "N_RESAMPLES = (\n    2000\n)", False),
        ("ccenv/sim/advance.py", "\n", "\nEXTRA = 1\n", True),
        ("ccenv/sim/advance.py", "\n", "\n# a comment\n", False),
        ("agents/train.py", "training.seed * SEEDS_PER_TRAINING", "2 * training.seed * SEEDS_PER_TRAINING", False),
        ("experiments/jobs/stages.py", "CHUNK = 64", "CHUNK = 32", False),
        ("experiments/reports/page.py", "per day", "a day", False),
        ("ccenv/scenarios/library/tiny.yaml", "\n", "\n# a comment\n", False),
    ],
)
def test_code_digest_of_rules_changes_with_code_that_they_run(
    copy: Path, before: str, file: str, old: str, new: str, counts: bool
):
    with changed(copy / file, old, new):
        assert (digest(copy) != before) == counts


def test_code_digest_is_that_of_before_after_a_change_was_taken_back(copy: Path, before: str):
    with changed(copy / "ccenv" / "kpis" / "bootstrap.py", "2_000", "2_001"):
        assert digest(copy) != before

    assert digest(copy) == before


def test_code_digest_of_a_training_has_the_learner(copy: Path):
    before = digest(copy, LEARNED)

    with changed(
        copy / "agents" / "train.py", "training.seed * SEEDS_PER_TRAINING", "2 * training.seed * SEEDS_PER_TRAINING"
    ):
        assert digest(copy, LEARNED) != before


@pytest.mark.parametrize("file", ["experiments/new.py", "ccenv/sim/new.py", "ccenv/scenarios/library/new.yaml"])
def test_code_digest_ignores_files_that_nothing_imports(copy: Path, before: str, file: str):
    (copy / file).write_text("x = 1\n")

    assert digest(copy) == before
    (copy / file).unlink()


@functools.cache
def installed(kind: Kind) -> str:
    """The digest with the versions that are installed."""
    return digest(ROOT, kind)


@pytest.mark.parametrize(
    ("package", "kind", "counts"),
    [
        ("numpy", RULES, True),
        ("numba", RULES, True),
        ("torch", RULES, False),
        ("matplotlib", LEARNED, False),
        ("torch", LEARNED, True),
        ("stable-baselines3", LEARNED, True),
        ("sb3-contrib", LEARNED, True),
        ("onnxruntime", LEARNED, True),
    ],
)
def test_code_digest_has_the_versions_of_what_is_imported(
    monkeypatch: pytest.MonkeyPatch, package: str, kind: Kind, counts: bool
):
    real, before = sources.version, installed(kind)
    monkeypatch.setattr(sources, "version", lambda name: "99.9" if name == package else real(name))

    assert (digest(ROOT, kind) != before) == counts


TRACED = """
import sys
from pathlib import Path
from experiments.jobs.config import register, settings_of
from experiments.jobs.files import ROOT
from experiments.jobs.jobs import open_job
from experiments.pipeline.sweep_cell import cell_of
from tests.experiments.test_config import composed
register()
given = ["scenario=tiny", "rules=quick", "learner=quick", "evaluation=quick", "rules.rungs=[2]", *sys.argv[2:]]
cell = cell_of(settings_of(composed(*given, command="sweep")))
run, OWN = set(), tuple(str(ROOT / package) for package in ("agents", "ccenv", "experiments"))
def look(frame, event, argument):
    file = frame.f_code.co_filename
    if event == "call" and file.startswith(OWN) and frame.f_code.co_name != "<module>":
        run.add(file)
with open_job(cell.settings, cell.scenario, cell.digest, Path(sys.argv[1])) as job:
    if cell.settings.train:
        from experiments.pipeline.learned import compare_all as compute
    else:
        from experiments.pipeline.stages import compare_rules as compute
    sys.setprofile(look)
    compute(job)
    sys.setprofile(None)
from experiments.jobs.kinds import code_of
from experiments.jobs.sources import reach
import agents.registry
extra = ("agents.ppo.kind",) if cell.settings.train else ()
reached = {str(path) for path in reach((*cell.kind.entries, *extra)).modules.values()}
for file in sorted(run - reached):
    print(Path(file).relative_to(ROOT))
"""

# What runs a cell and keeps it, without a part in its numbers.
AROUND = ("experiments/jobs/", "ccenv/files/locking.py", "ccenv/files/writing.py", "ccenv/__init__.py")


@pytest.mark.slow
@pytest.mark.parametrize("given", [[], ["train=true", "learner.training.steps=1024"]])
def test_every_module_that_a_cell_runs_is_in_its_name(tmp_path: Path, given: list[str]):
    command = [sys.executable, "-c", TRACED, str(tmp_path / "job"), *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    missed = [line for line in done.stdout.splitlines() if line.endswith(".py") and not line.startswith(AROUND)]
    assert missed == []


def test_imports_for_types_and_ways_not_taken_do_not_count():
    reached = reach(RULES.entries).modules

    assert "ccenv.simulation" in reached
    assert not [module for module in reached if module.startswith(("agents", "ccenv.serving", "experiments.jobs"))]


def test_lazy_package_leads_to_the_module_of_the_name(tmp_path: Path):
    (tmp_path / "ccenv").mkdir()
    (tmp_path / "ccenv" / "__init__.py").write_text('_HOMES = {"f": "ccenv.home", "g": "ccenv.other"}\n')
    for module in ("home", "other"):
        (tmp_path / "ccenv" / f"{module}.py").write_text("import torch\n")
    (tmp_path / "ccenv" / "entry.py").write_text("from ccenv import f\n")

    reached = reach(("ccenv.entry",), tmp_path)

    assert (sorted(reached.modules), reached.libraries) == (["ccenv", "ccenv.entry", "ccenv.home"], {"torch"})


def test_cell_with_a_result_is_not_run_again(tmp_path: Path):
    runs: list[int] = []

    def compute() -> dict[str, int]:
        runs.append(1)
        return {"x": 1}

    first = run_once(tmp_path / "cell.json", compute)
    again = run_once(tmp_path / "cell.json", compute)

    assert (first[1], again[1], len(runs)) == (True, False, 1)


def test_cell_that_failed_leaves_nothing(tmp_path: Path):
    def fail() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run_once(tmp_path / "cell.json", fail)

    assert list(tmp_path.iterdir()) == []


def test_cell_in_other_hands_is_left_to_them(tmp_path: Path):
    path = tmp_path / "cell.json"
    with claim(lock_of(path)) as held:
        assert held is not None
        assert make_once(path, lambda: pytest.fail("it is held")) is None


def hold_for_ever(path: Path) -> None:
    make_once(path, lambda: time.sleep(600))


@pytest.mark.slow
def test_waiting_process_takes_over_a_cell_whose_process_was_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "cell.json"
    other = multiprocessing.get_context("spawn").Process(target=hold_for_ever, args=(path,))
    other.start()
    while not lock_of(path).exists() or not lock_of(path).read_text():
        time.sleep(0.01)
    killer = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(1); os.kill({other.pid}, 9)"])

    _, computed = run_once(path, lambda: {"x": 1})

    other.join()
    killer.wait()
    assert (computed, other.exitcode) == (True, -signal.SIGKILL)
    assert f"process {other.pid} on " in capsys.readouterr().out
    assert json.loads(path.read_text()) == {"x": 1}


def test_values_of_cells_are_plain(tmp_path: Path):
    content: Any = {"x": 1.5}

    assert json.loads(run_once(tmp_path / "a" / "cell.json", lambda: content)[0].read_text()) == content
