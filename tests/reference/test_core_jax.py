"""Every covered function against JAX in float64: value, gradient, Hessian, shape and dtype."""

import math

import numpy as np
import pytest

import autograd_core
from autograd_core import Tensor, grad
from autograd_core.dispatch import FUNCTIONS
from autograd_core.primitive import UFUNCS, Primitive
from tests.core.samples import distinct

pytestmark = pytest.mark.reference

REALS = (-np.inf, np.inf)


@pytest.fixture(scope="module")
def jnp():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.numpy


def elementwise(ufunc):
    """One case for each number of inputs that broadcasts."""
    made = UFUNCS[ufunc]
    domain = made.domain if type(made) is Primitive else REALS
    shapes = [[(2, 3)]] if ufunc.nin == 1 else [[(2, 3), (2, 3)], [(2, 1), (3,)], [(), (3,)]]
    domain = (0, np.inf) if ufunc is np.power else domain
    return [(lambda xp, *xs: getattr(xp, ufunc.__name__)(*xs), s, domain) for s in shapes]


def case(f, *shapes, domain=REALS):
    return (f, list(shapes), domain)


def reductions(name, **options):
    call = lambda xp, x, **kw: getattr(xp, name)(x, **kw)  # noqa: E731
    return [
        case(lambda xp, x: call(xp, x, **options), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=0, **options), (2, 3)),
        case(lambda xp, x: call(xp, x, axis=(0, -1), keepdims=True, **options), (2, 3, 2)),
    ]


def along(name):
    def f(xp, x, **options):
        if xp is np:
            return getattr(autograd_core, name)(x, **options)
        import jax

        return getattr(jax.nn, name)(x, **options)

    return f


UFUNC_CASES = {
    ufunc.__name__: elementwise(ufunc)
    for ufunc in UFUNCS
    if ufunc not in (np.matmul, np.divmod) and not ufunc.__name__.endswith("_example")
}
CASES = UFUNC_CASES | {
    # ufuncs of another form
    "divmod": [case(lambda xp, x, y: xp.divmod(x, y)[1], (2, 1), (3,))],
    "matmul": [
        case(lambda xp, x, y: x @ y, *shapes)
        for shapes in ([(2, 3), (3, 2)], [(3,), (3,)], [(2, 1, 3), (2, 3, 1)], [(3,), (2, 3, 1)],
                       [(2, 2, 3), (3,)], [(2, 2), (2, 2, 2)])
    ],
    # reductions
    **{name: reductions(name) for name in ("sum", "prod", "mean", "max", "min", "amax", "amin")},
    "var": reductions("var") + reductions("var", ddof=1),
    "std": reductions("std") + reductions("std", ddof=1),
    # products
    "dot": [
        case(lambda xp, x, y: xp.dot(x, y), *shapes)
        for shapes in ([(2, 3), (3, 2)], [(3,), (3,)], [(3,), (3, 2)], [(2, 3), (3,)], [(), (2, 3)],
                       [(2, 1, 2), (2, 2)], [(1, 2), (2, 2, 1)], [(2, 1, 2), (2,)])
    ],
    # shapes
    "reshape": [case(lambda xp, x: xp.reshape(x, (3, -1)), (2, 3))],
    "ravel": [case(lambda xp, x: xp.ravel(x), (2, 3))],
    "transpose": [case(lambda xp, x: xp.transpose(x), (2, 3)),
                  case(lambda xp, x: xp.transpose(x, (2, 0, 1)), (2, 3, 1))],
    "swapaxes": [case(lambda xp, x: xp.swapaxes(x, 0, 2), (2, 1, 3))],
    "moveaxis": [case(lambda xp, x: xp.moveaxis(x, 0, -1), (2, 1, 3))],
    "matrix_transpose": [case(lambda xp, x: xp.matrix_transpose(x), (2, 1, 3))],
    "expand_dims": [case(lambda xp, x: xp.expand_dims(x, (0, 2)), (2, 3))],
    "squeeze": [case(lambda xp, x: xp.squeeze(x, 1), (2, 1, 3))],
    "broadcast_to": [case(lambda xp, x: xp.broadcast_to(x, (2, 2, 3)), (2, 1))],
    "concatenate": [case(lambda xp, x, y: xp.concatenate([x, y], axis=1), (2, 1), (2, 3)),
                    case(lambda xp, x, y: xp.concatenate([x, y], axis=None), (2, 1), (3,))],
    "stack": [case(lambda xp, x, y: xp.stack([x, y, x], axis=1), (2, 2), (2, 2))],
    "copy": [case(lambda xp, x: xp.copy(x), (2, 3))],
    "full_like": [case(lambda xp, x: xp.full_like(x, x[0]), (3,))],
    # choices
    "where": [case(lambda xp, x, y: xp.where(x > y, x * y, y), (2, 3), (3,))],
    "clip": [case(lambda xp, x: xp.clip(x, -0.8, 1.1), (2, 3)),
             case(lambda xp, x, y: xp.clip(x, None, y), (2, 3), (3,))],
    # operators and indices
    "power_constant": [case(lambda xp, x, n=n: x**n, (2, 3), domain=(0, np.inf))
                       for n in (0, 1, 2, 3, -1, 0.5, -1.5)],
    "negative powers": [case(lambda xp, x: x**3 + x**-2, (2, 3))],
    "getitem": [case(lambda xp, x, i=i: x[i], (3, 2))
                for i in (1, slice(None, None, -1), np.array([0, 2, 0]), (..., None, 0),
                          np.array([True, False, True]))],
    # composites
    "sigmoid": [case(along("sigmoid"), (2, 3))],
    "relu": [case(along("relu"), (2, 3))],
    "softmax": [case(along("softmax"), (2, 3)),
                case(lambda xp, x: along("softmax")(xp, x, axis=0), (2, 3))],
    "log_softmax": [case(along("log_softmax"), (2, 3))],
    "logsumexp": [case(along("logsumexp"), (2, 3)),
                  case(lambda xp, x: along("logsumexp")(xp, x, axis=0, keepdims=True), (2, 3))],
    # chains
    "net": [case(lambda xp, x, w, b: xp.tanh(x @ w + b).mean(), (2, 2), (2, 2), (2,))],
    "astype": [case(lambda xp, x: x.astype(xp.float32).astype(xp.float64), (3,))],
}  # fmt: skip
SAME = {"concat": "concatenate"}
EACH = [
    pytest.param(*entry, id=f"{name}-{number}")
    for name, entries in CASES.items()
    for number, entry in enumerate(entries)
]
EXACT = 1e-10


