"""The bank's days held back: counting, statistics and bound on made-up sums, faults, and the logs where they are."""

from pathlib import Path

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.calibrate.logs import LogMissingError, data_folder, log_name, require
from experiments.validate import real_data
from experiments.validate.bank import judge
from experiments.validate.bank.columns import COLUMNS, HIGH, OTHER, of_log
from experiments.validate.bank.known import KNOWN
from experiments.validate.bank.model import FAULTS, MONTHS, NONE, document_of, simulated, trimmed
from experiments.validate.bank.rows import DAY, HALF_HOUR, PRIORITY, Row, Rows, rows_of
from experiments.validate.parts import PARTS
from experiments.validate.real_data import bars, files, measure, section, stale, verdict
from experiments.validate.settings import Settings
from tests.calibrate.made_log import made

OCTOBER = MONTHS[-1]
WHOLE_DAY = 34


def test_events_of_the_log_count_where_the_simulator_counts_them() -> None:
    """Arrival at 10:00 (half hour 6), end 1,900 s later (7); after closing all events count in the last half hour."""
    contacts = made(
        4,
        day=[1, 1, 4, 4],
        arrival_s=[36_000.0, 36_000.0, 36_000.0, 86_300.0],
        wait_s=[5.0, 1_900.0, 0.0, 200.0],
        abandoned=[False, True, False, True],
        service_s=[4.0, 0.0, 1_790.0, 0.0],
        high=[True, False, False, False],
    )
    found = of_log(contacts)
    high, other = found["PS", HIGH], found["PS", OTHER]
    assert set(high) == set(COLUMNS) and high["offered"].shape == (2, WHOLE_DAY)
    assert [column for column in COLUMNS if high[column].any()] == [
        "offered", "waited", "served_after_wait", "in_time", "waiting_s"
    ]  # fmt: skip
    assert other["offered"][:, [6, 33]].tolist() == [[1.0, 0.0], [1.0, 1.0]]
    assert other["waiting_s"][:, [7, 33]].tolist() == [[1_900.0, 0.0], [0.0, 200.0]]
    assert other["abandoned"][:, [7, 33]].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert other["waited"].sum() == 2.0 and other["in_time"].sum() == 1.0
    assert other["talk_s"][:, 6].tolist() == [0.0, 1_790.0] and other["talks"].sum() == 1.0  # 4 s are too short


def test_the_mean_of_the_counted_handle_times_is_that_of_the_integral() -> None:
    times = np.exp(5.445 + 1.17 * np.random.default_rng(3).standard_normal(400_000))
    counted = times[(times >= 10.0) & (times <= 3_600.0)]
    assert trimmed(5.445, 1.17) == pytest.approx(counted.mean() / np.exp(5.445 + 1.17**2 / 2), rel=0.01)


def test_a_queue_for_each_class_is_the_same_centre() -> None:
    """Contacts, waits and abandonment of 48 days; the order of queues changes random numbers, not distributions."""
    columns = ["n_offered", "n_abandoned", "wait_s"]
    whole = simulate("bank_inbound", seeds=seeds("evaluation", 48), kpis=columns)
    split = simulate(load_scenario(document_of(OCTOBER)), seeds=seeds("evaluation", 48), kpis=columns)
    for column in columns:
        error = np.hypot(whole[column].std(), split[column].std()) / 48**0.5
        assert abs(whole[column].mean() - split[column].mean()) < 3.5 * error, column
    document = document_of(OCTOBER)
    assert list(document["queues"])[:3] == ["PS-high", "PS", "NW"]
    assert document["groups"]["general"]["skills"][:3] == ["PS-high", "PS", "NW"]
    assert document["queues"]["PS-high"]["priority"]["p"] == 1.0 and document["queues"]["PS"]["priority"]["p"] == 0.0


def test_each_fault_changes_what_its_name_says_and_nothing_else() -> None:
    plain = document_of(OCTOBER)
    changed = {
        "one advisor more in every group": lambda d: [n - 1 for n in d["groups"]["internet"]["staffing"]],
        "two advisors more in every group": lambda d: [n - 2 for n in d["groups"]["internet"]["staffing"]],
        "handle times x 0.85": lambda d: np.exp(d["queues"]["PS"]["handle_s"]["mu"]) / 0.85,
        "handle times x 0.9": lambda d: np.exp(d["queues"]["PS"]["handle_s"]["mu"]) / 0.9,
        "hazard of giving up x 0.7": lambda d: [h / 0.7 for h in d["queues"]["NW"]["patience_s"]["hazard_per_s"]],
        "no credit for customers of high priority": lambda d: d["queues"]["PS-high"]["priority"]["credit_s"] + 90.0,
    }
    before = {
        "one": plain["groups"]["internet"]["staffing"],
        "two": plain["groups"]["internet"]["staffing"],
        "handle": np.exp(plain["queues"]["PS"]["handle_s"]["mu"]),
        "hazard": plain["queues"]["NW"]["patience_s"]["hazard_per_s"],
        "no": plain["queues"]["PS-high"]["priority"]["credit_s"],
    }
    assert set(changed) == {fault.name for fault in FAULTS}
    for fault in FAULTS:
        found = document_of(OCTOBER, fault)
        assert found != plain
        assert changed[fault.name](found) == pytest.approx(before[fault.name.split()[0]])


