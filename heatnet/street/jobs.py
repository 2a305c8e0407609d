"""Jobs over processes: spawned (so that it works in a notebook's kernel), each on one thread."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass

import cv2

Job = Callable[[], int]


@dataclass(frozen=True)
class Progress:
    """How many frames are done, of how many."""

    done: int
    total: int


def run(jobs: Sequence[Job], total: int, workers: int) -> Iterator[Progress]:
    """Run picklable jobs, each of which returns how many frames it wrote; what comes out does not depend on ``workers``.

    Stopping the iteration stops the work after the jobs that are under way.
    """
    if workers < 1:
        raise ValueError(f"workers: {workers}; give at least 1")
    done = 0
    if workers == 1 or len(jobs) < 2:
        for job in jobs:
            done += job()
            yield Progress(done, total)
        return
    with _one_thread(), ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_start) as pool:
        try:
            for future in as_completed([pool.submit(job) for job in jobs]):
                done += future.result()
                yield Progress(done, total)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start() -> None:
    """A worker's set-up: one thread; an interrupt from the keyboard is its parent's business, so that it ends what it is at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started meanwhile use one thread for linear algebra."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
