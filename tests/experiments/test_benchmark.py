from pathlib import Path

import pytest

from ccenv.serving import load_bundle
from experiments.benchmark import run_benchmark
from experiments.export import export_again
from experiments.jobs.config import Settings, register, settings_of
from experiments.jobs.files import read_json
from tests.experiments.test_config import composed

register()


def settings(folder: Path, *given: str) -> Settings:
    small = ("scenario=tiny", "rules=quick", "learner=quick", "evaluation=quick", "report=quick", f"dir={folder}")
    return settings_of(composed(*small, "rules.joint_cpu_s=0.5", *given, command="benchmark"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "results").iterdir())}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "job"
    return run_benchmark(settings(folder), "the command").parent


@pytest.mark.slow
def test_benchmark_leaves_report_results_and_bundle(done: Path):
    page = (done / "report.html").read_text()
    rows = read_json(done / "results" / "comparison.json")["rows"]

    assert "One training run; the intervals are over days only." in page
    assert "the command" in page
    assert [row["role"] for row in rows].count("best_rule") == 1
    assert rows[0]["role"] == "learned"
    assert all(row["short"] in page for row in rows)
    assert load_bundle(done / "bundle").owns == "blended"


@pytest.mark.slow
def test_opponent_is_tuned_jointly_and_the_policy_starts_from_it(done: Path):
    tuning = read_json(done / "results" / "tuning.json")

    assert [each["rung"] for each in tuning["joint"]] == ["P2"]  # one search for both kinds of dials
    assert tuning["warm_start"] == tuning["best"]
    assert "A joint search" in (done / "report.html").read_text()


@pytest.mark.slow
def test_published_figures_are_those_of_the_bundle(done: Path):
    figures = read_json(done / "bundle" / "manifest.json")["kpis"]
    row = read_json(done / "results" / "comparison.json")["rows"][0]

    assert figures["n_runs"] == 6
    assert figures["figures"]["abandonment"]["value"] == row["kpis"]["abandonment"]["mean"]


@pytest.mark.slow
def test_finished_stages_are_kept(done: Path, capsys: pytest.CaptureFixture[str]):
    before = contents(done)

    run_benchmark(settings(done.parent), "the command")

    assert contents(done) == before
    assert capsys.readouterr().out.count(": kept") == len(list((done / "results").glob("*.json"))) + 1  # tuning twice


@pytest.mark.slow
def test_missing_stage_is_run_again_to_the_same_bytes(done: Path):
    before = contents(done)
    for name in ("choice", "policy", "comparison"):
        (done / "results" / f"{name}.json").unlink()

    run_benchmark(settings(done.parent), "the command")

    assert contents(done) == before


@pytest.mark.slow
def test_export_again_gives_the_same_graph(done: Path):
    before = (done / "bundle" / "policy.onnx").read_bytes()

    assert (export_again(done) / "policy.onnx").read_bytes() == before
    assert export_again(done.parent).resolve() == (done / "bundle").resolve()


@pytest.mark.slow
def test_job_with_other_settings_has_a_folder_of_its_own(done: Path):
    before = contents(done)

    page = run_benchmark(settings(done.parent, "learner.training.steps=4096"), "another command")

    assert read_json(page.parent / "cell.json")["settings"]["learner"]["training"]["steps"] == 4096
    assert (done.parent / "latest").resolve() == page.parent.resolve() != done.resolve()
    assert contents(done) == before


@pytest.mark.slow
def test_grid_without_a_rule_to_start_from_is_refused(tmp_path: Path):
    left_out = ("~rules.pacing.progressive_unreserved", "~rules.pacing.max0")
    given = settings(tmp_path, "rules.joint_cpu_s=0", "scenario.reserves=false", *left_out)

    with pytest.raises(ValueError, match=r"rules\.pacing: a training under reserves = False has no rule to start from"):
        run_benchmark(given, "the command")
