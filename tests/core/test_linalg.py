"""Linear algebra: NumPy's call forms and named tuples, special matrices, and misuses."""

import numpy as np
import pytest

from autograd_core import ShapeError, Tensor, UncoveredError, grad, jvp, vjp
from autograd_core.errors import DegenerateError
from tests.core.agreement import assert_agrees
from tests.core.differences import derivative
from tests.core.samples import distinct
from tests.core.samples.families.linalg import BATCH, SYMMETRIC, TALL, TURNING, A, cofactor

L = np.linalg
CUBE = distinct((2, 3, 4))[0]
VECTOR = distinct((3,))[0]

# One line for each call form, with the array for which it is called.
FORMS = {
    "solve, a vector": (lambda x: L.solve(x, VECTOR), A),
    "solve, vectors of a batch": (lambda x: L.solve(x, VECTOR[:2]), BATCH),
    "solve, one matrix for a batch": (lambda x: L.solve(A, x), CUBE),
    "solve, a right side for a batch": (lambda x: L.solve(BATCH, x), TALL[:2]),
    "pinv rtol": (lambda x: L.pinv(x, rtol=1e-3), TALL),
    "pinv rtol=None": (lambda x: L.pinv(x, rtol=None), TALL),
    "pinv rcond": (lambda x: L.pinv(x, 1e-3), BATCH),
    "pinv of rank 1": (lambda u: L.pinv(np.outer(u, [1.0, 2.0])), VECTOR),
    "lstsq of rank 1": (lambda u: L.lstsq(np.outer(u, [1.0, 2.0]), A[0])[0], VECTOR),
    "lstsq": (lambda x: L.lstsq(x, VECTOR)[0], TALL),
    "lstsq residuals": (lambda x: L.lstsq(x, A)[1], TALL),
    "lstsq residual of a vector": (lambda x: L.lstsq(x, VECTOR, rcond=-1)[1], TALL),
    "lstsq singular values": (lambda x: L.lstsq(x, VECTOR)[3], TALL),
    "slogdet": (lambda x: L.slogdet(x).logabsdet, -BATCH),
    "cholesky upper": (lambda x: L.cholesky(x, upper=True), SYMMETRIC),
    "qr complete": (lambda x: L.qr(x, mode="complete").R, TALL.T),
    "qr wide": (lambda x: L.qr(x)[0], CUBE),
    "qr r": (lambda x: L.qr(x, "r"), TALL),
    "eigh": (lambda x: L.eigh(x)[1], SYMMETRIC),
    "eigh U": (lambda x: L.eigh(x, "u").eigenvalues, SYMMETRIC),
    "eigvalsh": (lambda x: L.eigvalsh(x, UPLO="U"), SYMMETRIC),
    "svd, square": (lambda x: L.svd(x)[2], A),
    "svd, no vectors": (lambda x: L.svd(x, compute_uv=False), CUBE),
    "svd, tall": (lambda x: L.svd(x, full_matrices=False).U, TALL),
    "svd, wide": (lambda x: L.svd(x, False).Vh, TALL.T),
    "eig, real vectors": (lambda x: np.real(L.eig(x).eigenvectors), A),  # complex since NumPy 2.5
    "eig, complex vectors": (lambda x: np.real(L.eig(x)[1]), TURNING),
    "eig, imaginary parts": (lambda x: np.imag(L.eig(x)[1]), TURNING),
    "norm keepdims": (lambda x: L.norm(x, keepdims=True), CUBE),
    "norm of a vector": (lambda x: L.norm(x, 3), VECTOR),
    "norm -1": (lambda x: L.norm(x, -1, axis=0), A),
    "norm 0.5": (lambda x: L.norm(x, 0.5, axis=1), CUBE),
    "vector_norm": (lambda x: L.vector_norm(x, axis=(0, -1), ord=1), CUBE),
    "vector_norm keepdims": (lambda x: L.vector_norm(x, keepdims=True, ord=np.inf), CUBE),
    "matrix_norm": (lambda x: L.matrix_norm(x, ord="nuc", keepdims=True), CUBE),
    **{f"matrix norm {o}": (lambda x, o=o: L.norm(x, o, axis=(2, 0)), CUBE)
       for o in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)},
    **{f"cond {p}": (lambda x, p=p: L.cond(x, p), A) for p in (None, 2, -2, 1, "fro", "nuc")},
    "tensorinv": (lambda x: L.tensorinv(x), distinct((2, 3, 6))[0].reshape(2, 3, 3, 2)),
    "tensorsolve": (lambda x: L.tensorsolve(x, CUBE[0, :2, :3]), distinct((2, 3, 6))[0]),
    "tensorsolve axes": (lambda x: L.tensorsolve(x, VECTOR, axes=(0,)), A),
    "diagonal": (lambda x: L.diagonal(x, offset=-1), CUBE),
    "trace": (lambda x: L.trace(x, offset=1), CUBE),
    "matrix_transpose": (lambda x: L.matrix_transpose(x), CUBE),
}  # fmt: skip


