"""The tables of KH_AM004 that follow from others follow from the spec too; those that are data stand in the data set as printed.

All tables are typed here from the published text (sections J.1 and J.3), not from the spec.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import mrvgraph
from equations.model.methodology import Methodology

# Table 1: above ground, below ground, total
TABLE_1 = """
E      76.61   14.69   91.30
SE    114.21    20.9  135.11
P         47    9.54   56.54
D      39.95    8.26   48.21
B          0       0       0
M       70.5   13.65   84.15
MR     77.55   14.85   92.40
FF      32.9    6.96   39.86
FR     35.25     7.4   42.65
TP        47    9.54   56.54
PP        47    9.54   56.54
NF         0       0       0
"""

# Table 2; its last row, non-forest, is no forest class
TABLE_2 = """
E      91.30
SE    135.11
P      56.54
D      48.21
B          0
M      84.15
MR     92.40
FF     39.86
FR     42.65
TP     56.54
PP     56.54
NF         0
"""

TABLE_3 = """
           E      SE       P       D       B       M      MR      FF      FR      TP      PP      NF
E       0.00      NA   34.76   43.09   91.30    7.15      NA   51.44   48.65      NA      NA   91.30
SE     43.81    0.00   78.57   86.90  135.11   50.96   42.71   95.25   92.46      NA      NA  135.11
P         NA      NA    0.00    8.33   56.54      NA      NA   16.68   13.89      NA      NA   56.54
D         NA      NA      NA    0.00   48.21      NA      NA    8.35    5.56      NA      NA   48.21
B         NA      NA      NA      NA    0.00      NA      NA      NA      NA      NA      NA    0.00
M         NA      NA   27.61   35.94   84.15    0.00      NA   44.29   41.50      NA      NA   84.15
MR      1.10      NA   35.86   44.19   92.40    8.25    0.00   52.54   49.75      NA      NA   92.40
FF        NA      NA      NA      NA   39.86      NA      NA    0.00      NA      NA      NA   39.86
FR        NA      NA      NA      NA   42.65      NA      NA    2.79    0.00      NA      NA   42.65
TP        NA      NA    0.00    8.33   56.54      NA      NA   16.68   13.89    0.00    0.00   56.54
PP        NA      NA    0.00    8.33   56.54      NA      NA   16.68   13.89    0.00    0.00   56.54
NF        NA      NA      NA      NA    0.00      NA      NA      NA      NA      NA      NA    0.00
"""

TABLE_4 = """
E     0.0249
SE    0.0309
P     0.0000
D     0.0345
B     0.0141
M     0.0100
MR    0.0417
FF    0.0506
FR    0.0972
TP    0.1169
PP     0.000
"""

# Table 5; the row of pine plantation is blank in print
TABLE_5 = """
           E      SE       P       D       B       M      MR      FF      FR      TP      PP      NF
E      0.960   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.001   0.000   0.000   0.039
SE     0.000   0.952   0.000   0.000   0.000   0.000   0.000   0.000   0.002   0.000   0.000   0.045
P      0.000   0.000   1.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000
D      0.000   0.000   0.000   0.971   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.029
B      0.000   0.000   0.000   0.000   0.992   0.000   0.000   0.000   0.000   0.000   0.000   0.008
M      0.004   0.002   0.000   0.000   0.000   0.968   0.001   0.000   0.000   0.000   0.000   0.025
MR     0.000   0.003   0.000   0.000   0.000   0.003   0.962   0.000   0.002   0.000   0.000   0.030
FF     0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.790   0.001   0.000   0.000   0.209
FR     0.001   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.881   0.001   0.000   0.116
TP     0.000   0.000   0.000   0.001   0.000   0.000   0.000   0.000   0.004   0.184   0.000   0.811
PP
NF     0.002   0.001   0.000   0.003   0.000   0.000   0.000   0.007   0.007   0.001   0.000   0.979
"""

TABLE_6 = """
           E      SE       P       D       B       M      MR      FF      FR      TP      PP      NF
E      0.971   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.002   0.000   0.000   0.027
SE     0.000   0.963   0.000   0.000   0.000   0.000   0.000   0.000   0.002   0.000   0.000   0.035
P      0.000   0.000   1.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000
D      0.000   0.000   0.000   0.960   0.000   0.000   0.000   0.000   0.000   0.001   0.000   0.040
B      0.000   0.000   0.000   0.000   0.985   0.000   0.000   0.000   0.001   0.000   0.000   0.015
M      0.001   0.000   0.000   0.000   0.000   0.988   0.001   0.000   0.000   0.000   0.000   0.010
MR     0.000   0.000   0.000   0.000   0.000   0.003   0.944   0.000   0.005   0.001   0.000   0.048
FF     0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.940   0.001   0.000   0.000   0.060
FR     0.004   0.002   0.000   0.000   0.000   0.000   0.000   0.000   0.875   0.002   0.000   0.117
TP     0.000   0.000   0.000  -0.001   0.000   0.000   0.000  -0.001   0.003   0.780   0.000   0.219
PP     0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   0.000   1.000   0.000
NF     0.001   0.001   0.000   0.003   0.000   0.000   0.000   0.002   0.002   0.000   0.000   0.990
"""

PROJECT = """
project: {name: tables, illustrative: yes}
methodology: KH_AM004@1.1
operation: {start: 2018-01-01, end: 2018-12-31}
choices: {option: "2", fuel: none, fertiliser: "no", areas: official_map}
datasets: [national-frl-2017]
members: {interval: [2006-2010]}
"""


def listed(text: str) -> dict[str, list[str]]:
    """Read a table without header: row label -> cells."""
    return {label: cells for label, *cells in (line.split() for line in text.strip().splitlines())}


def crossed(text: str) -> dict[tuple[str, str], str]:
    """Read a table whose first line names the columns; a row without numbers is left out."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    return {(label, column): cell for label, *cells in rows if cells for column, cell in zip(header, cells, strict=True)}


