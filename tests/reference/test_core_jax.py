"""Every covered function against JAX: value, gradient, tangent, Hessian, complex operands, dtypes.

The coverage manifest is made of what these tests show.
"""

import importlib
import math
import pkgutil

import numpy as np
import pytest

from autograd_core import DTypeError, Tensor, UncoveredError, grad, jvp, vjp
from autograd_core.dispatch import FUNCTIONS
from autograd_core.primitive import UFUNCS, Primitive
from tests.core.samples.sample import arrays_of
from tests.reference import cases
from tests.reference.cases.case import REALS, case
from tests.reference.test_core_special import WITHOUT_JAX

pytestmark = pytest.mark.reference


# Cases of several operations.
SEVERAL = {"net", "negative powers", "power_constant"}
# Names of one function.
SAME = {
    "absolute": "abs",
    "remainder": "mod",
    "conjugate": "conj",
    "scipy.special.psi": "scipy.special.digamma",
    "scipy.special.jv": "scipy.special.jn",
    "scipy.special.yv": "scipy.special.yn",
}


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


def gathered():
    """The cases of all families, and of every ufunc of theirs that is a primitive and has none."""
    modules = [
        importlib.import_module(f"{cases.__name__}.{module.name}")
        for module in pkgutil.iter_modules(cases.__path__)
    ]
    listed = [item for module in modules for item in module.CASES.items()]
    assert len(dict(listed)) == len(listed), "a function is listed by two families"
    plain = {
        SAME.get(u.__name__, u.__name__): elementwise(u)
        for u, made in UFUNCS.items()
        if type(made) is Primitive and getattr(np, u.__name__, None) is u
    }
    return plain | dict(listed)


CASES = gathered()
EACH = [
    pytest.param(name, *entry, id=f"{name}-{number}")
    for name, entries in CASES.items()
    for number, entry in enumerate(entries)
]
CASE = pytest.mark.parametrize(("name", "f", "operands", "domain"), EACH)
EXACT = 1e-10


def name_of(function):
    """The name below np: "sum", "linalg.norm"; SciPy's in full."""
    if isinstance(function, np.ufunc) and getattr(np, function.__name__, None) is not function:
        return f"scipy.special.{function.__name__}"
    module = getattr(function, "__module__", None) or ""
    part = next((p for p in ("linalg", "fft") if module == f"numpy.{p}"), "")
    return f"{part}.{function.__name__}".removeprefix(".")


def claim(shows, name, *aspects):
    """What is no function of NumPy's claims nothing."""
    if name not in SEVERAL:
        shows(name, *aspects)


def test_every_covered_function_has_a_case():
    covered = {name_of(f) for f in (*FUNCTIONS, *UFUNCS)}
    assert {SAME.get(name, name) for name in covered} - CASES.keys() - WITHOUT_JAX == set()


def unpacked(v, shapes):
    sizes = [math.prod(shape) for shape in shapes]
    ends = np.cumsum(sizes)
    return [v[end - n : end].reshape(s) for n, end, s in zip(sizes, ends, shapes, strict=True)]


def weighted(xp, out):
    """A real number in which every element of the result has a weight of its own."""
    weights = np.cos(np.arange(out.size)).reshape(out.shape)
    if out.dtype.kind != "c":
        return xp.sum(out * weights)
    return xp.sum(xp.real(out) * weights) + xp.sum(xp.imag(out) * np.sin(1 + weights))


@CASE
def test_every_mode_and_order(jnp, shows, name, f, operands, domain):
    import jax

    claim(shows, name, "reverse", "forward", "second order")
    arrays = arrays_of(operands, domain)
    shapes = [a.shape for a in arrays]
    v = np.concatenate([a.ravel() for a in arrays])
    t = np.sin(1 + np.arange(v.size))

    def scalar(xp):
        return lambda v: weighted(xp, f(xp, *unpacked(v, shapes)))

    ours, slope_of = scalar(np), grad(scalar(np))
    theirs = jax.value_and_grad(scalar(jnp))
    (value, slope), (_, hessian) = jax.jit(lambda v: (theirs(v), jax.jacfwd(theirs)(v)))(v)
    agreeing = {
        "value": (ours(v), value),
        "reverse": (slope_of(v), slope),
        "forward": (jvp(ours, (v,), (t,))[1], slope @ t),
        "reverse over reverse": (
            [grad(lambda v, i=i: slope_of(v)[i])(v) for i in range(v.size)],
            hessian,
        ),
        "forward over reverse": (jvp(slope_of, (v,), (t,))[1], hessian @ t),
    }
    for mode, (actual, expected) in agreeing.items():
        np.testing.assert_allclose(actual, expected, rtol=EXACT, atol=1e-12, err_msg=mode)


@CASE
def test_complex_operands(jnp, shows, name, f, operands, domain):
    """The same rules at complex numbers, wherever both libraries take them."""
    import jax

    parts = arrays_of([*operands, *operands], domain)
    pairs = zip(parts[: len(operands)], parts[len(operands) :], strict=True)
    arrays = [x + 0.5j * y if x.dtype.kind == "f" else x for x, y in pairs]
    try:
        with np.errstate(all="ignore"):
            value, pull = vjp(lambda *xs: f(np, *xs), *arrays)
    except (DTypeError, UncoveredError, TypeError, ValueError):
        return
    try:
        expected, back = jax.vjp(lambda *xs: f(jnp, *xs), *arrays)
    except (TypeError, ValueError, NotImplementedError):
        return
    claim(shows, name, "complex")
    g = np.cos(np.arange(value.size)).reshape(value.shape).astype(value.dtype)
    g = g + 0.25j if value.dtype.kind == "c" else g
    np.testing.assert_allclose(value, expected, rtol=EXACT, atol=1e-12)
    for dx, expected_dx in zip(pull(g), back(jnp.asarray(g)), strict=True):
        np.testing.assert_allclose(dx, expected_dx, rtol=EXACT, atol=1e-12)
    tangents = [np.full(a.shape, 0.5 - 1j) for a in arrays]
    _, tangent = jvp(lambda *xs: f(np, *xs), arrays, tangents)
    _, expected_tangent = jax.jvp(lambda *xs: f(jnp, *xs), tuple(arrays), tuple(tangents))
    np.testing.assert_allclose(tangent, expected_tangent, rtol=EXACT, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@CASE
def test_shape_and_dtype(jnp, shows, name, f, operands, domain, dtype):
    import jax

    if dtype is np.float32:
        claim(shows, name, "float32")
    arrays = [a.astype(dtype) for a in arrays_of(operands, domain)]
    expected = jax.eval_shape(lambda *xs: f(jnp, *xs), *arrays)
    value, tangent = jvp(lambda *xs: f(np, *xs), arrays, arrays)
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    assert (tangent.shape, tangent.dtype) == (expected.shape, expected.dtype)
    leaves = [Tensor(a) for a in arrays]
    out = f(np, *leaves)
    out.backward(np.ones(out.shape))
    assert {leaf.grad.dtype for leaf in leaves if leaf.grad is not None} == {np.dtype(dtype)}
