"""Linear algebra.  Eigenvectors and singular vectors have a free sign or phase, so they are
compared in products of a vector with its own conjugate, in which it cancels.
"""

import numpy as np

from tests.reference.cases.case import case

A = np.array([[2.0, -0.7], [0.4, 1.1]])
BATCH = np.stack([A, [[1.0, 0.3], [-0.8, 3.0]]])
TALL = np.array([[2.0, 0.3], [-0.4, 1.2], [0.7, 0.9]])
WIDE = TALL.T.copy()
TURNING = np.array([[1.0, -2.0], [1.5, 0.8]])  # complex eigenvalues
B = np.array([0.8, -1.3])


def adjoint(xp, x):
    return xp.conj(xp.swapaxes(x, -1, -2))


def positive(xp, x):
    """Hermitian and positive definite."""
    return x @ adjoint(xp, x) + xp.eye(x.shape[-1], dtype=x.dtype)


def of_positive(name, **options):
    return lambda xp, x: getattr(xp.linalg, name)(positive(xp, x), **options)


def plain(name, **options):
    return lambda xp, *xs: getattr(xp.linalg, name)(*xs, **options)


def projectors(xp, vectors):
    """Of each vector, weighted by its place."""
    weights = xp.asarray(np.arange(1, vectors.shape[-1] + 1), dtype=vectors.dtype)
    return vectors * weights @ adjoint(xp, vectors)


def svd_parts(xp, x, **options):
    u, s, vh = xp.linalg.svd(x, **options)
    return u * s[..., None, :] ** 2 @ vh


def eig(xp, x):
    """JAX gives derivatives of eigenvectors to those who ask for them."""
    if xp is np:
        return np.linalg.eig(x)
    from jax.lax.linalg import eig as their_eig

    return their_eig(x, compute_left_eigenvectors=False, enable_eigvec_derivs=True)


def eigenvalues(xp, x):
    return np.linalg.eigvals(x) if xp is np else eig(xp, x)[0]


def spectral_projector(xp, x):
    """Of the first eigenvector and its dual, in which no length and no phase is left."""
    v = eig(xp, x)[1]
    return v[:, :1] * xp.linalg.inv(v)[0]


NORMS = [
    case(lambda xp, x, o=o: xp.linalg.norm(x, o, axis=0), (2, 2))
    for o in (None, 1, 2, 3, np.inf, -np.inf)
] + [
    case(lambda xp, x, o=o: xp.linalg.norm(x, o, axis=(0, 1)), A)
    for o in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
]  # fmt: skip

CASES = {
    "linalg.inv": [case(plain("inv"), a) for a in (A, BATCH)],
    "linalg.det": [case(plain("det"), a) for a in (A, BATCH)],
    "linalg.slogdet": [case(lambda xp, x: xp.linalg.slogdet(x)[1], a) for a in (A, BATCH)],
    "linalg.solve": [case(plain("solve"), A, b) for b in (B, BATCH[0])]
                    + [case(plain("solve"), BATCH, A)],
    "linalg.pinv": [case(plain("pinv"), a) for a in (TALL, WIDE)],
    "linalg.lstsq": [case(lambda xp, a, b: xp.linalg.lstsq(a, b)[0], TALL, TALL[:, 1] + 1),
                     case(lambda xp, a, b: xp.linalg.lstsq(a, b)[0], WIDE, B)],
    "linalg.cholesky": [case(of_positive("cholesky"), A),
                        case(of_positive("cholesky", upper=True), BATCH)],
    "linalg.qr": [case(lambda xp, x: xp.concatenate(xp.linalg.qr(x)), TALL),
                  case(lambda xp, x: xp.linalg.qr(x, mode="r"), A)],
    "linalg.eigh": [case(lambda xp, x: projectors(xp, of_positive("eigh")(xp, x)[1]), A),
                    case(lambda xp, x: projectors(xp, of_positive("eigh", UPLO="U")(xp, x)[1]), A),
                    case(lambda xp, x: of_positive("eigh")(xp, x)[0], BATCH)],
    "linalg.eigvalsh": [case(of_positive("eigvalsh"), a) for a in (A, BATCH)],
    "linalg.eigvals": [case(eigenvalues, A)],
    "linalg.eig": [case(spectral_projector, A), case(lambda xp, x: eig(xp, x)[0] ** 2, TURNING)],
    "linalg.svd": [case(lambda xp, x: svd_parts(xp, x), A),
                   case(lambda xp, x: svd_parts(xp, x, full_matrices=False), TALL),
                   case(lambda xp, x: svd_parts(xp, x, full_matrices=False), WIDE)],
    "linalg.svdvals": [case(plain("svdvals"), a) for a in (BATCH, WIDE)],
    "linalg.norm": NORMS,
    "linalg.vector_norm": [case(plain("vector_norm", axis=(0, 1), keepdims=True), BATCH)],
    "linalg.matrix_norm": [case(plain("matrix_norm", ord=o), BATCH) for o in ("fro", 2)],
    "linalg.cond": [case(plain("cond", p=p), A) for p in (None, -2, 1)],
    "linalg.tensorinv": [case(plain("tensorinv", ind=1), A.reshape(2, 2, 1))],
    "linalg.tensorsolve": [case(plain("tensorsolve"), A.reshape(2, 1, 2), B.reshape(2, 1))],
    "linalg.diagonal": [case(plain("diagonal", offset=1), BATCH)],
    "linalg.trace": [case(plain("trace"), BATCH)],
    "linalg.matrix_transpose": [case(plain("matrix_transpose"), BATCH)],
}  # fmt: skip
