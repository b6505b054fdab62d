"""Assignment: z[index] = value with Tensors, against the same values joined without assignment."""

import copy
import pickle

import numpy as np
import pytest

from autograd_core import (
    Tensor,
    check_gradients,
    expanded,
    grad,
    no_grad,
    sigmoid,
    vjp,
)
from autograd_core.buffer import Buffer
from autograd_core.errors import DTypeError, GraphError, ShapeError, UncoveredError
from autograd_core.node import nodes_before
from tests.core.differences import derivative
from tests.core.samples.families.shaping import INDICES

X = np.array([0.3, -0.7, 1.1])


def gradient_of(f, x=X):
    """The derivative by our rules, checked against differences, and of the second order too."""
    slope = grad(f)(x)
    np.testing.assert_allclose(slope, derivative(f, x), rtol=1e-7, atol=1e-9)
    check_gradients(grad(f), x)
    return slope


def is_made(f, by):
    """Whether a function with assignments has the value and the gradients of one without."""
    np.testing.assert_array_equal(f(X), by(X))
    np.testing.assert_allclose(gradient_of(lambda x: np.sum(np.sin(f(x)))),
                               grad(lambda x: np.sum(np.sin(by(x))))(X), rtol=1e-13)  # fmt: skip


# ── every form of an index ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_every_index_takes_an_array_of_its_shape(index):
    base = np.arange(12.0).reshape(3, 4)
    places = np.zeros((3, 4), int)
    size = np.size(base[index])
    places[index] = np.arange(1, size + 1).reshape(base[index].shape)
    values = np.linspace(1, 2, size)

    def assigned(v):
        z = np.copy(v[:1])[0] * 0 + base if size else np.copy(base)
        z = np.copy(z)
        z[index] = np.reshape(v, base[index].shape)
        return z

    def joined(v):
        return np.where(places > 0, np.concatenate([np.zeros(1), v])[places], base)

    np.testing.assert_array_equal(assigned(values), joined(values))
    g = np.linspace(0.5, 1.5, 12).reshape(3, 4)
    if size:
        actual, expected = (vjp(f, values)[1](g)[0] for f in (assigned, joined))
        np.testing.assert_allclose(actual, expected, rtol=1e-14)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_every_index_takes_one_number_for_all(index):
    def f(x):
        z = np.zeros_like(x, shape=(3, 4))
        z[index] = x[1] * x[0]
        z[index] += x[2]
        return np.sum(np.exp(z))

    def by(x):
        mask = np.zeros((3, 4), bool)
        mask[index] = True
        return np.sum(np.exp(np.where(mask, x[1] * x[0] + x[2], 0)))

    np.testing.assert_allclose(gradient_of(f), grad(by)(X), rtol=1e-14)


# ── programs ──────────────────────────────────────────────────────────────────────────────────
def test_the_last_write_counts():
    def f(x):
        z = np.zeros_like(x)
        z[:] = x * x
        z[1:] = x[0]
        z[2] = 4.0
        return z

    is_made(f, lambda x: np.stack([x[0] * x[0], x[0], np.full_like(x[0], 4.0)]))


def test_what_was_read_before_a_write_keeps_its_value_and_its_gradient():
    def f(x):
        z = np.copy(x)
        before = z * 1
        z[:] = 2 * before
        return before * z

    is_made(f, lambda x: x * (2 * x))


def test_elements_are_moved_within_a_buffer_without_recording():
    def f(x):
        z = np.zeros_like(x, shape=5)
        z[:3] = x
        z[1:] = z[:-1]
        z[0] = z[3]
        return z

    is_made(f, lambda x: np.stack([x[2], x[0], x[1], x[2], x[0] * 0]))
    names = [node.primitive.name for node in nodes_before(f(Tensor(X)).creator)]
    assert names == ["positive", "getitem", "assemble"]  # the element alone is read


def test_elements_at_uneven_distances():
    def f(x):
        z = np.zeros_like(x, shape=7)
        z[[0, 2, 3, 6]] = np.concatenate([x, x[:1] * x[1:2]])
        return z

    is_made(f, lambda x: np.stack([x[0], 0 * x[0], x[1], x[2], 0 * x[0], 0 * x[0], x[0] * x[1]]))


def test_one_buffer_is_written_into_another():
    def f(x):
        a, b = np.copy(x), np.zeros_like(x, shape=(2, 3))
        b[0] = a
        a[0] = 5.0
        b[1] = a
        return b

    is_made(f, lambda x: np.stack([x, np.concatenate([np.array([5.0]), x[1:]])]))


