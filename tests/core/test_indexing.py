"""Every form of NumPy's indexing: value, first and second derivative; and what is no index."""

import math

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import DTypeError, Tensor, grad, vjp
from autograd_core.ops.shaping import _numbered
from tests.core.differences import derivative
from tests.core.samples import distinct
from tests.core.samples.families.shaping import INDICES

(MATRIX,) = distinct((3, 4))


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_value_and_derivatives(index):
    expected = MATRIX[index]
    g = np.linspace(1, 2, expected.size).reshape(expected.shape)
    value, pull = vjp(lambda x: x[index], MATRIX)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_allclose(
        pull(g)[0], derivative(lambda x: np.sum(g * x[index]), MATRIX), atol=1e-11
    )

    def cubes(x):
        return np.sum(g * x[index] ** 3)

    weights = np.cos(MATRIX)
    second = grad(lambda x: np.sum(weights * grad(cubes)(x)))(MATRIX)
    # The function is a sum over elements, so its second derivative is diagonal: 6 g x.
    times = derivative(lambda x: np.sum(g * x[index]), MATRIX)
    np.testing.assert_allclose(second, weights * 6 * times * MATRIX, rtol=1e-9, atol=1e-10)


def test_repeated_indices_add_their_contributions():
    t = Tensor([1.0, 2.0, 3.0])
    t[[0, 0, 2, 0]].sum().backward()
    assert t.grad.tolist() == [3.0, 0.0, 1.0]


def test_an_element_of_an_element_of_a_row():
    t = Tensor(MATRIX)
    y = t[1:][0][2]
    assert y.shape == ()
    y.backward()
    expected = np.zeros((3, 4))
    expected[1, 2] = 1
    np.testing.assert_array_equal(t.grad, expected)


def test_tensors_as_indices():
    t = Tensor(MATRIX)
    picked, mask = Tensor(np.array([2, 0, 2])), t > 1
    np.testing.assert_array_equal(t[picked].data, MATRIX[[2, 0, 2]])
    np.testing.assert_array_equal(t[picked, 1].data, MATRIX[[2, 0, 2], 1])
    np.testing.assert_array_equal(t[mask].data, MATRIX[MATRIX > 1])
    np.testing.assert_array_equal(MATRIX[np.argmax(t, axis=0)], MATRIX[np.argmax(MATRIX, axis=0)])
    with pytest.raises((DTypeError, IndexError)):
        t[Tensor(1.0)]


def test_indices_of_a_number():
    t = Tensor(3.0)
    assert t[()].shape == ()
    assert t[None, None].shape == (1, 1)
    (t[...] * 2).backward()
    assert t.grad == 2.0


def test_the_index_may_be_changed_afterwards_where_it_is_a_list():
    t, index = Tensor([1.0, 2.0]), [0]
    y = t[index]
    index[0] = 1
    y.sum().backward()
    assert t.grad.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("index", [3, (0, 4), [0, 9], (0, 0, 0), "name", 1.5, np.zeros(3)])
def test_what_is_no_index_fails_as_in_numpy(index):
    with pytest.raises(IndexError) as expected:
        MATRIX[index]
    with pytest.raises(IndexError) as actual:
        Tensor(MATRIX)[index]
    assert str(actual.value) == str(expected.value)


def test_a_picked_view_does_not_share_its_gradient():
    t = Tensor(MATRIX)
    row = t[0]
    row.retain_grad()
    (row + row).sum().backward()
    assert not np.shares_memory(row.grad, t.grad)
    assert row.grad.tolist() == [2.0] * 4


# ── random indices ────────────────────────────────────────────────────────────────────────────
def parts_of_an_index(length, common):
    """What may stand in an index for an axis: a place, a slice, or places of a common shape."""
    if length == 0:
        return st.slices(0)
    places, shapes = st.integers(-length, length - 1), [common, common[-1:], (1,), ()]
    return st.one_of(
        st.slices(length),
        places,
        places.map(np.int64),
        hnp.arrays(np.int64, st.sampled_from(shapes), elements=places),
        st.lists(places, min_size=1, max_size=1),
    )


