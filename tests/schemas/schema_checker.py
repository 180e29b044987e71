"""A checker of the part of JSON Schema (draft 7) that our schemas use, and YAML as an editor reads it. A word that is not known is an error."""

import re

from equations.files.strict_yaml import Mapping, Scalar, Sequence

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "number": int | float, "null": type(None)}
SAID_ONLY = {"$schema", "title", "description", "definitions", "then"}
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def as_editor(node):
    """A tree of ours as YAML 1.2 reads it: plain scalars may be numbers, yes or no stay texts."""
    if isinstance(node, Mapping):
        return {key.text: as_editor(value) for key, value in node}
    if isinstance(node, Sequence):
        return [as_editor(item) for item in node.items]
    assert isinstance(node, Scalar)
    if node.quoted or node.raw:
        return node.text
    if node.text in _WORDS:
        return _WORDS[node.text]
    return float(node.text) if _NUMBER.match(node.text) else node.text


def is_of(value, type_):
    return isinstance(value, TYPES[type_]) and not (type_ == "number" and isinstance(value, bool))


class Checker:
    """Checks values against one schema; ``faults`` gives what is wrong, as texts that begin with the path."""

    def __init__(self, root):
        self.root = root

    def faults(self, value, shape=None, path=""):
        shape = self.root if shape is None else shape
        found = []
        for word, said in shape.items():
            if word not in SAID_ONLY:
                found += getattr(self, f"check_{word.removeprefix('$')}")(value, said, path, shape)
        return found

    def fits(self, value, shape):
        return not self.faults(value, shape)

    def check_ref(self, value, said, path, shape):
        assert len(shape) == 1, f"{said}: what stands beside a reference is not read"
        return self.faults(value, self.root["definitions"][said.removeprefix("#/definitions/")], path)

    def check_type(self, value, said, path, shape):
        wanted = said if isinstance(said, list) else [said]
        return [] if any(is_of(value, type_) for type_ in wanted) else [f"{path}: {value!r} is not {' or '.join(wanted)}"]

    def check_enum(self, value, said, path, shape):
        return [] if value in said else [f"{path}: {value!r} is not one of {said}"]

    def check_pattern(self, value, said, path, shape):
        return [] if not isinstance(value, str) or re.search(said, value) else [f"{path}: {value!r} is not like {said}"]

    def check_properties(self, value, said, path, shape):
        held = value if isinstance(value, dict) else {}
        return [fault for key in held if key in said for fault in self.faults(held[key], said[key], f"{path}/{key}")]

    def check_additionalProperties(self, value, said, path, shape):
        more = [key for key in (value if isinstance(value, dict) else ()) if key not in shape.get("properties", ())]
        if said is False:
            return [f"{path}: no field {key!r}" for key in more]
        return [fault for key in more for fault in self.faults(value[key], said, f"{path}/{key}")]

    def check_required(self, value, said, path, shape):
        return [f"{path}: {key} is missing" for key in said if isinstance(value, dict) and key not in value]

    def check_minProperties(self, value, said, path, shape):
        return [f"{path}: empty"] if isinstance(value, dict) and len(value) < said else []

    def check_items(self, value, said, path, shape):
        items = value if isinstance(value, list) else ()
        return [fault for at, item in enumerate(items) for fault in self.faults(item, said, f"{path}/{at}")]

    def check_anyOf(self, value, said, path, shape):
        """Of several, the faults of the one that went deepest are told."""
        tried = [self.faults(value, one, path) for one in said]
        return [] if any(not one for one in tried) else max(tried, key=lambda faults: max(fault.partition(":")[0].count("/") for fault in faults))

    def check_allOf(self, value, said, path, shape):
        return [fault for one in said for fault in self.faults(value, one, path)]

    def check_not(self, value, said, path, shape):
        return [f"{path}: what may not be is there"] if self.fits(value, said) else []

    def check_if(self, value, said, path, shape):
        return self.faults(value, shape["then"], path) if self.fits(value, said) else []