@pytest.fixture(scope="module")
def run(run_kh: Callable[..., mrvgraph.Run], tmp_path_factory: pytest.TempPathFactory) -> mrvgraph.Run:
    path = tmp_path_factory.mktemp("tables") / "project.yaml"
    path.write_text(PROJECT, encoding="utf-8")
    return run_kh(path, targets=("C_total", "EF", "EF_ij", "p_t", "prob_back"))


def decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def test_totals_of_table_1_come_out_of_its_parts(run: mrvgraph.Run) -> None:
    totals = {labels[0]: value for labels, value, _ in run.cells("C_total")}

    assert {i: f"{totals[i]:.{decimals(row[2])}f}" for i, row in listed(TABLE_1).items()} == {
        i: row[2] for i, row in listed(TABLE_1).items()
    }
    assert len(totals) == 12


def test_parts_of_table_1_are_the_carbon_stocks_of_the_data_set(run: mrvgraph.Run) -> None:
    printed = {(i, pool): float(row[at]) for i, row in listed(TABLE_1).items() for at, pool in enumerate(("AG", "BG"))}

    assert {labels: value for labels, value, _ in run.cells("C")} == printed


def test_table_2_comes_out_of_equation_44(run: mrvgraph.Run) -> None:
    computed = {labels[0]: f"{value:.2f}" for labels, value, _ in run.cells("EF")}

    assert computed == {i: f"{float(row[0]):.2f}" for i, row in listed(TABLE_2).items() if i != "NF"}
    assert listed(TABLE_2)["NF"] == ["0"]


def test_table_3_comes_out_of_equation_45_with_its_excluded_cells(run: mrvgraph.Run) -> None:
    computed = {labels: "NA" if state else f"{value:.2f}" for labels, value, state in run.cells("EF_ij")}

    assert computed == crossed(TABLE_3)
    assert len(computed) == 144


def test_cells_not_available_in_table_3_are_excluded_and_count_as_zero(run: mrvgraph.Run) -> None:
    excluded = {labels: (value, state) for labels, value, state in run.cells("EF_ij") if crossed(TABLE_3)[labels] == "NA"}

    assert set(excluded.values()) == {(0.0, "excluded")}
    assert len(excluded) == TABLE_3.count("NA")


@pytest.mark.parametrize(
    ("quantity", "table"),
    [("P", TABLE_4), ("prob", TABLE_5), ("p", TABLE_6)],
    ids=["table-4", "table-5", "table-6"],
)
def test_probabilities_of_the_data_set_are_those_printed(kh: Methodology, quantity: str, table: str) -> None:
    printed = {(i,): row[0] for i, row in listed(table).items()} if quantity == "P" else crossed(table)
    held = {}
    for block in kh.dataset["national-frl-2017"].values:
        if block.quantity == quantity and not block.note.startswith("The editor's reading"):
            held |= {labels[:2]: text for labels, text in block.cells}

    assert held == printed


def with_identity_row() -> np.ndarray:
    """Return Table 5 with the row of pine plantation by ruling blank-row."""
    classes = list(listed(TABLE_1))
    cells = crossed(TABLE_5)
    return np.array([[float(cells.get((i, j), "1" if i == j else "0")) for j in classes] for i in classes])


def test_table_5_has_a_real_principal_root_by_equation_48(run: mrvgraph.Run) -> None:
    root = run.values.arrays["p_t"][:, :, 0]
    eigenvalues = np.linalg.eigvals(root)

    assert root.dtype == np.float64
    assert np.isfinite(root).all()
    assert float(np.abs(np.linalg.matrix_power(root, 4) - with_identity_row()).max()) < 1e-9
    assert float(np.abs(np.angle(eigenvalues)).max()) < np.pi / 4  # the sector of the principal root
    assert root[10].tolist() == [0.0] * 10 + [1.0, 0.0]


def test_run_reports_residual_and_least_entry_of_the_root(run: mrvgraph.Run) -> None:
    (solution,) = run.values.solutions

    assert solution.where == "2006-2010"
    assert solution.residual < 1e-9
    assert solution.least == pytest.approx(float(run.values.arrays["p_t"].min()))
    assert run.values.arrays["prob_back"][:, :, 0] == pytest.approx(with_identity_row(), abs=1e-9)
