"""A radar of competencies as lines and points. A competency without a score leaves a gap: it is no zero."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_AXES = 3
CENTRE, RADIUS, LABEL_RADIUS = 160.0, 104.0, 120.0
HIGHEST_SCORE = 10
RINGS = (2.5, 5, 7.5, 10)
MIDDLE = 1.0
"""How far from the vertical a label stands that is still centred."""


@dataclass(frozen=True)
class Place:
    """A point of the drawing, written as SVG reads it in every language."""

    x: str
    y: str


@dataclass(frozen=True)
class Axis:
    number: int
    end: Place
    label: Place
    anchor: str


@dataclass(frozen=True)
class Line:
    start: Place
    end: Place


@dataclass(frozen=True)
class Shape:
    """The scores of one candidate: lines between neighbouring competencies that both have a score, and the points."""

    number: int
    lines: list[Line]
    points: list[Place]


@dataclass(frozen=True)
class Radar:
    axes: list[Axis]
    rings: list[str]
    shapes: list[Shape]

    @classmethod
    def of(cls, scores: Sequence[Sequence[float | None]]) -> "Radar | None":
        """Draw the scores of each candidate, one for each competency. None for fewer than three competencies."""
        count = len(scores[0]) if scores else 0
        if count < FEWEST_AXES:
            return None
        axes = [_axis(number, count) for number in range(count)]
        rings = [" ".join(_pair(_place(number, count, score)) for number in range(count)) for score in RINGS]
        return cls(axes, rings, [_shape(number, entry) for number, entry in enumerate(scores, 1)])


def _axis(number: int, count: int) -> Axis:
    angle = _angle(number, count)
    side = math.cos(angle) * LABEL_RADIUS
    anchor = "middle" if abs(side) < MIDDLE else ("start" if side > 0 else "end")
    return Axis(number + 1, _place(number, count, HIGHEST_SCORE), _at(angle, LABEL_RADIUS), anchor)


def _shape(number: int, scores: Sequence[float | None]) -> Shape:
    count = len(scores)
    places = [None if score is None else _place(at, count, score) for at, score in enumerate(scores)]
    neighbours = zip(places, [*places[1:], places[0]], strict=True)
    lines = [Line(start, end) for start, end in neighbours if start and end]
    return Shape(number, lines, [place for place in places if place])


def _place(number: int, count: int, score: float) -> Place:
    return _at(_angle(number, count), RADIUS * score / HIGHEST_SCORE)


def _angle(number: int, count: int) -> float:
    """The first axis points upwards, the others follow clockwise."""
    return 2 * math.pi * number / count - math.pi / 2


def _at(angle: float, distance: float) -> Place:
    return Place(f"{CENTRE + distance * math.cos(angle):.1f}", f"{CENTRE + distance * math.sin(angle):.1f}")


def _pair(place: Place) -> str:
    return f"{place.x},{place.y}"
