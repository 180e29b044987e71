"""Work beyond one process: blocks of draws, or of projects, as tasks on a Dask cluster.

A task is what all blocks share, and one block; it gives the results of the block and changes nothing else. They depend on
the block, so a task that is done again, after its worker was killed, gives the same bits. Results come back in the order of
the blocks, and only so many blocks are under way that memory is bounded. See docs/decisions/0012-clusters.md.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import re
import signal
import socket
import tempfile
import threading
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from engine.batch.fingerprint import fingerprint
from engine.batch.machine import cores
from equations.errors import InputError, MethodologyError

#: Seconds in which a scheduler must answer, and in which it must have a worker.
ANSWER, WORKERS = 5.0, 20.0
#: How many workers may die over one block before the block is taken to be what kills them.
DEATHS = 3
#: Blocks under way for each thread of the cluster, so that none of them waits for the next.
_AHEAD = 3
_MOST_LOCAL, _MOST_HELD = 256, 4
_ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?([^\s:/]+):([0-9]{1,5})\Z")
_LOCAL = re.compile(r"local(?::([0-9]{1,4}))?\Z")

Job = TypeVar("Job")
Part = TypeVar("Part")
Result = TypeVar("Result")

#: In a worker: what all tasks of a piece of work share, by the hash of what was sent.
_jobs: dict[str, Any] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Cluster:
    """A cluster that answers and whose workers are fit.

    Attributes
    ----------
    client
        A client of ``distributed``.
    threads
        Of all workers, when it was asked.
    """

    client: Any
    threads: int

    def each(self, function: Callable[[Job, Part], Result], job: Job, parts: Iterable[Part]) -> Iterator[Result]:
        """Yield ``function(job, part)`` for each part, in their order.

        Parameters
        ----------
        function
            Of a module, so that a worker finds it by name.
        job
            What all parts share; a worker reads it once.

        Raises
        ------
        MethodologyError
            That of the first part that has one; I515 if the cluster fails.
        """
        sent = zlib.compress(pickle.dumps(job, pickle.HIGHEST_PROTOCOL), 1)
        digest = hashlib.sha256(sent).hexdigest()
        with self.failing():
            # a task and not scattered data, which would be lost with the last worker that holds it
            shared = self.client.submit(bytes, sent, key=f"mrvgraph-{digest[:16]}-{uuid.uuid4().hex}", pure=False)
        carried = _carrier()
        under_way: deque[Any] = deque()
        waiting = iter(parts)
        try:
            while True:
                with self.failing():
                    while len(under_way) < max(2, _AHEAD * self.threads) and (part := next(waiting, _END)) is not _END:
                        packed = pickle.dumps((function, digest, part, fingerprint()), pickle.HIGHEST_PROTOCOL)
                        under_way.append(self.client.submit(carried, packed, shared, pure=False))
                    if not under_way:
                        return
                    found = self.awaited(under_way.popleft())
                if isinstance(found, MethodologyError):
                    raise found
                yield found
        finally:
            for future in under_way:
                future.cancel()

    def awaited(self, future: Any) -> Any:
        """Return the result of a task; where no worker is left, give up."""
        alone = 0.0
        while True:
            try:
                return future.result(timeout=ANSWER)
            except TimeoutError:
                alone = 0.0 if self.client.nthreads() else alone + ANSWER
                if alone >= WORKERS:
                    remedy = "start workers, and the command again"
                    raise InputError("I515", "the cluster has no worker left", remedy=remedy) from None

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Turn what Dask says of a cluster that fails into one error."""
        from distributed import CancelledError, KilledWorker

        try:
            yield
        except KilledWorker as cause:
            raise InputError("I515", "one worker after the other died over the same block",
                             why="memory that does not suffice is the usual cause",
                             remedy="take workers with more memory, or ask for fewer quantities") from cause  # fmt: skip
        except (CancelledError, OSError) as cause:
            remedy = "look at its log, and start the command again"
            raise InputError("I515", "the scheduler is gone", why=_reason(cause), remedy=remedy) from cause


