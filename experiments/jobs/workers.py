"""Independent computations in parallel processes of one thread each, with a progress bar."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from types import FrameType, TracebackType
from typing import Any, Self

from tqdm import tqdm

from ccenv.files.numbers import whole

THREAD_VARIABLES = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
WATCH_S = 1.0


def one_thread() -> None:
    """Set one thread for libraries that are loaded later, in this process and in its children.

    Several threads do not speed up networks of this size, are slow beside another busy process, and change the results
    of a training.
    """
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"


def stop_on_sigterm() -> None:
    """Let SIGTERM interrupt this process as Ctrl-C does, so that it ends its worker processes; for main threads."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, stop)


class Terminated(KeyboardInterrupt):
    """SIGTERM has arrived."""


@functools.cache
def end_with_parent() -> None:
    """End this worker process within a second or two of its parent's death, also after kill -9."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _timed(function: Callable[..., Any], task: tuple[Any, ...]) -> tuple[Any, float]:
    """Return the result of a task, and its CPU time [s]."""
    started = time.process_time()
    result = function(*task)
    return result, time.process_time() - started


class Workers:
    """A process pool, started at the first use. With one process, all computations run in the calling process.

    Args:
        processes: Number of parallel computations. No result depends on it.
    """

    def __init__(self, processes: int) -> None:
        self.processes = whole("processes", processes, 1)
        self._pool: ProcessPoolExecutor | None = None
        self._cpu_s = 0.0

    def __enter__(self) -> Self:
        one_thread()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            if error is not None:  # else the shutdown waits for the tasks that run
                for process in list((self._pool._processes or {}).values()):
                    process.terminate()
            self._pool.shutdown(cancel_futures=True)

    def cpu_s(self) -> float:
        """Return the CPU time [s] of this process and of the finished tasks in its worker processes."""
        return time.process_time() + self._cpu_s

    def map(self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], label: str) -> list[Any]:
        """Return the results of `function(*task)`, in the order of the tasks.

        Args:
            function: A function at the top level of a module.
            tasks: Arguments of each call; they are pickled.
            label: Text of the progress bar.
        """
        if self.processes == 1 or len(tasks) < 2:
            return [function(*task) for task in tqdm(tasks, desc=label, dynamic_ncols=True)]
        if self._pool is None:
            # "spawn" behaves the same on all systems, and its children inherit neither threads nor compiled state.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.processes, mp_context=context, initializer=end_with_parent)
        futures = {self._pool.submit(_timed, function, task): place for place, task in enumerate(tasks)}
        results: list[Any] = [None] * len(tasks)
        for future in tqdm(as_completed(futures), total=len(tasks), desc=label, dynamic_ncols=True):
            results[futures[future]], spent_s = future.result()
            self._cpu_s += spent_s
        return results