@pytest.mark.parametrize(("form", "array"), FORMS.values(), ids=FORMS)
def test_call_forms(form, array):
    assert_agrees(form, array, rtol=1e-7)


def tangent_of(f, x, t):
    return jvp(f, (np.array(x),), (np.array(t),))[1]


def hessian(f, x):
    rows = [grad(lambda x, i=i: grad(f)(x).ravel()[i])(x) for i in range(x.size)]
    return np.reshape(rows, (x.size, x.size))


# ── NumPy's results ───────────────────────────────────────────────────────────────────────────
RESULTS = {
    "eig": (L.eig, A, "eigenvalues eigenvectors"),
    "eigh": (L.eigh, SYMMETRIC, "eigenvalues eigenvectors"),
    "qr": (L.qr, TALL, "Q R"),
    "slogdet": (L.slogdet, A, "sign logabsdet"),
    "svd": (L.svd, A, "U S Vh"),
}


@pytest.mark.parametrize(("f", "array", "names"), RESULTS.values(), ids=RESULTS)
def test_results_are_numpys_named_tuples(f, array, names):
    actual, expected = f(Tensor(array)), f(array)
    assert type(actual) is type(expected)
    for name in names.split():
        value = getattr(actual, name)
        value = value.data if isinstance(value, Tensor) else value
        np.testing.assert_allclose(value, getattr(expected, name), rtol=1e-13, atol=1e-14)


def test_the_sign_of_a_real_determinant_is_plain():
    sign = L.slogdet(Tensor(-BATCH)).sign
    assert type(sign) is np.ndarray
    assert sign.tolist() == [1.0, 1.0, 1.0]


def test_the_sign_of_a_complex_determinant_is_followed():
    z = TURNING * (1 + 2j)
    sign, log = L.slogdet(Tensor(z))
    np.testing.assert_allclose(sign.data, L.slogdet(z)[0], rtol=1e-14)
    assert log.dtype == np.float64
    assert L.slogdet(Tensor(0 * z))[0].data == 0


def test_the_rank_is_plain_and_deficient_systems_have_no_residuals():
    x, residuals, rank, values = L.lstsq(Tensor(np.outer(VECTOR, [1.0, 2.0])), VECTOR)
    assert rank == 1
    assert residuals.shape == (0,)
    assert (type(x), type(values)) == (Tensor, Tensor)
    assert L.matrix_rank(Tensor(A)) == 3


def test_solutions_of_deficient_systems_have_a_gradient_in_the_right_side():
    deficient = np.outer(VECTOR, [1.0, 2.0])
    gradient = grad(lambda b: np.sum(L.lstsq(deficient, b)[0]))(VECTOR)
    np.testing.assert_allclose(gradient, L.pinv(deficient).sum(0), rtol=1e-13)


# ── determinants of singular matrices ─────────────────────────────────────────────────────────
SINGULAR = {
    "rank 2 of 3": np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]),
    "rank 1 of 3": np.outer([1.0, 2.0, -1.0], [1.0, 1.0, 2.0]),
    "rank 2 of 4": np.outer([1.0, 2.0, -1.0, 0.0], [1.0, 1.0, 2.0, 3.0])
                   + np.outer([0.0, 1.0, 1.0, 2.0], [2.0, 0.0, 1.0, 1.0]),
    "zero": np.zeros((3, 3)),
    "zero of 2": np.zeros((2, 2)),
    "a row of zeros": np.array([[0.0, 0.0], [3.0, 4.0]]),
}  # fmt: skip