_END: Any = object()


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to a cluster, or start one on this machine; what was started is ended.

    Parameters
    ----------
    address
        ``tcp://host:port`` of a scheduler; ``local`` for one process on each core of this machine, or ``local:N``.

    Raises
    ------
    InputError
        I511 for an address that cannot be, I514 where Dask is not installed, I515 for a scheduler that does not answer or has no
        worker, or whose workers would compute otherwise.
    """
    number = check_address(address)
    import dask
    from distributed import Client

    # what goes wrong is said once, by our own errors
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="mrvgraph-", ignore_cleanup_errors=True))
        opened.enter_context(dask.config.set({"temporary-directory": folder}))
        where = opened.enter_context(_local_cluster(number)) if number else address
        try:
            if not number:
                _knock(address)
            make: Callable[..., Any] = Client
            client = opened.enter_context(make(where, timeout=ANSWER, set_as_default=False))
        except (OSError, OverflowError, ValueError) as cause:
            raise InputError("I515", f"no scheduler answers at {address}", why=_reason(cause),
                             remedy="start it with `dask scheduler`, or take `--scheduler local`") from cause  # fmt: skip
        yield Cluster(client, _threads(client, address))


def check_address(address: str) -> int:
    """Return how many processes an address asks to be started here, 0 for a scheduler that is there.

    Raises
    ------
    InputError
        I511 for an address that cannot be, I514 where Dask is not installed.
    """
    local = _LOCAL.match(address)
    if local is None and not _ADDRESS.match(address):
        raise InputError("I511", f"{address!r} cannot be the address of a scheduler",
                         remedy="write tcp://host:port, or `local` for processes on this machine (local:4 for four)")  # fmt: skip
    number = 0 if local is None else int(local[1]) if local[1] else cores()
    if local is not None and not 1 <= number <= _MOST_LOCAL:
        raise InputError("I511", f"{number} cannot be a number of processes", remedy=f"take 1 to {_MOST_LOCAL}")
    try:
        import distributed  # noqa: F401
    except ImportError as cause:
        raise InputError("I514", "a cluster needs the package `distributed`, which is not installed", why="Dask keeps it apart",
                         remedy='install it with: pip install "mrvgraph[dask]"') from cause  # fmt: skip
    return number


def _knock(address: str) -> None:
    """Raise ``OSError`` where nothing listens; a client of Dask would try again and again."""
    found = _ADDRESS.match(address)
    assert found is not None
    with socket.create_connection((found[1], int(found[2])), timeout=ANSWER):
        pass


@contextmanager
def _local_cluster(number: int) -> Iterator[Any]:
    """Start processes with one thread each, that only this machine can reach; nothing of them stays."""
    import dask
    from distributed import LocalCluster

    make: Callable[..., Any] = LocalCluster
    with ExitStack() as opened:
        opened.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}))
        with _no_interruption():
            try:
                cluster = make(
                    n_workers=number,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    # without a port of its own choice it would take, or find taken, that of the dashboard
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                    silence_logs=logging.CRITICAL,
                    memory_limit=0,
                )
            except (OSError, RuntimeError) as cause:
                raise InputError("I515", f"{number} processes cannot be started on this machine", why=_reason(cause),
                                 remedy="take fewer, or leave --scheduler out") from cause  # fmt: skip
            opened.enter_context(cluster)
        yield cluster


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Let Ctrl-C wait until this is done; threads and processes that are started here never see it, and are ended by us."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # started later, it would take the mask away from the thread that starts processes
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _threads(client: Any, address: str) -> int:
    """Return the threads of all workers, once there are some and all of them compute as this process does."""
    try:
        client.wait_for_workers(1, timeout=WORKERS)
        found = client.run(_introduced)
    except TimeoutError as cause:
        raise InputError("I515", f"the scheduler at {address} has no worker", why=f"none came within {WORKERS:g} seconds",
                         remedy=f"start some with `dask worker {address}`") from cause  # fmt: skip
    except Exception as cause:  # whatever a worker without our files, or with others, says
        raise InputError("I515", f"a worker of {address} cannot run mrvgraph", why=_reason(cause),
                         remedy="install the same mrvgraph[dask] there as here") from cause  # fmt: skip
    for worker, theirs in sorted(found.items()):
        if (error := _unlike(fingerprint(), theirs, worker)) is not None:
            raise error
    return max(1, int(sum(client.nthreads().values())))


def _unlike(ours: dict[str, str], theirs: dict[str, str], worker: str) -> InputError | None:
    """Return why a worker cannot be used: its results might differ in the last bits."""
    others = [name for name in ours if theirs.get(name) != ours[name]]
    if not others:
        return None
    why = "; ".join(f"{name} is {theirs.get(name, 'unknown')} there and {ours[name]} here" for name in others)
    return InputError("I515", f"the worker {worker} would not give the same results to the bit", why=why,
                      remedy="install the same versions there as here, on the same kind of processor")  # fmt: skip


def _reason(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    text = " ".join(str(cause).split())
    return f"{type(cause).__name__}: {text[:200]}" if text else type(cause).__name__


# -- in a worker


def _introduced() -> dict[str, str]:
    return fingerprint()


def _carrier() -> Callable[[bytes, bytes], Any]:
    """Return what a task calls. A scheduler reads it without knowing our files: a function inside a function is sent as it is."""

    def carried(packed: bytes, sent: bytes) -> Any:
        from importlib import import_module

        return import_module("engine.batch.cluster").do_block(packed, sent)

    return carried


def do_block(packed: bytes, sent: bytes) -> Any:
    """Do one block, in a worker; an error of ours is handed back as a result, for it is no fault of the worker."""
    function, digest, part, ours = pickle.loads(packed)
    if (unlike := _unlike(ours, fingerprint(), "that took a block")) is not None:
        return unlike
    with _lock:
        if digest not in _jobs:
            while len(_jobs) >= _MOST_HELD:
                _jobs.pop(next(iter(_jobs)))
            _jobs[digest] = pickle.loads(zlib.decompress(sent))
        job = _jobs[digest]
    try:
        return function(job, part)
    except MethodologyError as error:
        return error