def test_operators_in_place():
    def f(x):
        z = np.ones_like(x)
        z += x
        z *= x
        z -= 1
        z /= x + 3
        z **= 2
        z %= 7.5
        z @= np.diag([1.0, 2.0, 3.0])
        z[0] += z[1]
        return z

    def by(x):
        z = (((1 + x) * x - 1) / (x + 3)) ** 2 % 7.5 * np.array([1.0, 2.0, 3.0])
        return np.stack([z[0] + z[1], z[1], z[2]])

    np.testing.assert_allclose(f(X), by(X), rtol=1e-14)
    np.testing.assert_allclose(gradient_of(lambda x: np.sum(f(x))),
                               grad(lambda x: np.sum(by(x)))(X), rtol=1e-12)  # fmt: skip


def test_results_are_written_by_out():
    def f(x):
        z = np.zeros_like(x, shape=(2, 3))
        np.multiply(x, x, out=z[1])
        np.sin(x, out=z[0])
        np.log(x, out=z[1], where=X > 1)
        return z

    def by(x):
        return np.stack([np.sin(x), np.concatenate([x[:2] * x[:2], np.log(x[2:])])])

    with np.errstate(invalid="ignore"):  # of the logarithms that are not written
        is_made(f, by)


def test_methods_that_change_the_array():
    def f(x):
        z = np.zeros_like(x, shape=(2, 3))
        z.fill(x[0])
        z[1] = x * [1, -1, 1]
        z.sort()
        return z

    def by(x):
        return np.stack([x[[0, 0, 0]], np.stack([x[0], -x[1], x[2]])])

    is_made(f, by)


def test_a_time_stepping_loop():
    def walk(x, n=30):
        u = np.zeros_like(x, shape=(n, 3))
        u[0] = x
        for k in range(n - 1):
            u[k + 1] = u[k] + 0.1 * np.sin(u[k])
        return u

    def by(x, n=30):
        u = [x]
        for k in range(n - 1):
            u.append(u[k] + 0.1 * np.sin(u[k]))
        return np.stack(u)

    is_made(walk, by)


def test_a_stencil_with_boundaries():
    def heat(x):
        u = np.zeros_like(x, shape=(4, 3, 5))
        u[0, :, 1:4] = x
        u[:, 0] = 1.0
        for k in range(3):
            inner = u[k, 1:-1, 1:-1]
            around = u[k, :-2, 1:-1] + u[k, 2:, 1:-1] + u[k, 1:-1, :-2] + u[k, 1:-1, 2:]
            u[k + 1, 1:-1, 1:-1] = inner + 0.1 * (around - 4 * inner) * inner
        return np.sum(u**2)

    gradient_of(heat)


def test_cholesky_by_elements():
    def factor(x):
        a = x[:, None] * x + np.eye(3) * (x**2 + 1)
        low = np.zeros_like(a)
        for i in range(3):
            for j in range(i + 1):
                rest = a[i, j] - np.sum(low[i, :j] * low[j, :j])
                low[i, j] = np.sqrt(rest) if i == j else rest / low[j, j]
        return low

    expected = np.linalg.cholesky(np.outer(X, X) + np.diag(X**2 + 1))
    np.testing.assert_allclose(factor(X), expected, rtol=1e-14, atol=1e-15)
    gradient_of(lambda x: np.sum(np.sin(factor(x))))


def test_a_composite_that_is_expanded_reads_a_buffer():
    def f(x):
        z = np.zeros_like(x)
        z[1:] = x[:2]
        with expanded():
            return np.sum(sigmoid(z) * x)

    gradient_of(f)


@pytest.mark.parametrize("fill", ["zeros", "ones", "empty", "full"])
def test_arrays_like_a_tensor(fill):
    t = Tensor(np.float32([1, 2]))
    more = (t[0] * 3,) if fill == "full" else ()
    made = getattr(np, f"{fill}_like")(t, *more, shape=(2, 2))
    other = getattr(np, fill)((2, 2), *more, dtype=np.float32, like=t)
    for z in (made, other):
        assert isinstance(z, Buffer)
        assert (z.shape, z.dtype) == ((2, 2), np.float32)
        assert z.requires_grad is (fill == "full")
    if fill != "empty":
        np.testing.assert_array_equal(made.data, getattr(np, fill)((2, 2), *[3.0 for _ in more]))
    assert type(np.zeros_like(t, dtype=int)) is np.ndarray


