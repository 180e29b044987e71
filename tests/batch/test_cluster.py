"""Batches on a real cluster of processes: the bits of one process, also where a worker is killed in the middle."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import mrvgraph
from engine.batch import cluster as clusters
from engine.batch.batchable import ArraySource
from engine.batch.cluster import Cluster, check_address, connected
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.fingerprint import fingerprint
from engine.batch.on_cluster import blocks, evaluate_on
from engine.portfolio import portfolio
from engine.portfolio.entries import entries_of_files, entries_of_table
from engine.portfolio.portfolio import run_portfolio
from engine.simulate.sensitivity import analyse
from engine.simulate.simulation import simulate
from engine.simulate.simulation_report import simulation_record
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import EvaluationError, InputError
from equations.units.registry import parse_unit

EXAMPLE = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004" / "examples" / "option1.yaml"
UNCERTAIN = """
uncertainty:
  inputs:
    C: {distribution: normal, relative_se: 8 %}
    EF_direct: {paddy: {distribution: triangular, min: 0, max: 0.006}}
    P_d: {distribution: normal, relative_se: 60 %}
    Frac_leach: {distribution: beta, se: 0.1}
  correlations: [{between: [C], coefficient: 0.5}]
"""


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of this machine."""
    with connected("local:2") as found:
        yield found


@pytest.fixture
def run(kh, tmp_path):
    path = tmp_path / "project.yaml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8").split("\nuncertainty:")[0] + UNCERTAIN, encoding="utf-8")
    return mrvgraph.run(kh, path)


class Killer:
    """Kills a worker that has blocks to do, once the first blocks of a piece of work are done."""

    def __init__(self, cluster: Cluster, after: int) -> None:
        self.client, self.after = cluster.client, after
        self.calls, self.killed, self.left = 0, 0, 0

    def __call__(self, _: int) -> None:
        self.calls += 1
        if self.calls < self.after or self.killed:
            return
        for worker, pid in self.client.run(os.getpid).items():
            # a worker that is stopped finishes nothing, so what is under way is not done when it is killed
            os.kill(pid, signal.SIGSTOP)
            left = len(self.client.processing().get(worker, ()))
            if left:
                os.kill(pid, signal.SIGKILL)
                self.killed, self.left = pid, left
                return
            os.kill(pid, signal.SIGCONT)

    def check(self) -> None:
        """Make sure that a worker died with blocks to do."""
        assert self.left > 0
        assert self.killed not in self.client.run(os.getpid).values()
        with pytest.raises(ProcessLookupError):
            os.kill(self.killed, 0)


def test_a_simulation_is_the_same_to_the_bit_though_a_worker_is_killed(cluster, run):
    killer = Killer(cluster, after=2)
    numbers = {"draws": 100_000, "seed": 4, "targets": ("ER",)}

    here = simulate(run, parse_unit, **numbers)
    there = simulate(run, parse_unit, **numbers, evaluate=evaluate_on(cluster), progress=killer)

    killer.check()
    assert killer.calls == 25 > killer.after
    for target, draws in here.draws.items():
        assert draws.tobytes() == there.draws[target].tobytes()
    assert here.moved and simulation_record(here) == simulation_record(there)


def test_a_portfolio_is_the_same_to_the_byte_though_a_worker_is_killed(cluster, kh, tmp_path, monkeypatch):
    monkeypatch.setattr(portfolio, "CHUNK", 20)
    rows = "".join(f"p{at},{41300 + at},{at % 70 / 50}\n" for at in range(600))
    (tmp_path / "table.csv").write_text("name,A_0[E],DF\n" + rows, encoding="utf-8")
    entries = entries_of_table(tmp_path / "table.csv", EXAMPLE)
    killer = Killer(cluster, after=3)

    def done(output: str, **more: object) -> bytes:
        run_portfolio(kh, parse_unit, entries, tmp_path / output, choices={}, readings={}, way=Way(), **more)
        return (tmp_path / output).read_bytes()

    here, there = done("here"), done("there", each=cluster.each, progress=killer)

    killer.check()
    assert killer.calls == 31
    assert here == there and here.count(b"\n") == 600 and b'"code": "I504"' in here


