import os
import time
from math import pow as power

import pytest

from experiments.jobs.workers import Workers


def test_one_process_runs_here_and_keeps_the_order():
    with Workers(1) as workers:
        assert workers.map(power, [(2, 3), (3, 2)], "test") == [8.0, 9.0]
        assert workers.map(os.getpid, [()], "test") == [os.getpid()]


def after(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.mark.slow
def test_two_processes_keep_the_order_and_have_one_thread(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")

    with Workers(2) as workers:
        assert workers.map(after, [(0.5,), (0.1,), (0.0,)], "test") == [0.5, 0.1, 0.0]
        assert workers.map(os.getenv, [("OPENBLAS_NUM_THREADS",)] * 2, "test") == ["1", "1"]


def test_no_process_is_refused():
    with pytest.raises(ValueError, match="processes = 0"):
        Workers(0)
