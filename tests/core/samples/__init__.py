"""Sample inputs for every primitive of the registry: most tests of the core run on these.

Elementwise operations get theirs from their own record, by the number of inputs and the domain.
All others are listed by family, and so are the parameters of elementwise ones: each module of
`families/` may have

    LISTED      for a primitive's name a list of (operands, parameters)
    PARAMETERS  for an elementwise primitive's name a function from the input's shape to parameters
    REFERENCES  for a primitive's name the function of NumPy or SciPy that it stands for
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import nn  # noqa: F401  declares primitives of its own
from autograd_core import ELEMENTWISE, REGISTRY, Primitive
from tests.core.samples import families
from tests.core.samples.sample import (
    LAYOUTS,
    Entry,
    Sample,
    Shape,
    arrays_of,
    distinct,
    memory_mapped,
    read_only,
    strided,
)

__all__ = [
    "FIRST_SAMPLES", "PARAMETERS", "REFERENCES", "SAMPLES", "Sample", "distinct", "memory_mapped",
    "read_only", "samples_of", "shipped", "strided",
]  # fmt: skip


def gathered(table: str) -> dict[str, Any]:
    """The entries of all families' tables of that name."""
    names = [module.name for module in pkgutil.iter_modules(families.__path__)]
    modules = [importlib.import_module(f"{families.__name__}.{name}") for name in names]
    entries = [item for m in modules for item in getattr(m, table, {}).items()]
    assert len(dict(entries)) == len(entries), f"{table}: a primitive is listed by two families"
    return dict(entries)


LISTED: dict[str, list[Entry]] = gathered("LISTED")
PARAMETERS: dict[str, Callable[[Shape], dict[str, Any]]] = gathered("PARAMETERS")
REFERENCES: dict[str, Callable[..., Any]] = gathered("REFERENCES")

ELEMENTWISE_SHAPES: dict[str, list[Shape]] = {
    "equal": [(2, 3)] * 3,
    "broadcast": [(2, 1), (1, 3), (3,)],
    "0-d": [()] * 3,
    "0-d with an array": [(), (2, 3), ()],
    "empty": [(0, 3)] * 3,
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


def listed_samples(primitive: Primitive) -> Iterator[Sample]:
    entries = LISTED.get(primitive.name, [])
    for operands, params in entries:
        text = ", ".join(f"{name}={value}" for name, value in params.items())
        label = " ".join(
            [*(str(np.shape(a) if isinstance(a, np.ndarray) else a) for a in operands), text]
        ).strip()
        yield Sample(primitive, label, arrays_of(operands, primitive.domain), params)
    if entries and primitive.kind != ELEMENTWISE:
        operands, params = entries[0]
        for label, arranged in LAYOUTS.items():
            yield Sample(
                primitive,
                label,
                tuple(map(arranged, arrays_of(operands, primitive.domain))),
                params,
            )


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
