"""NumPy's functions that write into their first argument, and ufunc.at: on Tensors that take
assignments, and on plain arrays.
"""

import numpy as np
import pytest

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError, grad, vjp
from tests.core.differences import derivative
from tests.core.samples import distinct

TARGET, VALUES = distinct((3, 4), (3, 4))
MASK = np.arange(12).reshape(3, 4) % 3 == 0
PLACES, ROW = np.array([[3], [0], [1]]), np.array([[2, 0, 0, 1]])

# Each writes y into z, on arrays and on Tensors.
FORMS = {
    "copyto": lambda z, y: np.copyto(z, y),
    "copyto a row": lambda z, y: np.copyto(z, y[0]),
    "copyto where": lambda z, y: np.copyto(z, y, where=MASK),
    "copyto where rows": lambda z, y: np.copyto(z, y[0], where=MASK[:, :1]),
    "put": lambda z, y: np.put(z, [7, 0, -1], y[0]),
    "put fewer": lambda z, y: np.put(z, [7, 0, 1, 4], y[0, :2]),
    "put twice": lambda z, y: np.put(z, [7, 0, 7], y[0]),
    "put wrap": lambda z, y: np.put(z, [[13, -14]], y, mode="wrap"),
    "put clip": lambda z, y: np.put(z, [99, -99], y[1], mode="clip"),
    "place": lambda z, y: np.place(z, MASK, y[0, :3]),
    "place more": lambda z, y: np.place(z, MASK, y),
    "putmask": lambda z, y: np.putmask(z, MASK, y),
    "putmask fewer": lambda z, y: np.putmask(z, MASK, y[0, :3]),
    "fill_diagonal": lambda z, y: np.fill_diagonal(z, y[0, 0]),
    "fill_diagonal array": lambda z, y: np.fill_diagonal(z, y[0, :2]),
    "fill_diagonal wrap": lambda z, y: np.fill_diagonal(z[:, :2], y[0], wrap=True),
    "put_along_axis": lambda z, y: np.put_along_axis(z, PLACES, y[:, :1], 1),
    "put_along_axis number": lambda z, y: np.put_along_axis(z, ROW, y[0, 0], axis=0),
    "put_along_axis flat": lambda z, y: np.put_along_axis(z, np.array([5, 2]), y[0, :2], None),
    "add.at": lambda z, y: np.add.at(z, [0, 2, 0], y),
    "add.at pairs": lambda z, y: np.add.at(z, ([0, 0, 2], [1, 1, 3]), y[0, :3]),
    "add.at a number": lambda z, y: np.add.at(z, (slice(None), [1, 1]), y[0, 0]),
    "add.at a mask": lambda z, y: np.add.at(z, MASK, y[0]),
    "subtract.at": lambda z, y: np.subtract.at(z, [0, 2, 0], y),
    "multiply.at": lambda z, y: np.multiply.at(z, [0, 2, 0], y),
    "multiply.at pairs": lambda z, y: np.multiply.at(z, ([0, 0, 0], [1, 1, 1]), y[0, :3]),
    "divide.at": lambda z, y: np.divide.at(z, [1, 1], y[:2]),
    "maximum.at": lambda z, y: np.maximum.at(z, [0, 2, 0], y),
    "negative.at": lambda z, y: np.negative.at(z, [0, 0, 1]),
    "square.at": lambda z, y: np.square.at(z, ([0, 0], [1, 1])),
    "add.at nothing": lambda z, y: np.add.at(z, [], y[:0]),
    "multiply.at nothing": lambda z, y: np.multiply.at(z, np.array([], int), y[:0]),
}


def written(form, x, y):
    z = np.copy(x)
    form(z, y)
    return z


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_write_is_numpys_and_has_its_derivatives(form):
    expected = written(form, TARGET, VALUES)
    value, pull = vjp(lambda x, y: written(form, x, y), TARGET, VALUES)
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    g = np.linspace(1, 2, 12).reshape(3, 4)
    for actual, moved, at in zip(
        pull(g), (lambda x: written(form, x, VALUES), lambda y: written(form, TARGET, y)),
        (TARGET, VALUES), strict=True,
    ):  # fmt: skip
        numerical = derivative(lambda x, moved=moved: float(np.sum(g * moved(x))), at)
        np.testing.assert_allclose(actual, numerical, rtol=1e-7, atol=1e-9)


def test_writes_have_second_derivatives():
    def cubes(y):
        z = np.copy(y)
        np.add.at(z, [0, 0, 1], y)
        np.multiply.at(z, [1, 1, 0], y)
        np.putmask(z, MASK, y**2)
        return np.sum(z**3)

    gradient = grad(cubes)
    for direction in distinct((3, 4), (3, 4)):
        actual = grad(lambda y, d=direction: np.sum(d * gradient(y)))(VALUES)
        numerical = derivative(lambda y, d=direction: float(np.sum(d * gradient(y))), VALUES)
        np.testing.assert_allclose(actual, numerical, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", [n for n in FORMS if "negative" not in n and "square" not in n])
def test_a_plain_array_takes_no_tensor_but_constants(name):
    asks = "a plain array cannot take|was about to become a plain array"  # NumPy's fill_diagonal
    with pytest.raises((UncoveredError, DTypeError), match=rf"({asks}).*zeros_like"):
        FORMS[name](TARGET.copy(), Tensor(VALUES))
    plain = TARGET.copy()
    FORMS[name](plain, Tensor(VALUES, requires_grad=False))
    np.testing.assert_array_equal(plain, written(FORMS[name], TARGET, VALUES))


@pytest.mark.parametrize("name", ["place", "putmask", "put"])
def test_no_values_are_no_zeros(name):
    t = Tensor(TARGET)
    with pytest.raises(ShapeError, match=r"no values for the .* places to write to"):
        FORMS[name](np.copy(t), VALUES[:, :0])


def test_a_leaf_is_not_written_into():
    t = Tensor(TARGET)
    for name in ("copyto", "put", "place", "putmask", "fill_diagonal", "add.at", "multiply.at"):
        with pytest.raises(UncoveredError, match="assignment into a Tensor"):
            FORMS[name](t, VALUES)
    np.testing.assert_array_equal(t.data, TARGET)
