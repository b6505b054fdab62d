"""Every covered function against JAX in float64: value, gradient, Hessian, shape and dtype."""

import importlib
import math
import pkgutil

import numpy as np
import pytest

from autograd_core import Tensor, grad
from autograd_core.dispatch import FUNCTIONS
from autograd_core.primitive import UFUNCS, Primitive
from tests.core.samples.sample import arrays_of
from tests.reference import cases
from tests.reference.cases.case import REALS, case

pytestmark = pytest.mark.reference


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
    return [
        case(lambda xp, *xs: getattr(xp, ufunc.__name__)(*xs), *s, domain=domain) for s in shapes
    ]


UFUNC_CASES = {
    ufunc.__name__: elementwise(ufunc)
    for ufunc in UFUNCS
    if ufunc not in (np.matmul, np.divmod) and not ufunc.__name__.endswith("_example")
}


def gathered():
    """The cases of all families; of two lists for one function, both."""
    modules = [
        importlib.import_module(f"{cases.__name__}.{module.name}")
        for module in pkgutil.iter_modules(cases.__path__)
    ]
    tables = [UFUNC_CASES, *(module.CASES for module in modules)]
    return {n: [c for t in tables for c in t.get(n, ())] for t in tables for n in t}


CASES = gathered()
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


@pytest.mark.parametrize(("f", "operands", "domain"), EACH)
def test_value_gradient_and_hessian(jnp, f, operands, domain):
    import jax

    arrays = arrays_of(operands, domain)
    shapes = [a.shape for a in arrays]
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
@pytest.mark.parametrize(("f", "operands", "domain"), EACH)
def test_shape_and_dtype(jnp, f, operands, domain, dtype):
    import jax

    arrays = [a.astype(dtype) for a in arrays_of(operands, domain)]
    actual = f(np, *map(Tensor, arrays))
    expected = jax.eval_shape(lambda *xs: f(jnp, *xs), *arrays)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