@st.composite
def arrays_and_indices(draw):
    """An array and an index of it: of some of the axes, with Ellipsis and new axes anywhere."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    form = draw(st.sampled_from(["parts", "parts", "parts", "mask", "row mask", "places"]))
    if form == "mask":
        index = draw(hnp.arrays(bool, shape))
    elif form == "row mask" and shape:
        index = (draw(hnp.arrays(bool, shape[:1])), *[slice(None, None, -1)] * (len(shape) - 1))
    elif form == "places" and shape and shape[0]:
        index = draw(hnp.arrays(np.int64, (2, 3), elements=st.integers(-shape[0], shape[0] - 1)))
    else:
        common = draw(hnp.array_shapes(min_dims=1, max_dims=2, max_side=3))
        first = draw(st.integers(0, len(shape)))
        last = draw(st.integers(first, len(shape)))
        parts = [draw(parts_of_an_index(length, common)) for length in shape[:first]]
        if draw(st.booleans()):
            behind = [draw(parts_of_an_index(length, common)) for length in shape[last:]]
            parts = [*parts, Ellipsis, *behind]
        if draw(st.booleans()):
            parts.insert(draw(st.integers(0, len(parts))), None)
        index = tuple(parts)
    return np.linspace(-1, 2, math.prod(shape)).reshape(shape), index


def added_one_by_one(g, index, shape):
    """The elements of g added, one after the other, to the places that an index names."""
    out = np.zeros(shape)
    places = np.arange(math.prod(shape)).reshape(shape)[index]
    for place, value in zip(np.ravel(places), np.ravel(g), strict=True):
        out.flat[place] += value
    return out


@settings(max_examples=150, deadline=None)
@given(arrays_and_indices())
def test_any_index_of_any_array(case):
    array, index = case
    expected = array[index]
    g = np.linspace(1, 2, expected.size).reshape(expected.shape)
    value, pull = vjp(lambda x: x[index], array)
    np.testing.assert_array_equal(value, expected)
    times = added_one_by_one(g, index, array.shape)
    np.testing.assert_allclose(pull(g)[0], times, rtol=1e-14)

    def second(x):
        return np.sum(np.cos(array) * grad(lambda x: np.sum(g * x[index] ** 3))(x))

    # A sum over elements has a diagonal second derivative: 6 g x for each time that x is named.
    expected = 6 * np.cos(array) * times * array
    np.testing.assert_allclose(grad(second)(array), expected, rtol=1e-12, atol=1e-14)


@settings(max_examples=100, deadline=None)
@given(arrays_and_indices(), st.sampled_from([np.float32, np.complex64, ">f8"]))
def test_an_index_keeps_the_dtype(case, dtype):
    array, index = case
    t = Tensor(array.astype(dtype))
    y = t[index]
    assert y.dtype == t.data[index].dtype
    y.backward(np.ones(y.shape))
    assert t.grad.dtype == t.dtype
    ones = np.ones(array[index].shape)
    np.testing.assert_array_equal(t.grad, added_one_by_one(ones, index, array.shape))


@pytest.mark.parametrize("size", [20, 2000])
def test_many_contributions_to_few_places_are_all_counted(size):
    """Both ways in which a gradient is added up, for few and for many picked elements."""
    table, rng = np.ones((30, 5)), np.random.default_rng(0)
    rows, columns = rng.integers(-30, 30, size), rng.integers(0, 5, size)
    for index in (rows, (rows, columns), (slice(None), columns), (columns, slice(1, 3))):
        g = rng.normal(size=table[index].shape)
        _, pull = vjp(lambda x, index=index: x[index], table)
        expected = added_one_by_one(g, index, table.shape)
        np.testing.assert_allclose(pull(g)[0], expected, rtol=1e-12, atol=1e-12)


# The fast way pays where whole rows or columns are named, unless they are few; for a vector it is
# the index itself.
WAYS = [
    ((30,), np.array([3, 3]), True), ((30,), [3, 3], False),
    ((30, 5), np.arange(15), True), ((30, 5), np.arange(7), False), ((30, 5), np.arange(8), True),
    ((8, 5), np.arange(2), False), ((30, 5), (slice(None), [1, 1]), True),
    ((30, 5), (np.arange(30), np.arange(30) % 5), False),
    ((30, 5), (np.zeros((9, 9), int), np.zeros((9, 9), int)), False),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "index", "fast"), WAYS)
def test_which_way_of_adding_up_is_taken(shape, index, fast):
    numbers = _numbered(index, shape, np.empty(shape)[index].size)
    assert (numbers is not None) == fast
    if fast:
        places = np.arange(math.prod(shape)).reshape(shape)[index]
        np.testing.assert_array_equal(numbers, places)
