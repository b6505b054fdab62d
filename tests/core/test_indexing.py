"""Every form of NumPy's indexing: value, first and second derivative; and what is no index."""

import numpy as np
import pytest

from autograd_core import DTypeError, Tensor, grad, vjp
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
