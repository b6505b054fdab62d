"""scipy.special on Tensors: when it is loaded, what it refuses, and what is no ufunc in SciPy."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from scipy import special as theirs

from autograd_core import REGISTRY, DTypeError, MissingExtraError, Tensor, UncoveredError, grad
from autograd_core import softmax as softmax_along
from autograd_core.scipy import special
from tests.core.differences import derivative

X = np.array([[0.3, -1.2, 0.8], [2.0, 0.1, -0.4]])


def run(code):
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_scipy_is_not_imported_with_the_package():
    code = "import sys, autograd_core; print('scipy' in sys.modules)"
    assert run(code) == ["False"]


def test_a_ufunc_of_scipy_meets_a_tensor():
    """Its derivative is declared then, without a further import."""
    code = """
        from scipy import special
        from autograd_core import Tensor
        t = Tensor(0.0)
        special.j1(t).backward()
        print(float(t.grad), special.jv(1, t.detach()).data)
    """
    assert run(code) == ["0.5", "0.0"]


def test_without_scipy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    for name in ("autograd_core.ops.special", "autograd_core.scipy.special"):
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtraError) as raised:
        import autograd_core.scipy.special  # noqa: F401
    assert str(raised.value) == (
        "autograd_core.scipy.special: scipy is not installed. Install it with: "
        "pip install 'autograd-core[scipy]'"
    )


def test_a_ufunc_without_a_derivative_is_named():
    with pytest.raises(UncoveredError, match=r"^scipy\.special\.airy: "):
        theirs.airy(Tensor(1.0))


def test_every_name_is_one_of_scipy():
    for name in special.__all__:
        assert getattr(theirs, name)
        assert getattr(special, name).__doc__ or hasattr(getattr(special, name), "rules")


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(0.0, 2.0, (np.log(2), 0.0)), (0.0, 0.0, (-np.inf, 0.0)), (3.0, 0.0, (-np.inf, np.inf))],
)
def test_xlogy_at_0(x, y, expected):
    """What x = 0 takes away has the derivative 0; the logarithm of 0 is what it is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        assert grad(special.xlogy, (0, 1))(x, y) == expected


@pytest.mark.parametrize("name", ["softmax", "logsumexp", "log_softmax"])
def test_functions_of_scipy_that_are_no_ufuncs_lose_no_derivative(name):
    with pytest.raises((DTypeError, UncoveredError)):
        getattr(theirs, name)(Tensor(X))


# ── orders and shape parameters ───────────────────────────────────────────────────────────────
ORDERED = {
    "jn": (special.jn, [1.5], "v"), "yv": (special.yv, [1.5], "v"), "yn": (special.yn, [1.0], "n"),
    "iv": (special.iv, [1.5], "v"), "ive": (special.ive, [1.5], "v"),
    "gammainc": (special.gammainc, [1.5], "a"), "gammaincc": (special.gammaincc, [1.5], "a"),
    "betainc": (special.betainc, [1.5, 0.7], "a"),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERED)
def test_the_derivative_in_a_parameter_is_refused_by_name(name):
    _, parameters, letter = ORDERED[name]
    for module in (special, theirs):
        with pytest.raises(UncoveredError) as raised:
            getattr(module, name)(*map(Tensor, parameters), Tensor(0.4))
        shown = {"jn": "jv"}.get(name, name)
        assert str(raised.value) == (
            f"scipy.special.{shown}: the derivative with respect to {letter} is not covered. "
            f"Pass {letter}.detach(), a constant."
        )


@pytest.mark.parametrize("name", ORDERED)
def test_a_constant_tensor_may_be_a_parameter(name):
    function, parameters, _ = ORDERED[name]
    constants = [Tensor(p, requires_grad=False) for p in parameters]
    assert grad(lambda x: function(*constants, x))(0.4) == grad(lambda x: function(*parameters, x))(
        0.4
    )


