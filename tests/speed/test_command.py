"""The command keeps finished cells, publishes only a complete measurement, and exits with 1 if a bar is missed."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from ccenv.sim.state.sizes import SIZES
from experiments.jobs.parts import RESULTS
from experiments.jobs.readme import README
from experiments.speed import __main__ as entry
from experiments.speed import command, page, part
from experiments.speed.bars import BARS, judge, three_digits
from experiments.speed.parts import PARTS
from experiments.speed.readme import EXCERPT, missing
from experiments.speed.settings import Settings
from tests.speed.made import results

MISSED = next(bar for bar in BARS if bar.part == "growth")


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Replace the parts' measurements by artificial results; returns the list of measured parts."""
    asked = []

    def made(missed=None):
        every = results(missed)

        def measure(self, inputs):
            asked.append(self.name)
            return json.loads(json.dumps(every[self.name]))

        monkeypatch.setattr(part.Part, "measure", measure)
        return Settings(rounds=2, dir=str(tmp_path))

    made.asked = asked
    return made


def test_a_run_that_meets_all_bars_writes_page_tables_and_figures(measured, tmp_path):
    assert command.run(measured(), "typed") == []

    page = (tmp_path / "speed.md").read_text()
    assert "**Passed**" in page
    assert all(bar.what in page for bar in BARS)
    for name in ("growth.svg", "throughput.svg"):
        assert f"speed/{name}" in page
        assert ElementTree.parse(tmp_path / "speed" / name).getroot().tag.endswith("svg")
    lines = (tmp_path / "speed/bars.csv").read_text().splitlines()
    assert len(lines) == 1 + len(BARS)
    assert set(json.loads((tmp_path / "speed/speed.json").read_text())) == {"machine", *(p.name for p in PARTS)}


def test_a_missed_bar_is_named_on_the_page_and_in_the_result(measured, tmp_path):
    (line,) = command.run(measured(MISSED), "typed")

    assert MISSED.what in line
    page = (tmp_path / "speed.md").read_text()
    assert "**NOT PASSED**" in page
    (row,) = (row for row in page.splitlines() if row.startswith(f"| {MISSED.what} |"))
    assert "**MISSED**" in row


@pytest.mark.parametrize("missed", [None, MISSED], ids=["met", "missed"])
def test_the_exit_code_is_the_verdict(measured, missed, monkeypatch, capsys):
    settings = measured(missed)
    monkeypatch.setattr(entry.OmegaConf, "to_object", lambda config: settings)
    if missed is None:
        entry.main.__wrapped__(None)
    else:
        with pytest.raises(SystemExit) as ended:
            entry.main.__wrapped__(None)
        assert ended.value.code == 1
        assert MISSED.what in capsys.readouterr().err


def test_finished_parts_are_not_measured_again(measured):
    settings = measured()
    command.run(settings, "typed")
    first = list(measured.asked)
    command.run(settings, "typed")

    assert measured.asked == first
    assert sorted(set(first)) == sorted(p.name for p in PARTS)
    settings.take = 2
    command.run(settings, "typed")
    assert measured.asked == 2 * first


def test_a_killed_run_goes_on_where_it_was(measured, monkeypatch):
    settings = measured()
    working = part.Part.measure

    def killed(self, inputs):
        if self.name == "copies":
            raise KeyboardInterrupt
        return working(self, inputs)

    monkeypatch.setattr(part.Part, "measure", killed)
    with pytest.raises(KeyboardInterrupt):
        command.run(settings, "typed")
    before = list(measured.asked)
    monkeypatch.setattr(part.Part, "measure", working)
    assert command.run(settings, "typed") == []

    assert "copies" not in before
    assert len(measured.asked) == sum(len(each.inputs(settings)) for each in PARTS), "each cell once"
    assert measured.asked.count("cold") == len(SIZES), "each size class is compiled by itself"


