"""Evaluate a batch on a cluster: its blocks are sources of their own, and give the bits that one process gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.batch.batchable import Batchable, NumberSource
from engine.batch.cluster import Cluster
from engine.batch.evaluation import BatchValues, Evaluate, Progress, Way, backend_for, check_memory, evaluate_batch, without_result
from engine.batch.program import Numbers

#: Draws of a block: enough that a task is worth its way, and few enough that all threads have some.
_LEAST, _MOST, _PER_THREAD = 4096, 65_536, 8
_BYTES = 8


@dataclass(frozen=True)
class _Job:
    batchable: Batchable
    way: Way
    #: Of the whole batch: whether numba pays is not seen from a block.
    count: int


@dataclass(frozen=True)
class _Done:
    values: BatchValues
    moved: dict[int, dict[str, int]]


def evaluate_on(cluster: Cluster) -> Evaluate:
    """Return what does the work of :func:`engine.batch.evaluation.evaluate_batch` on a cluster."""

    def evaluate(batchable: Batchable, source: NumberSource, way: Way, progress: Progress | None = None) -> BatchValues:
        return _evaluated(cluster, batchable, source, way, progress)

    return evaluate


def _evaluated(cluster: Cluster, batchable: Batchable, source: NumberSource, way: Way, progress: Progress | None) -> BatchValues:
    outputs = batchable.form(way.form).outputs
    numbers = sum(cells.size for cells in outputs.values())
    bounds = list(blocks(source.count, source.chunk, cluster.threads))
    check_memory(numbers * source.count * _BYTES, f"{source.count:,} draws of {numbers} numbers")
    results = {name: np.empty((*cells.shape, source.count)) for name, cells in outputs.items()}
    failed = np.zeros(source.count, bool)
    as_printed, last = 0, None
    job = _Job(batchable, replace(way, workers=1, keep_failed=True), source.count)
    parts = (source.part(start, stop) for start, stop in bounds)
    for (start, stop), done in zip(bounds, cluster.each(_block, job, parts), strict=True):
        last = done.values
        for name, array in last.arrays.items():
            results[name][..., start:stop] = np.moveaxis(array, 0, -1)
        failed[start:stop] = last.failed
        as_printed += last.as_printed
        source.moved.update(done.moved)
        if progress is not None:
            progress(stop - start)
    if failed.any() and not way.keep_failed:
        raise without_result(batchable, source, int(np.argmax(failed)))
    arrays: dict[str, Numbers] = {name: np.moveaxis(array, -1, 0) for name, array in results.items()}
    backend, width = (last.backend, last.width) if last else (way.backend, 0)
    return BatchValues(arrays, failed, as_printed, backend, width, cluster.threads)


def blocks(count: int, chunk: int | None, threads: int) -> Iterator[tuple[int, int]]:
    """Yield the first draw of each block and that after its last; all but the last end with a chunk.

    Examples
    --------
    >>> list(blocks(10_000, 4096, 2))
    [(0, 4096), (4096, 8192), (8192, 10000)]
    """
    step = chunk or _LEAST
    wanted = min(_MOST, count // (_PER_THREAD * threads))
    size = max(1, wanted // step) * step
    for start in range(0, count, size):
        yield start, min(start + size, count)


def _block(job: _Job, part: NumberSource) -> _Done:
    """Evaluate one block, in a worker."""
    prepared = job.batchable.prepared(job.way.form, part.template)
    way = replace(job.way, backend=backend_for(prepared.program, job.count, job.way))
    return _Done(evaluate_batch(job.batchable, part, way), part.moved)