def test_sensitivity_is_the_same_to_the_bit(cluster, run):
    uncertainty = read_uncertainty(run, parse_unit)

    here = analyse(run, "ER_credit_p", uncertainty, draws=10_000, seed=1)
    there = analyse(run, "ER_credit_p", uncertainty, draws=10_000, seed=1, evaluate=evaluate_on(cluster))

    assert here.sobol == there.sobol != ()


def test_progress_counts_every_draw_once_and_backends_agree(cluster, examples):
    subject = examples[1]
    source = ArraySource({"A_0": subject.drawn(10_000, 1)["A_0"]}, subject.numbers)
    done: list[int] = []

    there = evaluate_on(cluster)(subject.batchable, source, Way(backend="numpy"), done.append)
    here = evaluate_batch(subject.batchable, source, Way())

    assert sum(done) == 10_000 and len(done) == 3
    assert all(np.array_equal(there.arrays[q], array, equal_nan=True) for q, array in here.arrays.items())


def faulty(examples, what: str) -> tuple[object, ArraySource]:
    """Return a batch with two draws that cannot be, in blocks 3 and 2 of 3."""
    subject = examples[1]
    if what == "outside":
        areas = np.repeat(subject.numbers["A_0"][None], 10_000, axis=0)
        areas[9_000, 2] = areas[5_000, 3] = -1.0
        return subject.batchable, ArraySource({"A_0": areas}, subject.numbers)
    factor = np.repeat(subject.numbers["NCV"][None], 10_000, axis=0)
    factor[[5_000, 9_000]] = 1e308
    return subject.batchable, ArraySource({"NCV": factor, "EF_fuel": factor.clip(0, 1e300)}, subject.numbers)


@pytest.mark.parametrize(("what", "kind"), [("outside", InputError), ("overflow", EvaluationError)])
def test_an_error_is_that_of_one_process(what, kind, cluster, examples):
    batch = faulty(examples, what)
    with pytest.raises(kind) as here:
        evaluate_batch(*batch, Way())
    with pytest.raises(kind) as there:
        evaluate_on(cluster)(*batch, Way())

    assert "draw 5001" in str(here.value)
    assert str(there.value) == str(here.value)


def dying(_: None, part: int) -> int:
    """Kill the worker, as a machine does that has no memory left."""
    if part == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return part


def test_a_block_that_kills_one_worker_after_the_other_is_one_error(cluster):
    with pytest.raises(InputError, match="one worker after the other died") as caught:
        list(cluster.each(dying, None, range(3)))

    assert caught.value.code == "I515"


def test_a_fault_of_the_program_is_not_hidden(cluster):
    with pytest.raises(AttributeError):
        list(cluster.each(getattr, 1, ["no_such_name"]))


def test_workers_that_would_compute_otherwise_are_refused(cluster, monkeypatch):
    monkeypatch.setattr(clusters, "fingerprint", lambda: fingerprint() | {"NumPy": "1.0"})

    with pytest.raises(InputError, match="would not give the same results to the bit") as early:
        clusters._threads(cluster.client, "tcp://there:1")
    with pytest.raises(InputError, match=r"NumPy is \S+ there and 1.0 here") as late:
        list(cluster.each(dying, None, [0]))

    assert (early.value.code, late.value.code) == ("I515", "I515")


def test_only_so_many_blocks_are_under_way(cluster):
    taken: list[int] = []

    found = cluster.each(dying, None, (taken.append(at) or at + 2 for at in range(100)))
    first = next(found)
    ahead = len(taken)
    rest = list(found)

    assert [first, *rest] == list(range(2, 102))
    assert ahead <= 3 * cluster.threads


def test_a_cluster_of_our_own_is_reached_from_this_machine_only_and_ends(tmp_path, monkeypatch):
    psutil = pytest.importorskip("psutil")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    me = psutil.Process()
    before = {child.pid for child in me.children(recursive=True)}
    with connected("local:1") as found:
        own = [child for child in me.children(recursive=True) if child.pid not in before]
        workers = list(found.client.run(os.getpid).values())
        listening = [c.laddr.ip for p in (me, *own) for c in p.net_connections() if c.status == psutil.CONN_LISTEN]

    assert set(workers) <= {child.pid for child in own}
    assert set(listening) == {"127.0.0.1"}
    assert not [pid for pid in workers if psutil.pid_exists(pid)]
    assert list(tmp_path.iterdir()) == []


