from pathlib import Path

import pytest

from experiments.jobs import readme
from experiments.jobs.readme import Excerpt


def excerpt(page: Path) -> Excerpt:
    return Excerpt("<!-- begin -->", "<!-- end -->", page, lambda text: f"summary of {text}")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "README.md"
    path.write_text("# a\n<!-- begin -->\nold\n<!-- end -->\nb\n")
    monkeypatch.setattr(readme, "README", path)
    return path


def test_help_is_printed_and_nothing_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    before = file.read_text()
    monkeypatch.setattr("sys.argv", ["readme.py", "--help"])

    with pytest.raises(SystemExit) as stop:
        excerpt(file.with_name("page.md")).command("a.module", "What it does.")

    assert stop.value.code == 0
    assert "usage: python -m a.module" in capsys.readouterr().out
    assert file.read_text() == before


def test_without_arguments_the_text_between_the_marks_is_replaced(file: Path, monkeypatch: pytest.MonkeyPatch):
    page = file.with_name("page.md")
    page.write_text("the page")
    monkeypatch.setattr("sys.argv", ["readme.py"])

    excerpt(page).command("a.module", "What it does.")

    assert file.read_text() == "# a\n<!-- begin -->\nsummary of the page\n<!-- end -->\nb\n"
