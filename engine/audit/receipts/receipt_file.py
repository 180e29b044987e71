"""A receipt as it is read: the file as written is what is hashed, and nothing in it is passed over."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from engine.audit.receipts.receipt import DIGEST, RECEIPT_FORMAT, Asked, Record, receipt_text
from engine.output.json_text import JsonError, read_json
from equations.errors import InputError, Place
from equations.files.regular_file import UnreadableFileError, read_regular

_MOST_BYTES = 200_000_000
_TEXTS: dict[str, Any] = {"*": str}
_FILES = [{"name": str, "sha256": str}]
#: What can stand in a cell of a receipt; ``?`` marks what may be left out, ``*`` any name.
_CELL = {
    "at": [str], "value": (int, float), "state": int, "equation?": str, "given?": str, "written?": str, "unit?": str, "sample?": str, "source?": str,
}  # fmt: skip
_SHAPE: dict[str, Any] = {
    "format": str,
    "mrvgraph": str,
    "numpy": str,
    "asked": {"spec": str, "project": str, "choices": _TEXTS, "readings": _TEXTS, "set?": [str]},
    "methodology": {"id": str, "version": str, "status": str, "hash": str},
    "tools?": [{"path": str, "id": str, "version": str, "hash": str}],
    "spec_files": _FILES,
    "project": _TEXTS,
    "project_files": _FILES,
    "operation": {"start": str, "end": str, "periods": [{"id": str, "start": str, "end": str}]},
    "choices": _TEXTS,
    "readings": _TEXTS,
    "datasets": [str],
    "set?": [{"number": str, "set": str, "instead_of": [str], "by": str}],
    "result": {"quantity": str, "value": (int, float), "unit": str},
    "results?": [{"quantity": str, "value": (int, float), "unit": str}],
    "values": [{"quantity": str, "unit": str, "indices": [str], "kind": str, "cells": [_CELL]}],
    "findings": [{"*": (str, int, float)}],
    "rulings": {
        "quantity": str, "unit": str, "result": (int, float), "readings": [{"*": object}], "settled": [str],
        "others?": [{"quantity": str, "unit": str, "result": (int, float)}], "not_measured?": [{"entry": str, "inputs": [str]}],
    },
}  # fmt: skip


def read_receipt(path: Path) -> Record:
    """Read a receipt and see that nobody changed it since it was written.

    Raises
    ------
    InputError
        I523 for a file that is no receipt, has a field twice or one that receipts do not have, or whose digest is not that of the bytes
        before it.
    """
    try:
        data = read_regular(path, _MOST_BYTES)
        record = read_json(data)
    except UnreadableFileError as cause:
        raise InputError("I523", f"the receipt cannot be read: {cause.what}", Place(path.name), why=cause.why,
                         remedy=cause.remedy or "name the receipt") from cause  # fmt: skip
    except JsonError as cause:
        raise _no_receipt(path, str(cause)) from cause
    if not isinstance(record, dict) or record.get("format") != RECEIPT_FORMAT:
        shown = str(record.get("format"))[:80] if isinstance(record, dict) else None
        raise _no_receipt(path, f"its format is {shown!r}, not {RECEIPT_FORMAT!r}")
    digest = record.pop("digest", "")
    body = data.rpartition(DIGEST.encode())[0]
    if hashlib.sha256(body).hexdigest() != digest:
        raise _changed(path, "its digest is not that of what stands before it")
    fault = shape_fault(record, _SHAPE, "receipt") or _twice(record)
    if fault:
        raise _no_receipt(path, fault)
    if receipt_text(record).encode() != data:
        raise _changed(path, "it does not stand as receipts are written")
    return record


def _no_receipt(path: Path, why: str) -> InputError:
    return InputError("I523", "the file is not a receipt", Place(path.name), why=why,
                      remedy="write one with `mrvgraph audit SPEC PROJECT --receipt FILE`")  # fmt: skip


def _changed(path: Path, why: str) -> InputError:
    return InputError("I523", "the receipt was changed after it was written", Place(path.name), why=why,
                      remedy="ask for the receipt as it was issued")  # fmt: skip


def shape_fault(value: object, shape: Any, name: str) -> str:
    """Return what is wrong with a part of a receipt or statement, by the shape that it is to have, or nothing."""
    if isinstance(shape, dict):
        return _fault_of_object(value, shape, name)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{name} is no list"
        return next((fault for at, item in enumerate(value) if (fault := shape_fault(item, shape[0], f"{name}[{at}]"))), "")
    if shape is object or (isinstance(value, shape) and not isinstance(value, bool)):
        return ""
    return f"{name} cannot be {str(value)[:80]!r}"


def _fault_of_object(value: object, shape: dict[str, Any], name: str) -> str:
    if not isinstance(value, dict):
        return f"{name} is no object"
    if "*" in shape:
        return next((fault for key, item in value.items() if (fault := shape_fault(item, shape["*"], f"{name}.{key}"))), "")
    missing = [key for key in shape if not key.endswith("?") and key not in value]
    unknown = [key for key in value if key not in shape and f"{key}?" not in shape]
    if missing or unknown:
        return f"{name} lacks the field {missing[0]!r}" if missing else f"{name} has a field {unknown[0]!r}, which receipts do not have"
    parts = ((key, item, shape[key] if key in shape else shape[f"{key}?"]) for key, item in value.items())
    return next((fault for key, item, part in parts if (fault := shape_fault(item, part, f"{name}.{key}"))), "")


def _twice(record: Any) -> str:
    """Return what stands twice in a list where one can count, or nothing."""
    named = [("project_files", [entry["name"] for entry in record["project_files"]])]
    named.append(("values", [entry["quantity"] for entry in record["values"]]))
    named += [(entry["quantity"], [tuple(cell["at"]) for cell in entry["cells"]]) for entry in record["values"]]
    found = next(((key, name) for key, names in named if len(set(names)) < len(names) for name in names if names.count(name) > 1), None)
    return f"{found[0]} names {found[1]!r} twice" if found else ""


def asked_of(record: Record) -> Asked:
    """Return what was asked for when a receipt was written."""
    asked = record["asked"]
    assert isinstance(asked, dict)
    return Asked(asked["spec"], asked["project"], asked["choices"], asked["readings"], tuple(asked.get("set", ())))
