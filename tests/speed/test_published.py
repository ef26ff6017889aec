"""The published page of the speed has every figure that is declared: a new bar needs `python -m experiments.speed`."""

import csv

from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.speed.bars import BARS, judge
from experiments.speed.command import FILES
from experiments.speed.readme import EXCERPT, missing

FOLDER = ROOT / RESULTS / FILES


def test_every_declared_figure_is_measured():
    measured = read_json(FOLDER / "speed.json")

    left = [bar.what for bar in BARS if bar.figure not in measured.get(bar.part, {"figures": {}})["figures"]]

    assert left == [], "run python -m experiments.speed"


def test_every_declared_figure_is_on_the_page_and_in_the_table():
    with (FOLDER / "bars.csv").open() as file:
        rows = {row["what"] for row in csv.DictReader(file) if row["measured"]}

    assert missing(EXCERPT.published or "") == [], "run python -m experiments.speed"
    assert rows == {bar.what for bar in BARS}


def test_published_verdicts_are_those_of_the_declared_bars():
    measured = {name: part["figures"] for name, part in read_json(FOLDER / "speed.json").items() if name != "machine"}
    verdicts = {verdict.bar.what: str(verdict.passed) for verdict in judge(measured)}

    with (FOLDER / "bars.csv").open() as file:
        published = {row["what"]: row["passed"] or "None" for row in csv.DictReader(file)}

    assert published == verdicts
