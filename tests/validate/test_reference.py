"""The result columns of the reference tables. A checkout need not contain the tables."""

import math
from fnmatch import fnmatchcase

import pytest

from experiments.jobs.files import ROOT
from experiments.validate.reference import compare, part
from experiments.validate.settings import Settings

SETTINGS = Settings()
FOLDER = ROOT / SETTINGS.reference
SLOW = ("nmodel_harrison", "blended_pacing_policies", "blended_pacing_optimal", "crisscross")
needs_reference = pytest.mark.skipif(not FOLDER.exists(), reason="no ../shared/reference beside the repository")


def tasks():
    if not FOLDER.exists():
        return [pytest.param(None, marks=needs_reference)]
    slow = pytest.mark.slow
    return [
        pytest.param(task, id=task.name, marks=slow if task.name.startswith(SLOW) else ())
        for task in part.REFERENCE.tasks(SETTINGS)
    ]


@pytest.mark.parametrize("task", tasks())
def test_the_table_is_reproduced(task):
    found = task.compute(task.inputs)["columns"]

    assert found
    assert [column for column in found if not column["within"]] == []


@pytest.mark.slow
@needs_reference
def test_the_multipliers_that_the_table_has_roughly_are_near():
    """Multipliers of the line whose bounds did not meet; the list excludes them."""
    name = "blended_pacing_optimal"
    rough = [line for line in compare.read_table(FOLDER, name) if float(line["dual_gap"]) > 1e-9]
    for line in rough:
        found = compare.ANSWERS[name](line)
        assert found["multiplier_drop"] == pytest.approx(float(line["multiplier_drop"]), rel=1e-6)
        assert found["multiplier_abandon"] == pytest.approx(float(line["multiplier_abandon"]), rel=0.01)
    assert len(rough) == 1


@needs_reference
@pytest.mark.parametrize("name", compare.columns())
def test_every_column_is_listed_once(name):
    listed = compare.columns()[name]
    beside = listed.get("beside")
    header = (FOLDER / f"{name}.csv").read_text().splitlines()[0].split(",")
    others = set() if beside is None else set((FOLDER / f"{beside}.csv").read_text().splitlines()[0].split(","))
    results = [*listed["exact"], *listed.get("objective", ())]
    for column in header:
        kinds = [
            any(fnmatchcase(column, pattern) for pattern in patterns)
            for patterns in (listed["inputs"], results, listed.get("left_out", ()))
        ]
        left_out = kinds[2] and kinds[1]  # erlangC_bd_n_80_20 matches erlangC_*, but is not compared
        assert sum(kinds) - left_out == 1, column
    assert not [name for name in listed["exact"] if "*" not in name and name not in header and name not in others]


@needs_reference
def test_every_table_is_listed():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(compare.columns())


@pytest.mark.parametrize(
    "found, printed, floor, wanted",
    [
        (1.001, "1", 1e-6, 1e-3),
        (-2.0, "-2.5", 1e-6, 0.2),
        (1e-9, "0", 1e-6, 1e-3),
        (1e-9, "0", 1e-3, 1e-6),
        ("8 9", "8 9", 1e-6, 0.0),
        ("8 9", "9 9", 1e-6, math.inf),
        (3, "3", 1e-6, 0.0),
    ],
)
def test_deviations_are_relative_down_to_a_floor(found, printed, floor, wanted):
    assert compare.deviation(found, printed, floor) == pytest.approx(wanted)


def test_tuned_lines_have_wider_tolerances_and_others_have_not():
    listed = compare.columns()["pacing_policies"]
    line = {"policy_class": "affine_k_idle_minus_c", "connects_per_h": "1", "drop_rate": "0.1", "cap_mass": "0"}

    tuned = compare.kinds(listed, line)
    plain = compare.kinds(listed, line | {"policy_class": "progressive"})

    assert tuned == {"connects_per_h": "objective", "drop_rate": "constraint"}
    assert plain == {"connects_per_h": "exact", "drop_rate": "exact"}


def test_pieces_of_a_table_are_put_together_by_their_largest_deviation():
    column = {"column": "a", "kind": "exact", "tolerance": 1e-6, "line": 2, "within": True}
    pieces = [
        {"table": "t", "columns": [column | {"n": n, "deviation": deviation, "within": deviation is not None}]}
        for n, deviation in ((3, 1e-9), (4, None), (5, 1e-7))
    ]

    (line,) = part.merged(pieces)

    assert (line["n"], line["deviation"], line["within"]) == (12, None, False)


def test_without_the_folder_the_part_says_so(tmp_path):
    settings = Settings(reference=str(tmp_path / "none"))

    report = part.REFERENCE.report(settings, [])

    assert part.REFERENCE.tasks(settings) == []
    assert report.passed is None
    assert "is not there" in report.body
