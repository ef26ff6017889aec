"""A day of the bank's log replayed, with the log and with made-up contacts."""

import datetime
import sys

import numpy as np
import pytest

from ccenv.sim.state.codes import LOG_FRESH, LOG_REDIAL, LOG_REPEAT
from ccenv.trace import trace
from experiments import replay
from experiments.calibrate.logs import TYPES, LogMissingError, data_folder, read_weekdays
from tests.calibrate.made_log import made

DAY = datetime.date(1999, 10, 4)


@pytest.fixture(scope="module")
def contacts() -> np.ndarray:
    try:
        return read_weekdays(data_folder())
    except LogMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("day", [DAY, datetime.date(1999, 1, 13), datetime.date(1999, 5, 30)])
def test_the_replayed_day_has_exactly_the_contacts_of_the_log_at_their_times(contacts, day):
    log, _ = trace(replay.replayed(day, contacts), seed=3)
    of_day = contacts[(contacts["month"] == day.month) & (contacts["day"] == day.day)]

    for q, name in enumerate(TYPES):
        fresh = log[(log["code"] == LOG_FRESH) & (log["index"] == q)]
        assert fresh["t"].tolist() == of_day["arrival_s"][of_day["type"] == name].tolist()
    assert not np.isin(log["code"], [LOG_REDIAL, LOG_REPEAT]).any()


def test_types_without_contacts_stay_empty_and_nobody_comes_again():
    found = replay.overrides(made(2, arrival_s=[36_000.0, 36_001.0], abandoned=True))

    assert found["queues.PS.trace_s"] == [36_000.0, 36_001.0]
    assert all(found[f"queues.{name}.trace_s"] == [] for name in TYPES if name != "PS")
    assert all(found[f"queues.{name}.{key}.p"] == 0 for name in TYPES for key in ("redial", "repeat"))


def test_figures_of_the_log_are_those_that_the_simulator_counts():
    waits = made(4, wait_s=[0.0, 20.0, 21.0, 19.0], abandoned=[False, False, False, True])

    assert replay.logged(waits) == {"abandonment": 0.25, "mean_wait_s": 15.0, "served_within_T_of_offered": 0.5}
    assert np.isnan(list(replay.logged(waits[:0]).values())).all()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(1999, 10, 2), "day 1999-10-02 is not in the log; allowed: of that month: 1"),
        (datetime.date(1999, 3, 1), "allowed: regular weekdays of January, May and October 1999"),
        (datetime.date(2000, 10, 1), "allowed: regular weekdays of January, May and October 1999"),
    ],
)
def test_a_day_that_the_log_does_not_have_is_refused(day, words):
    with pytest.raises(ValueError, match=words):
        replay.contacts_of(day, made(3))


def test_without_the_logs_the_command_says_so_and_exits_with_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["replay", "1999-10-04", "--data", str(tmp_path)])

    assert replay.main() == 2
    assert "anonbank_1999_01.csv.gz is not there" in capsys.readouterr().err


def test_the_command_prints_log_and_rule(monkeypatch, capsys):
    day = made(30, arrival_s=np.linspace(30_000, 40_000, 30), wait_s=60.0, abandoned=True)
    monkeypatch.setattr(replay, "read_weekdays", lambda folder: day)
    monkeypatch.setattr(sys, "argv", ["replay", "1999-10-01", "--seeds", "2"])

    assert replay.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["type", "contacts", "abandonment", "lwt", "mean_wait_s", "lwt"] + [
        "served_within_T_of_offered",
        "lwt",
    ]
    assert lines[1].split()[:3] == ["all", "30", "1"]
    assert lines[3].split()[:2] == ["NW", "0"]
