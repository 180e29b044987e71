"""The projects of the worked cases of VCS_AUD 0.1: what each is about is said here, its numbers are drawn by a seed.

``python tests/reference/vcs_aud_cases.py FOLDER`` writes their files.
"""

import random
import sys
from datetime import date
from pathlib import Path

from random_vcs_aud import POOLS, draw, project_text


def span(first, last, baselines, periods):
    return {"start": date(*first), "end": date(*last), "baselines": baselines, "own_decay": False,
            "periods": {id_: (date(*a), date(*b)) for id_, (a, b) in periods.items()}}  # fmt: skip


#: Name -> the seed, and what the project is about.
PROJECTS = {
    "average": (31, {
        "choices": {"rate": "average", "burning": "counted", "market": "counted", "deduction": "beyond_15"},
        "strata": ["dense", "open"], "uses": ["crop", "rubber"], "counted": list(POOLS),
        **span((2016, 3, 12), (2022, 12, 31), {"B1": (2016, 2019), "B2": (2020, 2025)}, {
            "M1": ((2016, 3, 12), (2018, 6, 30)), "M2": ((2018, 7, 1), (2021, 3, 31)), "M3": ((2021, 4, 1), (2022, 12, 31))}),
    }),
    "linear": (0, {
        "choices": {"rate": "linear", "burning": "counted", "market": "none", "deduction": "t_ratio"},
        "strata": ["dense"], "uses": ["crop"], "counted": ["AB", "BB", "DW", "LI"],
        **span((2019, 5, 20), (2022, 10, 31), {"B1": (2019, 2020), "B2": (2021, 2026)}, {
            "M1": ((2019, 5, 20), (2020, 12, 31)), "M2": ((2021, 1, 1), (2022, 10, 31))}),
    }),
    "modelled": (314, {
        "choices": {"rate": "modelled", "burning": "left_out", "market": "none", "deduction": "beyond_15"},
        "strata": ["dense", "open"], "uses": ["crop"], "counted": ["AB", "DW"],
        **span((2014, 1, 1), (2021, 12, 31), {"B1": (2014, 2021)}, {
            "M1": ((2014, 1, 1), (2015, 12, 31)), "M2": ((2016, 1, 1), (2017, 12, 31)), "M3": ((2018, 1, 1), (2019, 9, 30)),
            "M4": ((2019, 10, 1), (2021, 12, 31))}),
    }),
    "allocated": (0, {
        "choices": {"rate": "allocated", "burning": "counted", "market": "none", "deduction": "beyond_15", "risk_density": "derived"},
        "strata": ["dense"], "uses": ["crop"], "counted": ["AB", "BB"], "classes": ["1", "2", "3"], "divisions": ["north", "south"],
        "region": [("1", "north"), ("1", "south"), ("2", "north"), ("3", "north"), ("3", "south")],
        **span((2020, 1, 1), (2022, 12, 31), {"B1": (2020, 2021), "B2": (2022, 2027)}, {"M1": ((2020, 1, 1), (2022, 12, 31))}),
    }),
    "table": (1, {
        "choices": {"rate": "allocated", "burning": "counted", "market": "none", "deduction": "beyond_15", "risk_density": "table"},
        "strata": ["dense"], "uses": ["crop"], "counted": ["AB"], "classes": ["1", "2", "3"], "divisions": ["north"],
        "region": [("1", "north"), ("2", "north"), ("3", "north")],
        **span((2020, 1, 1), (2021, 12, 31), {"B1": (2020, 2025)}, {"M1": ((2020, 1, 1), (2021, 12, 31))}),
    }),
    "long": (0, {
        "choices": {"rate": "average", "burning": "left_out", "market": "none", "deduction": "beyond_15"},
        "strata": ["dense"], "uses": ["crop"], "counted": ["AB", "BB", "SOC", "WP"],
        **span((2010, 1, 1), (2033, 12, 31), {"B1": (2010, 2016), "B2": (2017, 2026), "B3": (2027, 2033)}, {
            "M1": ((2010, 1, 1), (2019, 12, 31)), "M2": ((2020, 1, 1), (2033, 12, 31))}),
    }),
}  # fmt: skip


def case_project(name, readings=None):
    """Return the project of a worked case, perhaps under other readings."""
    seed, frame = PROJECTS[name]
    return draw(random.Random(seed), **{"readings": {}, **frame}) | {"readings": dict(readings or {})}


def case_text(name):
    head = ("# A project of the worked cases. All numbers are drawn at random by tests/reference/vcs_aud_cases.py, which writes this file and\n"
            "# works the case out in plain Python.\n\n")  # fmt: skip
    return head + project_text(case_project(name), name=f"worked case {name}")


if __name__ == "__main__":
    for each in PROJECTS:
        (Path(sys.argv[1]) / f"{each}.yaml").write_text(case_text(each), encoding="utf-8")