def test_parameters_broadcast():
    orders, x = np.array([[0.0], [1.0]]), Tensor([0.5, 1.0, 2.0])
    y = special.jv(orders, x)
    y.sum().backward()
    np.testing.assert_array_equal(y.data, theirs.jv(orders, x.data))
    expected = theirs.jvp(0, x.data) + theirs.jvp(1, x.data)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-14)


@pytest.mark.parametrize("n", [-1, 0.5, np.array([1, 2])])
def test_the_order_of_polygamma_is_one_whole_number(n):
    with pytest.raises(DTypeError, match="polygamma: n must be one whole number, at least 0"):
        special.polygamma(n, Tensor(1.0))


def test_multigammaln_outside_its_domain():
    with pytest.raises(ValueError, match=r"multigammaln: a must be above \(d - 1\)/2 = 1\.0"):
        special.multigammaln(Tensor(0.9), 3)


def test_polygamma_is_real():
    with pytest.raises(DTypeError, match="polygamma: complex numbers are not covered"):
        grad(lambda z: np.real(special.digamma(z)))(1 + 1j)


@pytest.mark.parametrize("order", [0, 3, 8])
def test_the_slopes_of_i0_and_sinc_at_high_orders_and_far_from_0(order):
    """One number at a time, as the largest of an array says how many points all of them get."""
    for x in (0.01, 1.5, 4.9, 30.0, 300.0, 600.0):
        modified = REGISTRY["modified_ratio"](x, order=order)
        np.testing.assert_allclose(modified, theirs.iv(order, x) / x**order, rtol=1e-14)
    for x in (0.01, 1.5, 3.9, 6.2, 8.5, 30.0):
        spherical = REGISTRY["spherical_ratio"](x, order=order)
        np.testing.assert_allclose(spherical, theirs.spherical_jn(order, x) / x**order, rtol=3e-14)
    factorial = theirs.factorial2(2 * order + 1, exact=True)
    assert REGISTRY["spherical_ratio"](0.0, order=order) == 1 / factorial


# ── sums of exponentials ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_axes_are_those_of_scipy(name, axis):
    actual = getattr(special, name)(Tensor(X), axis=axis)
    np.testing.assert_allclose(actual.data, getattr(theirs, name)(X, axis=axis), rtol=1e-14)


def test_softmax_of_scipy_is_over_all_elements():
    assert special.softmax(X).sum() == pytest.approx(1)
    assert softmax_along(X).sum() == pytest.approx(2)


FACTORS = np.array([[1.5, 0.0, -0.3], [2.0, -0.5, 0.1]])


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_with_factors(axis, keepdims):
    def f(module):
        return lambda a: module.logsumexp(
            a, axis=axis, b=FACTORS, keepdims=keepdims, return_sign=True
        )

    t = Tensor(X)
    value, sign = f(special)(t)
    expected, expected_sign = f(theirs)(X)
    np.testing.assert_allclose(value.data, expected, rtol=1e-13)
    np.testing.assert_array_equal(sign, expected_sign)
    assert value.shape == expected.shape
    value.sum().backward()
    np.testing.assert_allclose(
        t.grad, derivative(lambda a: np.sum(f(theirs)(a)[0]), X), rtol=1e-8, atol=1e-10
    )


def test_factors_of_logsumexp_have_gradients():
    b = Tensor(np.abs(FACTORS) + 0.1)
    special.logsumexp(X, b=b).backward()
    expected = derivative(lambda b: theirs.logsumexp(X, b=b), b.data)
    np.testing.assert_allclose(b.grad, expected, rtol=1e-8)


def test_logsumexp_leaves_out_what_has_no_weight():
    """Also where e to that power would overflow, and entries of -inf."""
    t = Tensor([1000.0, 0.0, -np.inf, 1.0])
    y = special.logsumexp(t, b=np.array([0.0, 1.0, 1.0, 1.0]))
    y.backward()
    assert y.item() == pytest.approx(np.logaddexp(0, 1), rel=1e-15)
    share = 1 / (1 + np.e)
    np.testing.assert_allclose(t.grad, [0, share, 0, 1 - share], rtol=1e-14)
