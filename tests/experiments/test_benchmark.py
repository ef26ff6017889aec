from pathlib import Path

import pytest

from ccenv.serving import load_bundle
from experiments.benchmark import run_benchmark
from experiments.export import export_again
from experiments.headline.declared import RULES
from experiments.jobs.config import settings_of
from experiments.jobs.files import read_json
from experiments.report import report
from experiments.showcase.settings import Settings, register
from tests.experiments.test_config import composed

register()
FEW = ("replication.days=4", "replication.month_runs=2", "replication.wait_days=1", "replication.manager_days=10")


def settings(folder: Path, *given: str) -> Settings:
    small = ("scenario=tiny", "rules=quick", "learner=quick", "evaluation=quick", "report=quick", f"dir={folder}")
    found = settings_of(composed(*small, "rules.joint_cpu_s=0.5", *FEW, *given, command="benchmark"))
    assert isinstance(found, Settings)
    return found


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
    assert "A single training has no interval over replicates, so it wins and loses nothing" in page
    assert 'href="manager.html"' in page and "learning" not in (done / "manager.html").read_text()
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
    assert capsys.readouterr().out.count(": kept") == len(list((done / "results").glob("*.json"))) + 2  # tuning thrice


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


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two replicates of a learner on a centre and on a showcase."""
    given = ["scenario=tiny", "rules=quick", "evaluation=quick", "report=quick", "rules.joint_cpu_s=0.5"]
    given += ["replication=few", "replication.showcases=[n_design]", "learner.training.cpu_s=2"]
    given += ["learner.training.n_checkpoints=1", "learner.validation_days=4"]
    folder = tmp_path_factory.mktemp("replicated") / "job"
    found = settings_of(composed(*given, f"dir={folder}", command="benchmark"))
    assert isinstance(found, Settings)
    return run_benchmark(found, "the command").parent


@pytest.mark.slow
def test_replicates_are_judged_on_all_centres(replicated: Path):
    for name in ("tiny", "n_design"):
        found = read_json(replicated / "results" / f"centre-{name}.json")
        rows = {row["row"]: row for row in found["rows"]}
        assert list(rows) == [*RULES, "search"]
        assert rows["search"]["replicates"] == 2
        assert rows["search"]["over_p2"]["low"] is not None  # over seeds and days
        assert set(rows["search"].get("halves", {})) == ({"routing", "pacing"} if name == "tiny" else set())
        assert found["frozen"] == 1


@pytest.mark.slow
def test_policy_described_is_the_first_replicate_of_the_learner(replicated: Path):
    start = read_json(replicated / "results" / "start.json")
    manifest = read_json(replicated / "bundle" / "manifest.json")

    assert manifest["fallback"]["pacing"]["name"] == start["warm_start"]["pacing"]["name"]
    others = {path.parent.name for path in (replicated / "work" / "replicates").glob("*/bundle")}
    assert others == {"centre-tiny-search-1", "centre-n_design-search-0", "centre-n_design-search-1"}
    before, noted = (replicated / "bundle" / "policy.onnx").read_bytes(), (replicated / "cell.json").read_bytes()
    assert (export_again(replicated) / "policy.onnx").read_bytes() == before
    assert (replicated / "cell.json").read_bytes() == noted


@pytest.mark.slow
def test_report_of_replicates_is_written_again_to_the_same_bytes(replicated: Path):
    before = (replicated / "report.html").read_bytes()

    assert report(replicated).read_bytes() == before
    assert b"over 2 seeds and 4 days" in before and b"showcase" in before
