"""What a tool is given by the spec that uses it: an equation for each input that is bound."""

from __future__ import annotations

from collections.abc import Mapping as Lookup

from equations.errors import FaultList, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.files.strict_yaml import Sequence as List
from equations.revision.document_parts import blocks_of, text_of, texts_of, with_field
from equations.tools.entries import ToolIdentity
from equations.tools.new_names import Renaming, letters_by_set
from equations.tools.uses import ToolUse, fault


def bound_quantities(tool: Mapping, use: ToolUse, errors: FaultList) -> dict[str, Scalar]:
    """Return the inputs of a tool that are bound, each with what it is bound to; anything else that is bound is a fault."""
    quantities = {text_of(block, "id"): block for block in blocks_of(tool.get("quantities"))}
    sets = {text_of(block, "id") for block in blocks_of(tool.get("index_sets"))}
    inputs = [id_ for id_, block in quantities.items() if text_of(block, "kind") != "computed"]
    found = {}
    for key, value in use.binds:
        if key.text in sets:
            continue
        if key.text not in quantities:
            fault(errors, f"the tool {use.prefix.text} has no {key.text!r} that could be bound", key.place,
                  "its inputs and its index sets can be", near_or_all(key.text, [*inputs, *sets]))  # fmt: skip
        elif key.text not in inputs:
            fault(errors, f"{key.text} is computed by the tool {use.prefix.text}", key.place, "only what it is given can be bound",
                  near_or_all(key.text, inputs, "its inputs are"))  # fmt: skip
        else:
            found[key.text] = value
    return found


def binding_equation(block: Mapping, value: Scalar, whole: Mapping, renaming: Renaming, identity: ToolIdentity, errors: FaultList) -> Mapping:
    """Return the equation that gives a bound input: ``grid_EG[y] = EG[y]``.

    Parameters
    ----------
    block
        The tool's own declaration of the input.
    value
        A quantity of the spec, whose indices are found by their sets, or a formula in its letters.
    whole
        The document of the spec, with the tool's index sets.
    """
    own = text_of(block, "id")
    axes = [renaming.new.sets.get(set_id, set_id) for set_id in texts_of(block.get("indices"))]
    letters = _letters(axes, letters_by_set(whole))
    quantities = {text_of(b, "id"): b for b in blocks_of(whole.get("quantities"))}
    formula = value.text
    if (named := quantities.get(value.text)) is not None and texts_of(named.get("indices")):
        formula = _element(named, value, dict(zip(letters, axes, strict=True)), whole, own, errors)
    name = renaming.new.names[own]
    left = f"{name}[{', '.join(letters)}]" if letters else name

    def text(said: str) -> Scalar:
        return Scalar(said, value.file, value.line, value.column, quoted=value.quoted)

    fields: dict[str, YamlNode] = {
        "id": text(identity.dotted(f"bind.{own}")), "section": text(identity.path), "title": text(f"{own} of {identity.reference}"),
        "defines": text(left), "formula": text(formula), "editorial": text(f"the tool is given this by the spec that uses it (bind: {own})"),
    }  # fmt: skip
    if letters:
        pairs = tuple((text(letter), text(axis)) for letter, axis in zip(letters, axes, strict=True))
        fields["for"] = Mapping(pairs, value.file, value.line, value.column)
    return Mapping(tuple((text(key), node) for key, node in fields.items()), value.file, value.line, value.column)


def computed(block: Mapping) -> Mapping:
    """Return the declaration of an input that is bound: an equation gives it, and no project is asked for it."""
    kind = block.get("kind")
    return with_field(block, "kind", Scalar("computed", block.file, block.line, block.column)) if kind is not None else block


def without_values(dataset: Mapping, bound: Lookup[str, Scalar]) -> Mapping | None:
    """Return a dataset of a tool without values of what is bound, which would stand before the equation; ``None`` where nothing is left."""
    values = dataset.get("values")
    if not isinstance(values, List):
        return dataset
    kept = tuple(item for item in values.items if not isinstance(item, Mapping) or text_of(item, "quantity") not in bound)
    return with_field(dataset, "values", List(kept, values.file, values.line, values.column)) if kept else None


def _letters(axes: list[str], by_set: Lookup[str, list[str]]) -> list[str]:
    """Return a letter for each axis: one of its set, or a free one that the equation declares for itself."""
    found: list[str] = []
    every = {letter for letters in by_set.values() for letter in letters}
    spare = (letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in every)
    for axis in axes:
        fitting = [letter for letter in by_set.get(axis, ()) if letter not in found]
        found.append(fitting[0] if fitting else next(spare))
    return found


def _element(named: Mapping, value: Scalar, letters: Lookup[str, str], whole: Mapping, own: str, errors: FaultList) -> str:
    """Return an element of a quantity whose indices are found by their sets among the letters of the input."""
    larger = {text_of(block, "id"): text_of(block, "subset_of") for block in blocks_of(whole.get("index_sets"))}
    left, found = dict(letters), []
    for axis in texts_of(named.get("indices")):
        letter = next((x for x, set_id in left.items() if _is_within(set_id, axis, larger)), "")
        if not letter:
            axes = ", ".join(letters.values()) or "nothing"
            fault(errors, f"{own} of the tool cannot be bound to {value.text} as it stands", value.place,
                  f"{value.text} runs over {axis}, and {own} over {axes}",
                  f"write a formula, as in {own}: {value.text}[...], or bind the index sets of the tool")  # fmt: skip
            return value.text
        found.append(letter)
        left.pop(letter)
    return f"{value.text}[{', '.join(found)}]"


def _is_within(smaller: str, larger: str, above: Lookup[str, str]) -> bool:
    while smaller and smaller != larger:
        smaller = above.get(smaller, "")
    return bool(smaller)
