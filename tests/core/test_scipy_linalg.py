"""scipy.linalg on Tensors: SciPy's values, and gradients by differences."""

import sys

import numpy as np
import pytest

from autograd_core import MissingExtraError, ShapeError, Tensor, UncoveredError
from tests.core.differences import derivative
from tests.core.samples import distinct
from tests.core.samples.families.linalg import SYMMETRIC, A

scipy_linalg = pytest.importorskip("scipy.linalg")

from autograd_core.scipy import linalg  # noqa: E402  needs SciPy

B, VECTOR = distinct((3, 2), (3,))
BAND = np.array([[0.0, 0.3, -0.4], [4.0, 3.0, -3.5], [0.7, -0.6, 0.0]])

# One line for each call form; each runs with our module on Tensors and with SciPy's on arrays.
FORMS = {
    "solve": (lambda lib, x: lib.solve(x, VECTOR), A),
    "solve transposed": (lambda lib, x: lib.solve(x, B, transposed=True), A),
    "solve positive": (lambda lib, x: lib.solve(x, VECTOR, assume_a="pos"), SYMMETRIC),
    "solve_triangular": (lambda lib, x: lib.solve_triangular(x, VECTOR), A),
    "solve_triangular T": (lambda lib, x: lib.solve_triangular(x, B, "T", lower=True), A),
    "solve_triangular C": (lambda lib, x: lib.solve_triangular(x, B, trans=2), A),
    "solve_triangular b": (lambda lib, x: lib.solve_triangular(A, x, unit_diagonal=True), VECTOR),
    "solve_banded": (lambda lib, x: lib.solve_banded((1, 1), x, B), BAND),
    "solve_banded, a vector": (lambda lib, x: lib.solve_banded((2, 0), x, VECTOR), BAND[[1, 2, 0]]),
    "cholesky": (lambda lib, x: lib.cholesky(x), SYMMETRIC),
    "cholesky lower": (lambda lib, x: lib.cholesky(x, lower=True), SYMMETRIC),
    "cho_solve": (lambda lib, x: lib.cho_solve(lib.cho_factor(x), B), SYMMETRIC),
    "cho_solve lower": (
        lambda lib, x: lib.cho_solve(lib.cho_factor(x, lower=True), VECTOR), SYMMETRIC),
    "expm": (lambda lib, x: lib.expm(x / 3), A),
    "sqrtm": (lambda lib, x: lib.sqrtm(x), SYMMETRIC),
    "solve_sylvester": (lambda lib, x: lib.solve_sylvester(x, A[:2, :2], B), A),
    "solve_continuous_lyapunov": (lambda lib, x: lib.solve_continuous_lyapunov(x, SYMMETRIC), A),
    "block_diag": (lambda lib, x: lib.block_diag(A, x, x[0], [[2.0]]), B),
    "toeplitz": (lambda lib, x: lib.toeplitz(x), VECTOR),
    "toeplitz of two": (lambda lib, x: lib.toeplitz(x, [9.0, 1.0, 2.0, 3.0]), VECTOR),
    "toeplitz row": (lambda lib, x: lib.toeplitz([1.0, 2.0], x), VECTOR),
}  # fmt: skip


@pytest.mark.parametrize(("form", "array"), FORMS.values(), ids=FORMS)
def test_call_forms(form, array):
    expected = form(scipy_linalg, array)
    t = Tensor(array)
    actual = form(linalg, t)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(actual.data, expected, rtol=1e-12, atol=1e-14)
    g = np.linspace(1, 2, expected.size).reshape(expected.shape)
    actual.backward(g)
    numerical = derivative(lambda x: np.sum(g * form(scipy_linalg, x)), array)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-9)


MISUSES = {
    "assume_a": (lambda t: linalg.solve(t, t, assume_a="sym"), UncoveredError, "assume_a='sym'"),
    "trans": (lambda t: linalg.solve_triangular(t, t, trans="H"), UncoveredError, "trans='H'"),
    "band": (lambda t: linalg.solve_banded((1, 2), t, t), ShapeError, "it has 4 rows"),
}


@pytest.mark.parametrize(("call", "error", "message"), MISUSES.values(), ids=MISUSES)
def test_misuses_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(A))


def test_without_scipy_the_extra_is_named(monkeypatch):
    for name in ("autograd_core.ops.scipy_linalg", "autograd_core.scipy.linalg"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.delattr("autograd_core.scipy.linalg")
    with pytest.raises(MissingExtraError, match=r"pip install 'autograd-core\[scipy\]'"):
        from autograd_core.scipy import linalg  # noqa: F401  the import is what is tested
