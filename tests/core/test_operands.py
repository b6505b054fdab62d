"""What an operand may be: of any shape that broadcasts, any layout and byte order, in a file."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_core import ELEMENTWISE, Tensor, grad, jvp, vjp
from tests.core.differences import STEP, WEIGHTS
from tests.core.samples import (
    FIRST_SAMPLES,
    PARAMETERS,
    Sample,
    distinct,
    memory_mapped,
    read_only,
    shipped,
    strided,
)

# ── every primitive ───────────────────────────────────────────────────────────────────────────
IN_A_FILE = {
    "memory-mapped": memory_mapped,
    "read-only map": lambda array: memory_mapped(array, "r"),
    "byte-swapped map": lambda array: memory_mapped(array.astype(array.dtype.newbyteorder(">"))),
}


def derivatives(sample: Sample, arrays: Any) -> list[Any]:
    """The value, the gradients, the tangent, and the gradients of a sum of gradients."""
    value, pull = vjp(sample, *arrays)
    g = np.cos(np.arange(value.size)).reshape(value.shape)

    def total(*arrays: Any) -> Any:
        return sum(np.sum(np.sin(dx)) for dx in vjp(sample, *arrays)[1](g))

    second = grad(total, tuple(range(len(arrays))))(*arrays)
    return [value, *pull(g), jvp(sample, arrays, arrays)[1], *second]


def assert_same(actual: list[Any], expected: list[Any]) -> None:
    """Numbers are equal, and what comes out is no view of a file."""
    for a, e in zip(actual, expected, strict=True):
        assert type(a) is np.ndarray
        np.testing.assert_allclose(a, e, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("in_a_file", IN_A_FILE.values(), ids=IN_A_FILE)
@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_operands_in_a_file(sample: Sample, in_a_file: Any) -> None:
    mapped = [in_a_file(array) for array in sample.arrays]
    assert_same(derivatives(sample, mapped), derivatives(sample, sample.arrays))
    for array, before in zip(mapped, sample.arrays, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("sample", [s for s in FIRST_SAMPLES if len(s.arrays) > 1], ids=str)
def test_constants_in_a_file(sample: Sample) -> None:
    """Each operand in turn is the Tensor beside arrays."""
    for place, array in enumerate(sample.arrays):

        def leaf_beside(arrays: Any, place: int = place, array: Any = array) -> list[Any]:
            t = Tensor(array)
            out = sample(*arrays[:place], t, *arrays[place + 1 :])
            out.backward(np.ones(out.shape))
            return [out.data, t.grad]

        mapped = [memory_mapped(array, "r") for array in sample.arrays]
        assert_same(leaf_beside(mapped), leaf_beside(list(sample.arrays)))


# ── any shapes that broadcast, any dtype, any layout ──────────────────────────────────────────
ARRANGED = [
    np.copy, strided, np.asfortranarray, read_only, memory_mapped,
    lambda array: memory_mapped(array, "r"), lambda array: np.flip(np.flip(array).copy()),
]  # fmt: skip
BROADCASTING = [
    p for p in shipped() if p.kind == ELEMENTWISE and (not p.params or p.name in PARAMETERS)
]


@st.composite
def calls(draw: st.DrawFn) -> tuple[Sample, tuple[np.ndarray, ...]]:
    """An elementwise primitive on plain arrays of float64, and on the same ones as they may lie."""
    made = draw(st.sampled_from(BROADCASTING))
    shapes = draw(
        hnp.mutually_broadcastable_shapes(
            num_shapes=len(made.inputs), min_dims=0, max_dims=3, min_side=0, max_side=3
        )
    )
    dtypes = [draw(st.sampled_from(["f8", ">f8", "f4", ">f4"])) for _ in made.inputs]
    arrays = [
        array.astype(dtype)
        for array, dtype in zip(
            distinct(*shapes.input_shapes, domain=made.domain), dtypes, strict=True
        )
    ]
    arranged = tuple(draw(st.sampled_from(ARRANGED))(a) if a.ndim else a for a in arrays)
    parameters = PARAMETERS.get(made.name, lambda shape: {})(shapes.result_shape)
    return Sample(made, "", tuple(a.astype(float) for a in arrays), parameters), arranged


@settings(max_examples=300, deadline=None)
@given(calls())
def test_any_operands_of_an_elementwise_operation(call: Any) -> None:
    sample, arranged = call
    expected = np.asarray(sample(*arranged))
    value, pull = vjp(sample, *arranged)
    assert (value.shape, native(value)) == (expected.shape, native(expected))
    np.testing.assert_array_equal(value, expected)

    g = np.cos(np.arange(value.size)).reshape(value.shape)
    tangents = [np.sin(1 + np.arange(a.size)).reshape(a.shape) for a in arranged]
    gradients = pull(g.astype(value.dtype))
    for dx, a in zip(gradients, arranged, strict=True):
        assert (dx.shape, native(dx)) == (a.shape, native(a))

    def moved(step: float) -> float:
        places = [a + step * t for a, t in zip(sample.arrays, tangents, strict=True)]
        return float(np.sum(g * sample(*places)))

    numerical = sum(w * (moved(k * STEP) - moved(-k * STEP)) for k, w in WEIGHTS.items()) / STEP
    terms = [dx * t for dx, t in zip(gradients, tangents, strict=True)]
    is_single = any(a.dtype.itemsize == 4 for a in arranged)
    bound = (1e-5 if is_single else 1e-8) * (1 + sum(np.sum(np.abs(term)) for term in terms))
    pushed = np.sum(g * jvp(sample, arranged, tangents)[1])
    assert abs(sum(map(np.sum, terms)) - numerical) <= bound
    assert abs(pushed - numerical) <= bound


def native(array: np.ndarray) -> np.dtype[Any]:
    """The dtype in this machine's order of bytes, which scalars always have."""
    return array.dtype.newbyteorder("=")