def test_months_have_their_own_traffic_and_handle_times() -> None:
    mus = [document_of(month)["queues"]["PS"]["handle_s"]["mu"] for month in MONTHS]
    assert len(set(mus)) == 3 and mus[-1] == min(mus)  # calls of January and May were longer


def sums(days: int, mean: float, seed: int, n: int = 3) -> Rows:
    """Sums of n figures of the day: a Poisson count for each of 100 contacts."""
    drawn = np.random.default_rng(seed).poisson(mean, (days, n)).astype(float)
    ones = np.ones((days, n))
    rows = [Row(DAY, f"figure {k}", "all") for k in range(n - 1)] + [Row(HALF_HOUR, "offered", "all", 3)]
    return Rows(rows, np.stack([drawn, 100.0 * ones, ones, ones], axis=-1))


def test_figure_and_error_are_those_of_the_delta_method() -> None:
    """One ratio by hand: 3/4 over 6/8 days of (1, 2) and (2, 2) contacts; a ratio of ratios has both errors."""
    plain = np.array([[[1.0, 2.0, 1.0, 1.0]], [[2.0, 2.0, 1.0, 1.0]]])
    found = judge.estimate(plain)
    assert found.value == pytest.approx([0.75])
    assert found.error == pytest.approx([np.sqrt((0.25**2 + 0.25**2) / 2)])
    double = judge.estimate(np.array([[[1.0, 2.0, 1.0, 2.0]], [[2.0, 2.0, 2.0, 2.0]]]))
    assert double.value == pytest.approx([1.0]) and double.error == pytest.approx([0.0], abs=1e-12)


def test_a_comparison_has_the_larger_of_the_two_errors() -> None:
    model, few = sums(400, 30.0, 1), sums(10, 30.0, 2)
    equal_days = few._replace(sums=np.broadcast_to(few.sums[:1], few.sums.shape))
    spread = 30.0**0.5 / 100.0 / 10**0.5  # of ten days by the model; the equal days themselves have no error
    for line in judge.compared(equal_days, model):
        assert line["z"] == pytest.approx((line["log"] - line["model"]) / spread, rel=0.1)


def test_the_bound_is_kept_by_the_model_itself_and_not_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "RESAMPLES", 400)
    model = sums(400, 30.0, 1)
    limits = judge.bounds([judge.largest_by_chance(model, 10)])
    assert 2.0 < limits[DAY] < 3.2 and 2.0 < limits[HALF_HOUR] < limits[DAY] + 0.3

    def beyond(mean: float) -> float:
        lines = [judge.compared(sums(10, mean, 100 + k), model) for k in range(200)]
        return float(np.mean([any(abs(line["z"]) > limits[line["family"]] for line in each) for each in lines]))

    assert beyond(30.0) < 0.12
    assert beyond(38.0) > 0.9


def test_half_hours_with_few_contacts_are_not_compared() -> None:
    model = sums(50, 2.5, 1)
    assert judge.kept_rows(model, 10).tolist() == [True, True, False]
    assert judge.kept_rows(model, 20).tolist() == [True, True, True]


def test_rows_are_those_of_queues_classes_and_half_hours() -> None:
    rows = rows_of(of_log(made(3, day=[1, 4, 5])))
    names = {(row.family, row.queue, row.slot is None) for row in rows.rows}
    assert {(DAY, queue, True) for queue in ("all", "PS", "NW", "IN", "PE", "PS-high", "NE-other")} <= names
    assert {(HALF_HOUR, queue, False) for queue in ("all", "PS", "NW", "NE", "IN")} <= names
    assert sum(row.figure == PRIORITY for row in rows.rows) == 2
    assert rows.sums.shape == (3, len(rows.rows), 4)


LIMITS = {DAY: 3.5, HALF_HOUR: 3.8}