@pytest.mark.parametrize("x", SINGULAR.values(), ids=SINGULAR)
def test_det_of_a_singular_matrix_has_its_cofactors_as_gradient(x):
    np.testing.assert_allclose(grad(L.det)(x), cofactor(x), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(tangent_of(L.det, x, x + 1), np.sum(cofactor(x) * (x + 1)),
                               rtol=1e-13, atol=1e-13)  # fmt: skip


def test_det_of_a_matrix_whose_inverse_overflows_has_its_cofactors_as_gradient():
    x = np.array([[1e-310, 0.0], [0.0, 2.0]])
    assert grad(L.det)(x).tolist() == [[2.0, 0.0], [0.0, 1e-310]]
    with np.errstate(invalid="ignore"):
        assert np.isnan(grad(L.det)(x * np.nan)).all()


@pytest.mark.parametrize("x", SINGULAR.values(), ids=SINGULAR)
def test_second_derivatives_of_det_at_a_singular_matrix(x):
    """det is linear in each element, so differences of whole numbers are exact."""
    size = x.shape[0]
    expected = np.zeros((size, size, size, size))
    for place in np.ndindex(x.shape):
        moved = x.copy()
        moved[place] += 1
        expected[place] = cofactor(moved) - cofactor(x)
    actual = hessian(L.det, x).reshape(expected.shape)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


def test_third_derivatives_of_det():
    def second(x):
        return np.sum(np.cos(A) * grad(lambda x: np.sum(A * grad(L.det)(x)))(x))

    np.testing.assert_allclose(grad(second)(A), derivative(second, A), rtol=1e-8)
    with pytest.raises(L.LinAlgError, match="Singular matrix"):
        grad(second)(SINGULAR["zero"])


# ── equal values, and values of 0 ─────────────────────────────────────────────────────────────
ROTATION = L.qr(A)[0]
EQUAL = ROTATION * [2.0, 2.0, 5.0] @ ROTATION.T  # two equal eigenvalues and singular values
SIMPLE = ROTATION * [1.0, 2.0, 5.0] @ ROTATION.T
SHEAR = np.array([[1.0, 1.0], [0.0, 1.0]])
WEIGHTS = np.array([1.0, 3.0, 2.0])

# Symmetric functions of the values, with their gradients.
VALUES = {
    "eigvalsh, trace": (lambda x: np.sum(L.eigvalsh(x)), EQUAL, np.eye(3)),
    "eigh, squares": (lambda x: np.sum(L.eigh(x)[0] ** 2), EQUAL, None),
    "eigvalsh, squares": (lambda x: np.sum(L.eigvalsh(x) ** 2), np.eye(3), 2 * np.eye(3)),
    "eigvals, trace": (lambda x: np.sum(L.eigvals(x)), np.eye(3), np.eye(3)),
    "svd, squares": (lambda x: np.sum(L.svd(x)[1] ** 2), EQUAL, 2 * EQUAL),
    "svdvals, squares": (lambda x: np.sum(L.svdvals(x) ** 2), np.eye(2, 3), 2 * np.eye(2, 3)),
    "svdvals at 0": (lambda x: np.sum(L.svdvals(x)), np.zeros((2, 3)), np.zeros((2, 3))),
    "nuclear norm, one value 0": (lambda x: L.norm(x, "nuc"), np.diag([2.0, 0.0]),
                                  np.diag([1.0, 0.0])),
    "nuclear norm, numerically 0": (lambda x: L.norm(x, "nuc"), np.outer(VECTOR, VECTOR),
                                    np.outer(VECTOR, VECTOR) / (VECTOR @ VECTOR)),
    "norm 2, two largest": (lambda x: L.norm(x, 2), np.eye(2), np.eye(2) / 2),
}  # fmt: skip


@pytest.mark.parametrize(("f", "x", "expected"), VALUES.values(), ids=VALUES)
def test_equal_values_have_exact_gradients(f, x, expected):
    if expected is None:  # of the lower triangle, which is what NumPy reads
        expected = np.tril(4 * x) - 2 * np.diag(np.diag(x))
    np.testing.assert_allclose(grad(f)(x), expected, rtol=1e-13, atol=1e-13)


FORWARD = {"eigvalsh": (L.eigvalsh, EQUAL), "svdvals": (L.svdvals, np.eye(3)),
           "eigvals": (L.eigvals, np.eye(3))}  # fmt: skip


@pytest.mark.parametrize(("f", "x"), FORWARD.values(), ids=FORWARD)
def test_equal_values_have_exact_tangents(f, x):
    t = A + A.T
    actual = tangent_of(lambda x: np.sum(f(x) ** 2), x, t)
    np.testing.assert_allclose(actual, 2 * np.sum(x * t), rtol=1e-13)


DEGENERATE = {
    "eigh": (lambda x: np.sum(L.eigh(x)[1]), EQUAL, "eigh: eigenvectors of equal eigenvalues"),
    "eigh of the identity": (lambda x: L.eigh(x)[1][0, 1], np.eye(2), "eigh: eigenvectors"),
    "second order": (lambda x: np.sum(A * grad(lambda x: np.sum(L.eigvalsh(x) ** 2))(x)), EQUAL,
                     "eigh: eigenvectors"),
    "eig": (lambda x: np.sum(L.eig(x)[1]), np.eye(2), "eig: eigenvectors of equal eigenvalues"),
    "svd": (lambda x: np.sum(L.svd(x)[0]), np.eye(2), "svd: singular vectors of equal"),
    "svd at 0": (lambda x: np.sum(L.svd(x, False)[0]), np.zeros((3, 2)), "or of the value 0"),
    "svd of deficient rank": (lambda x: np.sum(L.svd(x, False)[0]), np.outer([1.0, 2, 3], [1, 2.0]),
                              "or of the value 0"),
    "defective": (lambda x: np.sum(L.eigvals(x)), SHEAR, "the matrix is defective"),
    "defective, vectors": (lambda x: np.sum(L.eig(x)[1]), SHEAR, "the matrix is defective"),
}  # fmt: skip


@pytest.mark.parametrize(("f", "x", "message"), DEGENERATE.values(), ids=DEGENERATE)
def test_vectors_of_equal_values_have_no_derivative(f, x, message):
    with pytest.raises(DegenerateError, match=message):
        grad(f)(x)
    if "grad" not in f.__code__.co_names:
        with pytest.raises(DegenerateError, match=message):
            tangent_of(f, x, A[: x.shape[0], : x.shape[1]])


def test_a_vector_of_a_simple_value_has_its_derivative_beside_equal_ones():
    def f(x):
        return np.sum(L.eigh((x + x.T) / 2)[1][:, 2] ** 2 * WEIGHTS)

    np.testing.assert_allclose(grad(f)(EQUAL), derivative(f, EQUAL), rtol=1e-8, atol=1e-9)


def test_zeros_may_meet_equal_values():
    """A gradient of exactly 0 at the vectors asks for nothing."""
    both = vjp(lambda x: np.concatenate([L.eigh(x)[0], L.eigh(x)[1].ravel()]), EQUAL)[1]
    assert np.isfinite(both(np.concatenate([np.ones(3), np.zeros(9)]))[0]).all()


# ── which elements are read, and how vectors are normalised ───────────────────────────────────
@pytest.mark.parametrize(
    ("f", "triangle"),
    [(L.cholesky, np.tril), (L.eigvalsh, np.tril), (lambda x: L.cholesky(x, upper=True), np.triu),
     (lambda x: L.eigh(x, "U")[0], np.triu)],
)  # fmt: skip
def test_what_is_not_read_has_no_gradient(f, triangle):
    t = Tensor(SIMPLE)
    out = f(t)
    out.backward(np.linspace(1, 2, out.data.size).reshape(out.shape))
    assert not (t.grad - triangle(t.grad)).any()
    other = triangle(SIMPLE) + (1 - triangle(np.ones((3, 3)))) * 99
    np.testing.assert_allclose(f(Tensor(other)).data, out.data, rtol=1e-13)


@pytest.mark.parametrize("x", [A, TURNING, TURNING * (1 + 0.5j)], ids=["real", "pairs", "complex"])
def test_eigenvectors_keep_their_length(x):
    slope = grad(lambda x: np.sum(np.abs(L.eig(x)[1]) ** 2 * [1.0, 2.0, 3.0]))(x)
    np.testing.assert_allclose(slope, 0, atol=1e-13)


def test_eigenvectors_keep_their_largest_component_real():
    x = TURNING * (1 + 0.5j)
    largest = np.argmax(np.abs(L.eig(x)[1]), axis=0)
    slope = grad(lambda x: np.sum(np.imag(L.eig(x)[1][largest, np.arange(3)]) * WEIGHTS))(x)
    np.testing.assert_allclose(slope, 0, atol=1e-13)


# ── norms where they are 0 ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("p", [None, 1, 2, 3, 1.5, np.inf])
def test_norms_at_0_have_gradient_0(p):
    def norm(x):
        return L.norm(x, p)

    zero = np.zeros(3)
    assert grad(norm)(zero).tolist() == [0, 0, 0]
    assert tangent_of(norm, zero, VECTOR) == 0
    assert not hessian(norm, zero).any()


@pytest.mark.parametrize("ord_", [None, "fro", "nuc", 2, 1, np.inf])
def test_matrix_norms_at_0_have_gradient_0(ord_):
    assert not grad(lambda x: L.norm(x, ord_))(np.zeros((2, 3))).any()


def test_rows_of_zeros_leave_the_others_alone():
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    slope = grad(lambda x: np.sum(L.norm(x, axis=1)))(x)
    np.testing.assert_allclose(slope, [[0, 0], [0.6, 0.8]], rtol=1e-15)


@pytest.mark.parametrize("p", [1.5, 2, 3])
def test_norms_have_the_slope_0_in_an_element_that_is_0(p):
    x = np.array([0.0, 1.0, -1.0, -4.0])
    expected = np.sign(x) * (np.abs(x) / L.norm(x, p)) ** (p - 1)
    np.testing.assert_allclose(grad(lambda x: L.norm(x, p))(x), expected, rtol=1e-14)


@pytest.mark.parametrize("p", [2, 4])
def test_second_derivatives_of_norms_where_an_element_is_0(p):
    x = np.array([0.0, 3.0, -4.0])
    expected = [derivative(lambda x, i=i: grad(lambda x: L.norm(x, p))(x)[i], x) for i in range(3)]
    np.testing.assert_allclose(hessian(lambda x: L.norm(x, p), x), expected, rtol=1e-6, atol=2e-7)


def test_the_norm_0_counts_and_is_plain():
    count = L.norm(Tensor([0.0, 2.0, -1.0]), 0)
    assert not isinstance(count, Tensor)
    assert count == 2.0


# ── errors ────────────────────────────────────────────────────────────────────────────────────
def test_numpys_errors_pass():
    with pytest.raises(L.LinAlgError, match="Singular matrix") as raised:
        L.inv(Tensor(np.zeros((2, 2))))
    assert raised.value.__notes__ == ["This happened in inv, where x is (2, 2)."]
    with pytest.raises(L.LinAlgError, match="not positive definite"):
        L.cholesky(Tensor(-np.eye(2)))


MISUSES = {
    "solve, a vector": (lambda t: L.solve(t[0], t), ShapeError, "must be square matrices"),
    "solve, a wide matrix": (lambda t: L.solve(t[:2], t[0]), ShapeError, r"a is \(2, 3\)"),
    "solve, rows": (lambda t: L.solve(t, t[:2]), ShapeError, "their rows differ in number"),
    "full_matrices": (lambda t: L.svd(t[:2]), UncoveredError, "Pass full_matrices=False"),
    "svd, a vector": (lambda t: L.svd(t[0]), ShapeError, "only matrices"),
    "svd hermitian": (lambda t: L.svd(t, hermitian=True), UncoveredError, "hermitian=True"),
    "pinv, high cutoff": (lambda t: L.pinv(t, 0.6), UncoveredError, "no rounding errors"),
    "lstsq, high cutoff": (lambda t: L.lstsq(t, t[:, 0], 0.6), UncoveredError, "Lower the cutoff"),
    "pinv hermitian": (lambda t: L.pinv(t, hermitian=True), UncoveredError, "hermitian=True"),
    "qr complete": (lambda t: L.qr(t[:, :2], "complete"), UncoveredError, 'Leave mode="reduced"'),
    "qr raw": (lambda t: L.qr(t, "raw"), UncoveredError, "mode='raw'"),
    "qr, a vector": (lambda t: L.qr(t[0]), ShapeError, "only matrices"),
    "eigh UPLO": (lambda t: L.eigh(t, "X"), UncoveredError, "UPLO='X'"),
    "norm of cubes": (lambda t: L.norm(t[None], 2), ShapeError, "of vectors .one axis. or of"),
    "norm fro of vectors": (lambda t: L.norm(t, "fro", axis=0), UncoveredError, "ord='fro'"),
    "norm 3 of matrices": (lambda t: L.norm(t, 3), UncoveredError, "ord=3"),
    "cond of a vector": (lambda t: L.cond(t[0]), ShapeError, "condition number"),
    "tensorinv": (lambda t: L.tensorinv(t, 0), ShapeError, "ind is 0"),
    "tensorsolve": (lambda t: L.tensorsolve(t, t[:2]), ShapeError, "must hold 6 unknowns"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), MISUSES.values(), ids=MISUSES)
def test_misuses_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(A))
