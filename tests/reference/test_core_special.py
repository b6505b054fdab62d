"""scipy.special against mpmath, for the functions that JAX lacks and the digits of the others."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

from autograd_core import Tensor, grad
from autograd_core.scipy import special as ours
from tests.core.test_forward import jvp

pytestmark = pytest.mark.reference

POSITIVE = [0.04, 0.7, 1.0, 2.6, 9.3]
# The function of (namespace, x), mpmath's of (mp, x), and points.
Case = tuple[Callable[..., Any], Callable[..., Any], list[float]]


def of_order(name: str, theirs: str) -> dict[str, Case]:
    """A Bessel function in several orders."""
    orders = (0, 1, 3) if name == "yn" else (0, 1, 2.5, -0.5)
    return {
        f"{name} {v}": (lambda ns, x, v=v: getattr(ns, name)(v, x),
                        lambda mp, x, v=v: getattr(mp, theirs)(v, x), POSITIVE)
        for v in orders
    }  # fmt: skip


CASES: dict[str, Case] = {
    **of_order("jn", "besselj"),
    **of_order("yn", "bessely"),
    **of_order("iv", "besseli"),
    "ive": (lambda ns, x: ns.ive(1.5, x), lambda mp, x: mp.besseli(1.5, x) * mp.exp(-x), POSITIVE),
    "j0": (lambda ns, x: ns.j0(x), lambda mp, x: mp.besselj(0, x), [-2.2, 0.0, *POSITIVE]),
    "j1": (lambda ns, x: ns.j1(x), lambda mp, x: mp.besselj(1, x), [-2.2, 0.0, *POSITIVE]),
    "y0": (lambda ns, x: ns.y0(x), lambda mp, x: mp.bessely(0, x), POSITIVE),
    "y1": (lambda ns, x: ns.y1(x), lambda mp, x: mp.bessely(1, x), POSITIVE),
    "i0": (lambda ns, x: ns.i0(x), lambda mp, x: mp.besseli(0, x), [-2.2, 0.0, *POSITIVE]),
    "i1": (lambda ns, x: ns.i1(x), lambda mp, x: mp.besseli(1, x), [-2.2, 0.0, *POSITIVE]),
    "erf": (lambda ns, x: ns.erf(x), lambda mp, x: mp.erf(x), [-3.0, -1e-9, 0.0, 0.5, 2.0]),
    "erfc": (lambda ns, x: ns.erfc(x), lambda mp, x: mp.erfc(x), [-3.0, -1e-9, 0.0, 0.5, 2.0]),
    "erfinv": (lambda ns, x: ns.erfinv(x), lambda mp, x: mp.erfinv(x), [-0.99, 0.0, 0.3, 0.8]),
    "erfcinv": (lambda ns, x: ns.erfcinv(x), lambda mp, x: mp.erfinv(1 - x), [0.01, 0.7, 1.9]),
    "expit": (lambda ns, x: ns.expit(x), lambda mp, x: 1 / (1 + mp.exp(-x)), [-40.0, 0.0, 36.0]),
    "logit": (lambda ns, x: ns.logit(x), lambda mp, x: mp.log(x / (1 - x)), [1e-9, 0.3, 0.5, 0.9]),
    "gamma": (lambda ns, x: ns.gamma(x), lambda mp, x: mp.gamma(x), [*POSITIVE, -1.3]),
    "gammaln": (lambda ns, x: ns.gammaln(x), lambda mp, x: mp.loggamma(x), POSITIVE),
    "digamma": (lambda ns, x: ns.digamma(x), lambda mp, x: mp.digamma(x), [*POSITIVE, -1.3]),
    "xlogy": (lambda ns, x: ns.xlogy(x, x), lambda mp, x: x * mp.log(x), POSITIVE),
    "beta": (lambda ns, x: ns.beta(x, 1.7), lambda mp, x: mp.beta(x, 1.7), POSITIVE),
    "betaln": (lambda ns, x: ns.betaln(x, 1.7), lambda mp, x: mp.log(mp.beta(x, 1.7)), POSITIVE),
    "gammainc": (lambda ns, x: ns.gammainc(2.3, x),
                 lambda mp, x: mp.gammainc(2.3, 0, x, regularized=True), POSITIVE),
    "gammaincc": (lambda ns, x: ns.gammaincc(0.4, x),
                  lambda mp, x: mp.gammainc(0.4, x, regularized=True), POSITIVE),
    "betainc": (lambda ns, x: ns.betainc(0.4, 2.3, x),
                lambda mp, x: mp.betainc(0.4, 2.3, 0, x, regularized=True), [0.01, 0.4, 0.97]),
}  # fmt: skip

# Of the union, what JAX has not.
WITHOUT_JAX = frozenset(
    f"scipy.special.{name}" for name in ("erfcinv", "iv", "ive", "j0", "j1", "jn", "y0", "y1", "yn")
)


@pytest.fixture
def mp():
    import mpmath

    with mpmath.workdps(50):
        yield mpmath


@pytest.mark.parametrize("name", CASES)
def test_two_derivatives_in_both_modes(shows, mp, name):
    f, exact, points = CASES[name]
    function = f"scipy.special.{name.partition(' ')[0]}"
    if function in WITHOUT_JAX:
        shows(function, "reverse", "forward", "second order", "float32")
    for x in points:
        point = mp.mpf(x)
        first = float(mp.diff(lambda t: exact(mp, t), point))
        second = float(mp.diff(lambda t: exact(mp, t), point, 2))
        near = 1e-15 * (1 + abs(float(exact(mp, point))))  # where a derivative passes through 0
        for namespace in (special, ours):
            g = lambda t, ns=namespace: f(ns, t)  # noqa: E731
            assert float(grad(g)(x)) == pytest.approx(first, rel=1e-13, abs=near)
            assert float(grad(grad(g))(x)) == pytest.approx(second, rel=2e-12, abs=4 * near)
            tangents = jvp(g, (x,), (np.array(1.0),))[1], jvp(grad(g), (x,), (np.array(1.0),))[1]
            assert float(tangents[0]) == pytest.approx(first, rel=1e-13, abs=near)
            assert float(tangents[1]) == pytest.approx(second, rel=2e-12, abs=4 * near)
        t = Tensor(np.float32(x))
        y = f(ours, t)
        y.backward()
        assert y.dtype == t.grad.dtype == np.float32


HOLOMORPHIC: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "erf": (ours.erf, lambda mp, z: mp.erf(z)),
    "gamma": (ours.gamma, lambda mp, z: mp.gamma(z)),
    "iv": (lambda z: ours.iv(1.5, z), lambda mp, z: mp.besseli(1.5, z)),
    "jn": (lambda z: ours.jn(1.5, z), lambda mp, z: mp.besselj(1.5, z)),
    "xlogy": (lambda z: ours.xlogy(z, z), lambda mp, z: z * mp.log(z)),
    "yn": (lambda z: ours.yv(1.5, z), lambda mp, z: mp.bessely(1.5, z)),
}


@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_complex_arguments(shows, mp, name):
    shows(f"scipy.special.{name}", "complex")
    f, exact = HOLOMORPHIC[name]
    z = Tensor(1.3 + 0.7j)
    f(z).backward()
    slope = mp.diff(lambda z: exact(mp, z), mp.mpc(1.3, 0.7))
    assert complex(z.grad) == pytest.approx(complex(slope), rel=1e-12)
