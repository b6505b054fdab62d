"""Products: NumPy's call forms, and misuses."""

import numpy as np
import pytest

from autograd_core import ShapeError, Tensor, UncoveredError, grad
from tests.core.agreement import assert_agrees
from tests.core.differences import derivative
from tests.core.samples import distinct

MATRIX = distinct((3, 4))[0]
CUBE = distinct((2, 3, 4))[0]
VECTORS = distinct((4, 3))[0]

# One line for each call form; each runs on arrays and on Tensors of shape (3, 4).
FORMS = {
    "inner": lambda x: np.inner(x, CUBE),
    "inner number": lambda x: np.inner(x, 2.0),
    "outer": lambda x: np.outer(x, [1.0, 2.0]),
    "vdot": lambda x: np.vdot(x, MATRIX),
    "linalg.outer": lambda x: np.linalg.outer(x[0], x[1]),
    "linalg.matmul": lambda x: np.linalg.matmul(x, MATRIX.T),
    "vecdot": lambda x: np.vecdot(x, CUBE),
    "linalg.vecdot axis": lambda x: np.linalg.vecdot(CUBE[0], x, axis=0),
    "tensordot 1": lambda x: np.tensordot(x, CUBE.T, 1),
    "tensordot 2": lambda x: np.tensordot(CUBE, x),
    "tensordot 0": lambda x: np.tensordot(x[0], x[1], axes=0),
    "tensordot pair": lambda x: np.tensordot(x, CUBE, axes=(1, -1)),
    "tensordot lists": lambda x: np.tensordot(CUBE, x, axes=[[2, 1], [1, 0]]),
    "kron": lambda x: np.kron(x[:2, :2], x[1:]),
    "kron vector": lambda x: np.kron(x[0], x[:2]),
    "kron number": lambda x: np.kron(x, 2.0),
    "cross": lambda x: np.cross(x[:, :3], x[:, 1:]),
    "cross axis": lambda x: np.cross(x, MATRIX[:, :1], axis=0),
    "cross axes": lambda x: np.cross(x, VECTORS, axisa=0, axisb=1, axisc=0),
    "linalg.cross": lambda x: np.linalg.cross(x, MATRIX + 1, axis=0),
    "multi_dot": lambda x: np.linalg.multi_dot([x[:, 0], x, x.T, x]),
    "multi_dot two": lambda x: np.linalg.multi_dot((x, x[1])),
    "matrix_power 0": lambda x: np.linalg.matrix_power(x[:, :3], 0),
    "matrix_power 1": lambda x: np.linalg.matrix_power(x[:, :3], 1),
    "matrix_power 6": lambda x: np.linalg.matrix_power(x[:, :3] / 2, 6),
    "matrix_power -3": lambda x: np.linalg.matrix_power(x[:, :3] + 3 * np.eye(3), -3),
    **{f"{f.__name__} {mode} {n}": lambda x, f=f, m=mode, n=n: f(x[0], np.arange(1.0, n + 1), m)
       for f in (np.convolve, np.correlate) for mode in ("full", "same", "valid")
       for n in (1, 3, 6)},
    "correlate": lambda x: np.correlate(x[0], x[1, :2]),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "einsum implicit": lambda x: np.einsum("ba", x),
    "einsum spaces": lambda x: np.einsum(" ij , j -> i ", x, [1.0, 2.0, 3.0, 4.0]),
    "einsum diagonal": lambda x: np.einsum("ii->i", x[:, :3]),
    "einsum trace": lambda x: np.einsum("ii", x[:, :3]),
    "einsum two traces": lambda x: np.einsum("ii,jj", x[:, :3], x[:, 1:]),
    "einsum ellipsis": lambda x: np.einsum("...ij,...jk->...ik", CUBE, x.T),
    "einsum ellipsis implicit": lambda x: np.einsum("i...,...i", x, CUBE[0].T),
    "einsum ellipsis broadcast": lambda x: np.einsum("...,...->...", x, CUBE[:, :, :1]),
    "einsum lists": lambda x: np.einsum(x, [0, 1], CUBE, [2, 0, 1], [2, 1]),
    "einsum lists implicit": lambda x: np.einsum(x, [1, 0]),
    "einsum lists ellipsis": lambda x: np.einsum(x, [..., 7], x, [..., 7], [...]),
    "einsum four": lambda x: np.einsum("ij,kj,kl,il->", x, x, x, MATRIX, optimize=True),
    "einsum path": lambda x: np.einsum("ij,kj,kl", x, x, MATRIX,
                                       optimize=["einsum_path", (1, 2), (0, 1)]),
    "einsum options": lambda x: np.einsum("ij->j", x, dtype=None, order="K", casting="safe"),
}  # fmt: skip
if hasattr(np, "matvec"):
    FORMS["matvec"] = lambda x: np.matvec(x, CUBE)
    FORMS["vecmat"] = lambda x: np.vecmat(CUBE[:, 0, :3], x)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_call_forms(form):
    assert_agrees(form, MATRIX)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) >= "2.5.0", reason="NumPy dropped them")
