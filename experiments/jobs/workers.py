"""Independent computations in parallel processes of one thread each, with a progress bar."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

THREAD_VARIABLES = ("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def one_thread() -> None:
    """Set one thread for libraries that are loaded later, in this process and in its children.

    Several threads do not speed up networks of this size, are slow beside another busy process, and change the results
    of a training.
    """
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"


class Workers:
    """A process pool, started at the first use. With one process, all computations run in the calling process.

    Args:
        processes: Number of parallel computations. No result depends on it.
    """

    def __init__(self, processes: int) -> None:
        if processes < 1:
            raise ValueError(f"processes = {processes}: at least 1 is needed")
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        one_thread()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

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
            self._pool = ProcessPoolExecutor(self.processes, mp_context=context)
        futures = {self._pool.submit(function, *task): place for place, task in enumerate(tasks)}
        results: list[Any] = [None] * len(tasks)
        for future in tqdm(as_completed(futures), total=len(tasks), desc=label, dynamic_ncols=True):
            results[futures[future]] = future.result()
        return results
