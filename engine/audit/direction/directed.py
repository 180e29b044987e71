"""A sensitivity analysis in which each number also says which way the target goes as it rises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.audit.direction.direction import Directions
from engine.simulate.sensitivity import InputEffect, Sensitivity


def with_directions(found: Sensitivity) -> Sensitivity:
    """Return an analysis with the direction of each number; of its further results too."""
    directions = Directions(found.run, found.target)
    effects = tuple(replace(effect, direction=_direction(directions, effect)) for effect in found.effects)
    return replace(found, effects=effects, others=tuple(map(with_directions, found.others)))


def _direction(directions: Directions, effect: InputEffect) -> str:
    shape = directions.run.inputs.values[effect.quantity].shape
    cells = [tuple(int(at) for at in np.unravel_index(place, shape)) for place in effect.cells]
    return directions.of(effect.quantity, cells).text