def test_blocks_cover_all_draws_and_end_with_chunks():
    for count in (1, 4096, 50_000, 3_000_000):
        for threads in (1, 2, 64):
            found = list(blocks(count, 4096, threads))
            assert found[0][0] == 0 and found[-1][1] == count
            assert all(a[1] == b[0] and a[1] % 4096 == 0 for a, b in itertools.pairwise(found))
            assert max(stop - start for start, stop in found) <= 65_536


def test_addresses():
    assert (check_address("local:3"), check_address("tcp://machine:8786"), check_address("machine:8786")) == (3, 0, 0)
    assert check_address("local") >= 1
    for wrong in ("local:0", "local:9999", "here", "http://machine:1", "tcp://machine", "", "local:-1"):
        with pytest.raises(InputError) as caught:
            check_address(wrong)
        assert caught.value.code == "I511"


def test_a_scheduler_without_workers_is_an_error(tmp_path, monkeypatch):
    import dask
    from distributed import LocalCluster

    monkeypatch.setattr(clusters, "WORKERS", 0.2)
    options = {"host": "127.0.0.1", "dashboard_address": None, "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}}
    with (
        dask.config.set({"temporary-directory": str(tmp_path)}),
        LocalCluster(n_workers=0, **options) as empty,
        pytest.raises(InputError, match="has no worker") as caught,
        connected(empty.scheduler_address),
    ):
        pass

    assert caught.value.code == "I515"




@contextmanager
def started(command: str, *more: str, ours: bool, where: str) -> Iterator[None]:
    """Start a scheduler or a worker as on another machine, with our files or without."""
    hidden = "" if ours else "sys.modules['engine'] = sys.modules['equations'] = None; "
    code = f"import sys; {hidden}from distributed.cli.dask_{command} import main; main()"
    own = subprocess.Popen([sys.executable, "-c", code, "--host", "127.0.0.1", "--no-dashboard", *more], cwd=EXAMPLE.parents[3],
                           env=os.environ | {"DASK_TEMPORARY_DIRECTORY": where}, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        yield
    finally:
        own.terminate()
        own.wait(20)


def test_a_scheduler_that_does_not_know_our_files_and_a_worker_that_does_not(kh, tmp_path):
    entries = entries_of_files([str(EXAMPLE)])
    options = {"choices": {}, "readings": {}, "way": Way()}
    where, folder = tmp_path / "scheduler.json", str(tmp_path)
    worker = ("--scheduler-file", str(where), "--no-nanny", "--local-directory", folder)
    scheduler = ("--port", "0", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(where))
    with started("scheduler", *scheduler, ours=False, where=folder):
        for _ in range(1500):
            if where.exists() and where.read_text(encoding="utf-8").endswith("}"):
                break
            time.sleep(0.02)
        address = json.loads(where.read_text(encoding="utf-8"))["address"]
        with started("worker", *worker, ours=True, where=folder), connected(address) as found:
            there = run_portfolio(kh, parse_unit, entries, None, **options, each=found.each)
        with (
            started("worker", *worker, ours=False, where=folder),
            pytest.raises(InputError, match="cannot run mrvgraph") as caught,
            connected(address),
        ):
            pass

    assert there == run_portfolio(kh, parse_unit, entries, None, **options)
    assert caught.value.code == "I515" and "No module named" in caught.value.why


def test_ctrl_c_ends_the_work_and_every_process(run):
    """As a terminal does it: the signal goes to all processes of the group."""
    psutil = pytest.importorskip("psutil")
    command = ["simulate", "KH_AM004@1.1", str(run.project.path), "--draws", "20000000", "--scheduler", "local:2"]
    work = subprocess.Popen([sys.executable, "-m", "engine", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            cwd=EXAMPLE.parents[3], start_new_session=True)  # fmt: skip
    family: list[psutil.Process] = []
    while work.poll() is None and len(family) < 3:
        time.sleep(0.05)
        family = psutil.Process(work.pid).children(recursive=True)
    time.sleep(0.3)

    os.killpg(work.pid, signal.SIGINT)
    shown, said = work.communicate(timeout=60)

    assert (work.returncode, shown, said) == (2, "", "interrupted\n")
    assert psutil.wait_procs(family, timeout=10)[1] == []