def result(**changes: object) -> dict:
    """A result in which each known difference shows, one comparison passes and each fault is caught."""
    beyond = [
        {
            "month": known.months[0], "family": known.family, "queue": known.queues[0], "figure": known.figures[0],
            "slot": None if known.family == DAY else 10, "log": 0.2, "error": 0.01, "model": 0.4, "z": -9.0,
            "cause": known.cause,
        }
        for known in KNOWN
    ]  # fmt: skip
    sound = {**beyond[0], "queue": "NE", "z": 1.0, "cause": None}
    caught = {fault.name: [{**sound, "z": -5.0, "without": 1.0}] for fault in FAULTS}
    made_up = {
        "days": 9, "of_log": {month.name: 9 for month in MONTHS}, "bounds": LIMITS, "lines": [*beyond, sound],
        "faults": caught, "passed": True, **changes,
    }  # fmt: skip
    return {"stale": stale(made_up["lines"], LIMITS), **made_up}


def test_each_bar_falls_by_its_own_fault() -> None:
    sound = result()
    assert bars(sound) == {"near": True, "caught": True, "causes": True}
    off = [*sound["lines"], {**sound["lines"][-1], "z": 3.9}]
    assert bars(result(lines=off)) == {"near": False, "caught": True, "causes": True}
    missed = {**sound["faults"], FAULTS[2].name: []}
    assert bars(result(faults=missed)) == {"near": True, "caught": False, "causes": True}
    gone = result(lines=sound["lines"][1:])
    assert bars(gone) == {"near": True, "caught": True, "causes": False} and gone["stale"] == [KNOWN[0].cause]


def test_the_page_names_what_failed_and_what_caught() -> None:
    sound = result()
    text = section(sound)
    assert "NOT KNOWN" not in text and "NOT CAUGHT" not in text and "NOT THERE" not in text
    assert "IN: abandoned 0.2 in the log, 0.4 in the model, z -9.0" in text
    assert f"{len(KNOWN) + 1} comparisons of days held back, 0 beyond the bound" in verdict(sound)
    off = [*sound["lines"], {**sound["lines"][-1], "z": 3.9}]
    assert "NOT KNOWN" in section(result(lines=off)) and "1 beyond the bound" in verdict(result(lines=off))
    assert "NOT CAUGHT" in section(result(faults={**sound["faults"], FAULTS[0].name: []}))
    assert "NOT THERE ANY MORE" in section(result(lines=sound["lines"][1:]))
    assert str(files(sound)["real_data.csv"]).count("\n") == len(sound["lines"]) + 1


def test_without_the_logs_it_says_which_one_is_missing(tmp_path: Path) -> None:
    found = measure(str(tmp_path))
    assert found == {"skipped": "anonbank_1999_01.csv.gz is not there", "passed": None}
    assert "Skipped: anonbank_1999_01.csv.gz is not there." in section(found)
    assert files(found) == {}


def test_the_cell_is_named_by_the_content_of_the_logs(tmp_path: Path) -> None:
    """Another folder, a new log and a changed log each give another cell; other files do not."""
    part = next(part for part in PARTS if part.name == "real_data")

    def cell(folder: Path) -> str:
        (task,) = part.tasks(Settings(data=str(folder)))
        return part.cell(task, tmp_path).name

    missing = cell(tmp_path)
    (tmp_path / "notes.txt").write_text("nothing that is read")
    assert cell(tmp_path) == missing
    (tmp_path / log_name(10)).write_bytes(b"one")
    first = cell(tmp_path)
    (tmp_path / log_name(10)).write_bytes(b"two")
    assert len({missing, first, cell(tmp_path), cell(tmp_path / "other")}) == 4


def test_the_folder_of_the_settings_is_the_one_that_is_read(tmp_path: Path) -> None:
    part = next(part for part in PARTS if part.name == "real_data")
    (task,) = part.tasks(Settings(data=str(tmp_path)))
    assert task.compute(task.inputs)["skipped"] == f"{log_name(1)} is not there"


@pytest.mark.slow
def test_the_model_passes_and_every_fault_is_caught() -> None:
    try:
        require(data_folder(), "anonbank_1999_10.csv.gz")
    except LogMissingError as missing:
        pytest.skip(str(missing))
    found = measure()
    assert found["of_log"] == {"January": 9, "May": 10, "October": 10}
    assert bars(found) == {"near": True, "caught": True, "causes": True}, verdict(found)
    assert files(found)["real_data.svg"].startswith(b"<?xml")


def test_simulated_days_have_all_rows() -> None:
    found = rows_of(simulated(OCTOBER, NONE, 2))
    assert found.sums.shape[0] == 2 and real_data.DAYS >= 200
    assert {row.queue for row in found.rows} >= {"PE", "TT", "NE-high"}