@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
@pytest.mark.parametrize(("first", "second"), [(2, 2), (2, 3), (3, 2)])
def test_cross_products_of_vectors_in_the_plane(first, second):
    x, y = VECTORS[:2, :first], VECTORS[2:, :second]
    t = Tensor(x)
    out = np.cross(t, y)
    np.testing.assert_allclose(out.data, np.cross(x, y), rtol=1e-14)
    out.sum().backward()
    numerical = derivative(lambda x: np.sum(np.cross(x, y)), x)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-8)


def test_multi_dot_takes_the_cheap_order():
    """(xᵀy)·z takes vectors only; x·(yᵀz) has a matrix of a million numbers in between."""
    row, column = Tensor(np.ones((1, 1000))), Tensor(np.ones((1000, 1)))
    out = np.linalg.multi_dot([column, row, column])
    inner = [i for i in out.creator.inputs if not isinstance(i, Tensor)]
    assert [node.shape for node in inner] == [(1, 1)]


def test_integer_and_bool_operands_are_constants():
    t = Tensor([1.0, 2.0])
    out = np.einsum("i,i", np.array([True, False]), t) + np.inner(np.array([3, 4], np.int8), t)
    out.backward()
    assert t.grad.tolist() == [4.0, 4.0]


def test_einsum_path_is_plain():
    path, text = np.einsum_path("ij,jk", Tensor(MATRIX), Tensor(MATRIX.T))
    assert path == ["einsum_path", (0, 1)]
    assert "ij,jk" in text


def test_the_power_0_has_gradient_0_also_at_infinity():
    assert grad(lambda x: np.sum(np.linalg.matrix_power(x, 0)))(np.full((2, 2), np.inf)).max() == 0


MISUSES = {
    "tensordot": (lambda t: np.tensordot(t, t, 1), ShapeError,
                  r"tensordot: inner sizes differ, x is \(3, 4\) and y is .*; the axes \(1,\)"),
    "inner": (lambda t: np.inner(t, t.T), ShapeError, "inner: inner sizes differ"),
    "multi_dot of one": (lambda t: np.linalg.multi_dot([t]), ShapeError, "two at least"),
    "multi_dot of cubes": (lambda t: np.linalg.multi_dot([t[None], t]), ShapeError, "matrices"),
    "matrix_power": (lambda t: np.linalg.matrix_power(t, 2), ShapeError, "only square matrices"),
    "linalg.outer": (lambda t: np.linalg.outer(t, t), ShapeError, "takes vectors only"),
    "cross": (lambda t: np.cross(t, t), ShapeError, "4 and 4 components"),
    "linalg.cross": (lambda t: np.linalg.cross(t, t), ShapeError, "np.linalg.cross takes three"),
    "convolve matrices": (lambda t: np.convolve(t, t), ShapeError, "give vectors"),
    "convolve nothing": (lambda t: np.convolve(t[0], []), ShapeError, "not empty"),
    "convolve mode": (lambda t: np.convolve(t[0], t[1], "half"), UncoveredError, "mode='half'"),
    "einsum count": (lambda t: np.einsum("ij,jk", t), ShapeError, "for 2 operands, and 1 were"),
    "einsum ellipsis": (lambda t: np.einsum("...j->j", t), ShapeError, "needs an ellipsis too"),
    "einsum labels": (lambda t: np.einsum("ijk", t), ValueError, "too many subscripts"),
    "einsum out": (lambda t: np.einsum("ij", t, out=MATRIX), UncoveredError, "einsum: .*out="),
    "einsum dtype": (lambda t: np.einsum("ij", t, dtype=np.float32), UncoveredError, "dtype="),
    "outer out": (lambda t: np.outer(t, t, out=MATRIX), UncoveredError, "np.outer: .*out="),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), MISUSES.values(), ids=MISUSES)
def test_misuses_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(MATRIX))
