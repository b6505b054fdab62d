"""Sample inputs for every primitive of the registry: most tests of the core run on these.

Elementwise operations get theirs from their own record, by the number of inputs and the domain.
All others are listed, and so are the parameters of elementwise ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import nn  # noqa: F401  declares primitives of its own
from autograd_core import ELEMENTWISE, REGISTRY, Primitive

Shape = tuple[int, ...]
REALS = (-np.inf, np.inf)


class Sample(NamedTuple):
    """One call of a primitive: `sample(*sample.arrays)` makes it, also with other arrays."""

    primitive: Primitive
    label: str
    arrays: tuple[np.ndarray, ...]
    params: dict[str, Any]

    def __call__(self, *arrays: Any) -> Any:
        return self.primitive(*arrays, **self.params)

    def __str__(self) -> str:
        return f"{self.primitive.name}-{self.label}"


def distinct(*shapes: Shape, domain: tuple[float, float] = REALS) -> tuple[np.ndarray, ...]:
    """Arrays of these shapes inside the domain, in which no two numbers are close, nor any to 0."""
    sizes = [math.prod(shape) for shape in shapes]
    rng = np.random.default_rng(sum(sizes))
    low, high = domain
    if domain == REALS:
        numbers = np.linspace(0.53, 1.9, sum(sizes)) * rng.choice([-1, 1], sum(sizes))
    else:
        width = 2 if high == np.inf else high - low
        numbers = low + width * np.linspace(0.15, 0.85, sum(sizes))
    parts = np.split(rng.permutation(numbers), np.cumsum(sizes)[:-1])
    return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))


# ── how an array may lie in memory ────────────────────────────────────────────────────────────
def strided(array: np.ndarray) -> np.ndarray:
    """Every second element of a larger array, backwards, with NaN in between."""
    larger = np.full([2 * length for length in array.shape], np.nan, array.dtype)
    view = larger[tuple(slice(None, None, -2) for _ in array.shape)]
    view[...] = array
    return view


def read_only(array: np.ndarray) -> np.ndarray:
    """A copy that raises when it is written to."""
    copy = array.copy()
    copy.setflags(write=False)
    return copy


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "strided": strided,
    "columns first": np.asfortranarray,
    "read-only": read_only,
}

# ── elementwise ───────────────────────────────────────────────────────────────────────────────
ELEMENTWISE_SHAPES: dict[str, list[Shape]] = {
    "equal": [(2, 3)] * 3,
    "broadcast": [(2, 1), (1, 3), (3,)],
    "0-d": [()] * 3,
    "0-d with an array": [(), (2, 3), ()],
    "empty": [(0, 3)] * 3,
}

# Parameters of elementwise operations, for an input of the given shape.
PARAMETERS: dict[str, Callable[[Shape], dict[str, Any]]] = {
    "astype": lambda shape: {"dtype": np.dtype(np.longdouble)},
    "broadcast_to": lambda shape: {"shape": (2, *shape)},
    "power_constant": lambda shape: {"exponent": 3.0},
    "where": lambda shape: {"condition": np.array([True, False, True])},
}


def elementwise_samples(primitive: Primitive) -> Iterator[Sample]:
    count = len(primitive.inputs)
    parameters = PARAMETERS.get(primitive.name, lambda shape: {})
    for label, shapes in ELEMENTWISE_SHAPES.items():
        if count > 1 or label in ("equal", "0-d", "empty"):
            arrays = distinct(*shapes[:count], domain=primitive.domain)
            yield Sample(primitive, label, arrays, parameters(np.broadcast(*arrays).shape))
    for label, arranged in LAYOUTS.items():
        arrays = distinct(*[(2, 3)] * count, domain=primitive.domain)
        yield Sample(primitive, label, tuple(map(arranged, arrays)), parameters((2, 3)))


# ── all others, and further parameters of elementwise ones ────────────────────────────────────
def over(**further: Any) -> list[tuple[list[Shape], dict[str, Any]]]:
    """What every reduction is tried on: no axis, one, several, none of them, axes kept."""
    return [
        ([(2, 3)], {**further}),
        ([(2, 3)], {"axis": 0, **further}),
        ([(2, 3)], {"axis": -1, "keepdims": True, **further}),
        ([(2, 3, 2)], {"axis": (2, 0), **further}),
        ([(2, 3)], {"keepdims": True, **further}),
        ([(3,)], {"axis": 0, **further}),
    ]


NO_AXIS = [([()], {}), ([(2, 2)], {"axis": ()})]
EMPTY = [([(0, 3)], {"axis": 0}), ([(0, 3)], {"axis": 1}), ([(0,)], {})]
ALONG = [([(2, 3)], {}), ([(2, 3)], {"axis": 0}), ([(2, 2, 2)], {"axis": 1}), ([(3,)], {})]
VECTORS_AND_MATRICES: list[list[Shape]] = [
    [(3,), (3,)], [(2, 3), (3,)], [(3,), (3, 2)], [(2, 3), (3, 4)],
    [(2, 0), (0, 3)], [(0, 2), (2, 3)],
]  # fmt: skip
BATCHES: list[list[Shape]] = [
    [(2, 2, 3), (2, 3, 2)], [(2, 1, 2, 3), (3, 3, 2)], [(2, 2, 3), (3,)], [(3,), (2, 3, 2)],
    [(2, 3), (2, 3, 2)], [(2, 2, 3), (3, 2)], [(0, 2, 3), (3, 2)], [(1, 2, 3), (2, 3, 1)],
]  # fmt: skip

# Every form of NumPy's indexing, for an array of shape (3, 4).
INDICES: dict[str, Any] = {
    "int": 1,
    "negative": (-1, -2),
    "slice": slice(None, None, -2),
    "slices": (slice(1, None), slice(0, 3, 2)),
    "ellipsis": (..., 1),
    "nothing": (),
    "new axis": (None, 1, ..., None),
    "list": [2, 0],
    "repeated": np.array([0, 2, 0, 0]),
    "repeated pairs": ([0, 1, 0], [3, 2, 3]),
    "outer": np.ix_([0, 2, 2], [1, 3]),
    "matrix of indices": np.array([[0, 1], [2, 2]]),
    "row mask": np.array([True, False, True]),
    "mask": np.arange(12).reshape(3, 4) % 5 < 2,
    "mask and slice": (np.array([True, False, True]), slice(1, 3)),
    "index between slices": (slice(None), [1, 1, 0]),
    "True": True,
    "no element": np.zeros(3, bool),
    "empty slice": slice(3, None),
}
PICKED: dict[str, Shape] = {k: np.empty((3, 4))[index].shape for k, index in INDICES.items()}

LISTED: dict[str, list[tuple[list[Shape], dict[str, Any]]]] = {
    "affine": [([(2, 3), (3, 4), (4,)], {}), ([(3,), (3, 4), (4,)], {}),
               ([(2, 1, 2, 2), (4, 3), (3,)], {}), ([(0, 3), (3, 2), (2,)], {})],
    "broadcast_to": [([(2, 1)], {"shape": (3, 2, 2)}), ([(3,)], {"shape": (3,)}),
                     ([(1, 1)], {"shape": (2, 3)}), ([(1,)], {"shape": (0,)})],
    "concatenate": [([(2, 2), (1, 2), (3, 2)], {"axis": 0}), ([(2, 1), (2, 3)], {"axis": -1}),
                    ([(2,)], {}), ([(0, 2), (1, 2)], {})],
    "dot": [(shapes, {}) for shapes in VECTORS_AND_MATRICES],
    "getitem": [([(3, 4)], {"index": index}) for index in INDICES.values()],
    "log_softmax": ALONG,
    "logsumexp": over() + NO_AXIS,
    "matmul": [(shapes, {}) for shapes in VECTORS_AND_MATRICES + BATCHES],
    "max": over() + NO_AXIS,
    "mean": over() + NO_AXIS,
    "mean_squared_error": [([(2, 3), (2, 3)], {}), ([(), ()], {}), ([(4, 1), (4, 1)], {})],
    "min": over() + NO_AXIS,
    "power_constant": [([(2, 3)], {"exponent": n}) for n in (0, 1, 2, -1, -2.0)]
                      + [([(2, 1)], {"exponent": np.array([0, 1, 2.0])}),
                         ([(3,)], {"exponent": np.array([[2], [3]])})],
    "prod": over() + NO_AXIS + EMPTY,
    "reshape": [([(2, 3)], {"shape": (3, 2)}), ([(2, 3)], {"shape": -1}), ([()], {"shape": (1, 1)}),
                ([(1,)], {"shape": ()}), ([(0, 3)], {"shape": (3, 0, 2)})],
    "scatter": [([PICKED[k]], {"index": index, "shape": (3, 4)}) for k, index in INDICES.items()],
    "softmax": ALONG,
    "softmax_with_loss": [([(2, 3), (2, 3)], {}), ([(3,), (3,)], {})],
    "std": over() + over(ddof=1),
    "sum": over() + NO_AXIS + EMPTY,
    "transpose": [([(2, 3)], {"axes": (1, 0)}), ([(2, 3, 1)], {"axes": (1, 2, 0)}),
                  ([()], {"axes": ()}), ([(0, 2)], {"axes": (1, 0)})],
    "var": over() + over(ddof=1) + [([(2, 2)], {"axis": ()}), ([()], {})],
}  # fmt: skip


def listed_samples(primitive: Primitive) -> Iterator[Sample]:
    entries = LISTED.get(primitive.name, [])
    for shapes, params in entries:
        text = ", ".join(f"{name}={value}" for name, value in params.items())
        label = " ".join([*map(str, shapes), text]).strip()
        yield Sample(primitive, label, distinct(*shapes), params)
    if entries and primitive.kind != ELEMENTWISE:
        shapes, params = entries[0]
        for label, arranged in LAYOUTS.items():
            yield Sample(primitive, label, tuple(map(arranged, distinct(*shapes))), params)


def samples_of(primitive: Primitive) -> list[Sample]:
    derived = primitive.kind == ELEMENTWISE and (
        not primitive.params or primitive.name in PARAMETERS
    )
    return [
        *(elementwise_samples(primitive) if derived else ()),
        *listed_samples(primitive),
    ]


def shipped() -> list[Primitive]:
    """The primitives of the two packages, without those that examples and tests declare."""
    return [p for name, p in REGISTRY.items() if not name.endswith("_example")]


SAMPLES = [sample for primitive in shipped() for sample in samples_of(primitive)]
FIRST_SAMPLES = [samples_of(primitive)[0] for primitive in shipped() if samples_of(primitive)]