def test_a_buffer_of_constants_is_a_constant():
    t = Tensor(X)
    z = np.zeros_like(t)
    z[1] = 2.0
    assert not z.requires_grad
    assert z.creator is None
    (t * z).sum().backward()
    assert t.grad.tolist() == [0, 2, 0]
    z[1] = 5.0
    assert (t * z).data.tolist() == [0, 5 * X[1], 0]
    assert (np.where(X > 0, t, z) > z).tolist() == [True, False, True]


def test_under_no_grad_only_numbers_are_written():
    t = Tensor(X)
    z = np.copy(t)
    first = t[:1] * 9
    with no_grad():
        z[:1] = first
        assert not z[1].requires_grad
        assert not (z + 1).requires_grad
        assert np.max(z).item() == max(z.data)  # read here, and recorded nevertheless
    z.sum().backward()
    assert t.grad.tolist() == [0, 1, 1]


def test_gradients_are_kept_and_found_on_a_buffer():
    t = Tensor(X)
    z = np.zeros_like(t)
    z[:2] = t[1:] * 3
    z.name = "z"
    z.retain_grad()
    (z * z).sum().backward()
    np.testing.assert_allclose(z.grad, 2 * z.data)
    assert z.settled().name == z.name == "z"
    z[2] = t[0]
    assert z.settled().name == "z"
    assert z.grad is None  # that was another state


def test_float32_stays_float32():
    t = Tensor(X.astype(np.float32))
    z = np.zeros_like(t)
    z[:2] = t[:2] * 2
    assert z.settled().dtype == np.float32
    z.sum().backward()
    assert t.grad.dtype == np.float32
    wide = np.zeros_like(t, dtype=float)
    wide[0] = t[0]
    assert wide.settled().dtype == float
    t.zero_grad()
    (wide * wide).sum().backward()
    assert t.grad.dtype == np.float32


def test_complex_elements():
    def f(x):
        z = np.zeros_like(x, dtype=complex)
        z[:2] = x[1:] * 1j
        z[2] = x[0]
        return np.sum(np.real(z * z * (1 + 2j)))

    gradient_of(f)


# ── errors ────────────────────────────────────────────────────────────────────────────────────
def assign(z, index, value):
    z[index] = value


T = Tensor(X, name="t")
ERRORS = {
    "a leaf": (lambda: assign(Tensor(X), 0, 1.0), UncoveredError,
               ("setitem: assignment into a Tensor, which is a leaf or the result of an operation "
                "and never changes. Write into a copy, z = np.copy(t), or into np.zeros_like(t)")),
    "a shape": (lambda: assign(np.zeros_like(T), slice(2), T), ShapeError,
                ("setitem: a value of shape (3,) does not fit the place of shape (2,) that the "
                 "index names in a Buffer of shape (3,).")),
    "an index": (lambda: assign(np.zeros_like(T), 3, T[0]), IndexError, "index 3 is out of bounds"),
    "complex into real": (lambda: assign(np.zeros_like(T), 0, T[0] * 1j), DTypeError,
                          ("setitem: a Tensor of complex128 into a Buffer of float64 would lose "
                           "digits and derivatives. Make it by np.zeros_like(t, dtype=complex")),
    "into an array": (lambda: assign(np.zeros(3), slice(None), T), DTypeError,
                      "a Tensor of shape (3,) was about to become a plain array"),
    "no number": (lambda: assign(np.zeros_like(T), 0, "one"), DTypeError, "setitem: 'one'"),
    "data": (lambda: setattr(np.copy(T), "data", X), GraphError,
             "data: a Buffer is written into by z[...] = value"),
    "a copy of the graph": (lambda: copy.deepcopy(np.copy(T)), GraphError, "copy: this Tensor is"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), ERRORS.values(), ids=ERRORS)
def test_errors_say_what_to_do(call, error, text):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value).startswith(text)


def test_an_element_of_a_plain_array_names_the_way_out():
    with pytest.raises(ValueError, match="sequence") as raised:
        np.zeros(3)[0] = T[0]
    assert "np.zeros_like(t, shape=…)" in str(raised.value.__cause__)


def test_a_failed_assignment_changes_nothing():
    z = np.copy(T)
    with pytest.raises(ShapeError):
        z[:2] = T
    np.testing.assert_array_equal(z.data, X)
    with pytest.raises(ValueError, match="read-only"):
        z.data[0] = 1.0


def test_constants_can_be_copied():
    z = np.ones_like(T)
    for other in (copy.copy(z), copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        other[0] = 3.0
        assert other.data.tolist() == [3, 1, 1]
    assert z.data.tolist() == [1, 1, 1]