def test_every_covered_function_has_a_case():
    covered = {f.__name__ for f in (*FUNCTIONS, *UFUNCS)}
    assert {SAME.get(name, name) for name in covered} - CASES.keys() == set()


def unpacked(v, shapes):
    sizes = [math.prod(shape) for shape in shapes]
    ends = np.cumsum(sizes)
    return [v[end - n : end].reshape(s) for n, end, s in zip(sizes, ends, shapes, strict=True)]


@pytest.mark.parametrize(("f", "shapes", "domain"), EACH)
def test_value_gradient_and_hessian(jnp, f, shapes, domain):
    import jax

    arrays = distinct(*shapes, domain=domain)
    v = np.concatenate([a.ravel() for a in arrays])
    weights = np.cos(np.arange(f(np, *arrays).size)).reshape(f(np, *arrays).shape)

    def scalar(xp):
        return lambda v: xp.sum(f(xp, *unpacked(v, shapes)) * weights)

    value, gradient = scalar(np), grad(scalar(np))
    rows = [grad(lambda v, i=i: gradient(v)[i])(v) for i in range(v.size)]
    theirs = jax.value_and_grad(scalar(jnp))
    (expected, slope), (_, hessian) = jax.jit(lambda v: (theirs(v), jax.jacfwd(theirs)(v)))(v)
    for a, e in ((value(v), expected), (gradient(v), slope), (rows, hessian)):
        np.testing.assert_allclose(a, e, rtol=EXACT, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("f", "shapes", "domain"), EACH)
def test_shape_and_dtype(jnp, f, shapes, domain, dtype):
    import jax

    arrays = [a.astype(dtype) for a in distinct(*shapes, domain=domain)]
    actual = f(np, *map(Tensor, arrays))
    expected = jax.eval_shape(lambda *xs: f(jnp, *xs), *arrays)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