def test_only_the_whole_is_published(tmp_path):
    assert Settings().results.as_posix().endswith(RESULTS)
    for less in ({"parts": ["peers"]}, {"rounds": 3}, {"share": 0.5}, {"cold": False}):
        assert Settings(**less, dir=str(tmp_path)).results == tmp_path


def test_a_part_alone_leaves_the_other_bars_open(measured, tmp_path):
    settings = measured()
    settings.parts = ["copies", "memory"]
    command.run(settings, "typed")

    assert set(measured.asked) == {"copies", "memory"}
    assert "figures not measured" in (tmp_path / "speed.md").read_text()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"parts": ["peer"]}, "parts: 'peer'; allowed: peers"),
        ({"rounds": 1}, "rounds = 1; allowed: 2 or more"),
        ({"publish": True}, "publish = true; allowed: with named parts"),
        ({"publish": True, "parts": ["peers"], "share": 0.5}, "publish = true; allowed: with named parts"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        command.run(Settings(**settings), "typed")


def test_every_source_of_a_part_exists():
    for each in PARTS:
        assert all((command.ROOT / source).exists() for source in each.sources), each.sources


def test_the_page_shows_each_figure_with_its_quartiles(measured, tmp_path):
    command.run(measured(), "typed")
    page = (tmp_path / "speed.md").read_text()
    for verdict in judge({name: made["figures"] for name, made in results().items()}):
        assert three_digits(verdict.measured["value"]) in page
        assert verdict.note in page
    assert "7 x [6.5, 7.5]" in page


def test_the_readme_says_what_the_page_says(measured, tmp_path):
    command.run(measured(MISSED), "typed")
    text = README.read_text()
    new = EXCERPT.renewed(text, (tmp_path / "speed.md").read_text())

    assert new.split(EXCERPT.begin)[0] == text.split(EXCERPT.begin)[0]
    assert new.split(EXCERPT.end)[1] == text.split(EXCERPT.end)[1]
    assert "not passed" in new
    assert command.machine() in new
    assert EXCERPT.renewed(new, (tmp_path / "speed.md").read_text()) == new


def test_the_readme_gives_ratios_with_their_quartiles_and_counts_bars_that_are_not_measured(measured, tmp_path):
    command.run(measured(), "typed")
    page = (tmp_path / "speed.md").read_text()
    ratio = next(bar for bar in BARS if bar.figure == "over_simpy")
    exact = next(line for line in page.splitlines() if line.startswith(f"| {ratio.what} |"))
    row = exact.replace(" x |", " x [1.5, 99.5] |", 1)
    page = page.replace(exact, row)
    without = page.replace(f"{row}\n", "")

    said = " ".join(EXCERPT.summary(page).split())
    value = re.search(r"\| (\S+) x \[", row)[1]
    assert f"{value} [1.5, 99.5] times SimPy" in said
    assert missing(page) == [] and "not measured" not in said
    assert missing(without) == [ratio.what]
    assert f"Declared and not measured yet: 1 of {len(BARS)} figures." in " ".join(EXCERPT.summary(without).split())
    row_without = f"| {ratio.what} | not measured | at least |  |  |"
    assert missing(page.replace(row, row_without)) == [ratio.what]


def test_readme_and_published_page_agree():
    assert README.read_text() == EXCERPT.renewed(README.read_text(), EXCERPT.published)


def test_a_readme_without_its_marks_is_refused():
    with pytest.raises(ValueError, match=r"README\.md is not allowed"):
        EXCERPT.renewed("# a\n", None)


def test_a_part_measured_alone_takes_its_place_on_the_published_page():
    made = {"evaluation": results()["evaluation"]}

    found = command.beside_published(made)

    assert found["evaluation"]["figures"] == made["evaluation"]["figures"]
    assert found["evaluation"]["alone"]
    others = command.read_json(command.ROOT / command.RESULTS / command.FILES / "speed.json")
    assert found["copies"] == others["copies"]
    assert "machine" not in found
    assert "`evaluation` (commit" in page._alone(found)
    assert page._alone({"copies": found["copies"]}) == ""
