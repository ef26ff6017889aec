import os
from math import pow as power

import pytest

from experiments.workers import Workers


def test_one_process_runs_here_and_keeps_the_order():
    with Workers(1) as workers:
        assert workers.map(power, [(2, 3), (3, 2)], "test") == [8.0, 9.0]
        assert workers.map(os.getpid, [()], "test") == [os.getpid()]


@pytest.mark.slow
def test_two_processes_keep_the_order_and_have_one_thread():
    with Workers(2) as workers:
        assert workers.map(power, [(base, 2) for base in range(9)], "test") == [float(base**2) for base in range(9)]
        assert workers.map(os.getenv, [("OMP_NUM_THREADS",)] * 2, "test") == ["1", "1"]


def test_no_process_is_refused():
    with pytest.raises(ValueError, match="processes = 0"):
        Workers(0)
