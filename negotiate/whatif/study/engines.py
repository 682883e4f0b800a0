"""Where chunks are computed: one seam, any engine.

``run(task, items, engine=...)`` yields ``task(item)`` in the order of ``items`` whatever the
engine, with at most ``in_flight`` items submitted and not yet yielded, so that memory and the
scheduler's load are bounded by chunks, never by the study.

=====================  =======================================================================
``"serial"``           this process, the default
``"threads"``          a thread pool; pays where NumPy releases the interpreter lock
``"processes"``        a pool of processes; a worker that dies is replaced and its chunk redone
``"dask"``             a Dask cluster on this machine
``"tcp://host:port"``  a Dask scheduler
an executor            anything with ``submit`` (concurrent.futures), or a Dask client
=====================  =======================================================================

Interface: PEP 3148. Tasks for processes and clusters must be importable there.

>>> list(run(abs, [-1, -2, 3]))
[1, 2, 3]
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from negotiate.errors import InputError, MissingExtraError, NegotiateError

Item = TypeVar("Item")
Result = TypeVar("Result")

ATTEMPTS = 4
"""Times a chunk is tried on pools whose workers died before the study gives up."""

PATIENCE = 5.0
"""Seconds to wait for a scheduler to answer."""

NAMES = ("serial", "threads", "processes", "dask", "tcp://host:port")


class EngineError(NegotiateError, RuntimeError):
    """Workers were lost more often than a study bears."""


def _workers(workers: int | None) -> int:
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers", where="engine", allowed="1 or more")
    return workers or os.cpu_count() or 1


@contextmanager
def _threads(engine: str, workers: int | None) -> Iterator[Any]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_workers(workers)) as pool:
        yield pool


@contextmanager
def _processes(engine: str, workers: int | None) -> Iterator[Any]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # never fork: a fork of a process with threads (a notebook) may deadlock; nor a fork server,
    # which keeps the environment of the moment it was first needed
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(_workers(workers), mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError("distributed", "cluster") from error
    return distributed


@contextmanager
def _local_cluster(engine: str, workers: int | None) -> Iterator[Any]:
    distributed = _distributed()
    with (
        distributed.LocalCluster(
            n_workers=_workers(workers), threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor(pure=False, retries=ATTEMPTS)


@contextmanager
def _scheduler(engine: str, workers: int | None) -> Iterator[Any]:
    distributed = _distributed()
    try:
        client = distributed.Client(engine, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at {engine}",
            where="engine",
            remedy="start one with 'dask scheduler', check the address, or use engine='processes'",
        ) from error
    try:
        yield client.get_executor(pure=False, retries=ATTEMPTS)
    finally:
        client.close()


_OPENERS: dict[str, Callable[[str, int | None], AbstractContextManager[Any]]] = {
    "threads": _threads,
    "processes": _processes,
    "dask": _local_cluster,
    "tcp": _scheduler,
    "tls": _scheduler,
}


def _open(engine: Any, workers: int | None) -> Callable[[], AbstractContextManager[Any]]:
    """A function that opens the engine's executor, anew each time it is called."""
    if isinstance(engine, str):
        opener = _OPENERS.get(engine.split(":")[0])
        if opener is None:
            raise InputError(f"engine '{engine}'", where="study", allowed=", ".join(NAMES))
        return lambda: opener(engine, workers)
    if hasattr(engine, "get_executor"):  # a Dask client
        return lambda: nullcontext(engine.get_executor(pure=False, retries=ATTEMPTS))
    if hasattr(engine, "submit"):
        return lambda: nullcontext(engine)
    raise InputError(
        f"an engine of type {type(engine).__name__}",
        where="study",
        allowed=f"{', '.join(NAMES)}, or an object with submit()",
    )


def _threadless() -> bool:
    """Whether no thread can be started, as in a browser: the work is then done one by one."""
    import threading

    probe = threading.Thread(target=int)
    try:
        probe.start()
    except RuntimeError:
        return True
    probe.join()
    return False


def run(
    task: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    engine: Any = "serial",
    workers: int | None = None,
    in_flight: int | None = None,
) -> Iterator[Result]:
    """``task(item)`` for each item, in order.

    Parameters
    ----------
    task
        A function of one item; pure, since a chunk may be computed twice when a worker dies.
    items
        Consumed lazily.
    engine, workers
        See the table above; by default as many workers as processors.
    in_flight
        Most items submitted and not yet yielded; by default two for each worker.

    Raises
    ------
    EngineError
        Where workers died `ATTEMPTS` times on the same item.
    """
    if isinstance(engine, str) and (engine == "serial" or (engine == "threads" and _threadless())):
        yield from map(task, items)
        return
    opener = _open(engine, workers)
    most = in_flight or 2 * _workers(workers)
    source = iter(items)
    redo: deque[Item] = deque()
    attempts = 0
    while attempts < ATTEMPTS:
        attempts += 1
        pending: deque[tuple[Item, Any]] = deque()
        with opener() as pool:
            try:
                yield from _drain(task, redo, source, pool, pending, most)
                return
            except BrokenExecutor as error:
                # the pool lost a worker: what was pending is done again on a new pool
                redo.extendleft(item for item, _ in reversed(pending))
                last: BaseException = error
            except Exception as error:
                if type(error).__name__ != "KilledWorker":  # Dask's verdict on the same thing
                    raise
                redo.extendleft(item for item, _ in reversed(pending))
                last = error
                break
            finally:
                for _, future in pending:
                    if future is not None:
                        future.cancel()
    raise EngineError(
        f"workers died {attempts} times, last on item {redo[0]!r}",
        where="engine",
        remedy="ask for smaller chunks or fewer workers: the machine may be out of memory; what "
        "was written to the study's folder is kept",
    ) from last


def _drain(
    task: Callable[[Item], Result],
    redo: deque[Item],
    source: Iterator[Item],
    pool: Any,
    pending: deque[tuple[Item, Any]],
    most: int,
) -> Iterator[Result]:
    """Submit up to ``most`` items, yield the oldest, refill."""
    exhausted = False
    while True:
        while len(pending) < most and not exhausted:
            if redo:
                item = redo.popleft()
            else:
                try:
                    item = next(source)
                except StopIteration:
                    exhausted = True
                    break
            pending.append((item, None))  # first noted, so that nothing is lost if submit breaks
            pending[-1] = (item, pool.submit(task, item))
        if not pending:
            return
        result: Result = pending[0][1].result()
        pending.popleft()
        yield result
