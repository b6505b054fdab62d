"""The special functions of scipy.special.  Importing this needs SciPy, and happens when the first
of its functions meets a Tensor, or with `autograd_core.scipy.special`.

Orders and shape parameters, in which SciPy gives no derivatives, are parameters of the operations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_core.errors import MissingExtraError
from autograd_core.primitive import ELEMENTWISE, Primitive, primitive

try:
    from scipy import special as sc
except ImportError as error:
    raise MissingExtraError(
        "autograd_core.scipy.special: scipy is not installed. Install it with: "
        "pip install 'autograd-core[scipy]'"
    ) from error

INF = np.inf
ROOT_PI = math.sqrt(math.pi)

# ── error functions and the logistic function ─────────────────────────────────────────────────
erf = primitive("erf", sc.erf, kind=ELEMENTWISE, tex=r"\operatorname{{erf}} {x}",
                vjp=(lambda g, x: g * np.exp(-x * x) * (2 / ROOT_PI),))
erfc = primitive("erfc", sc.erfc, kind=ELEMENTWISE, tex=r"\operatorname{{erfc}} {x}",
                 vjp=(lambda g, x: -g * np.exp(-x * x) * (2 / ROOT_PI),))
erfinv = primitive("erfinv", sc.erfinv, kind=ELEMENTWISE, domain=(-1, 1),
                   tex=r"\operatorname{{erf}}^{{-1}} {x}",
                   vjp=(lambda g, out: g * np.exp(out * out) * (ROOT_PI / 2),))
erfcinv = primitive("erfcinv", sc.erfcinv, kind=ELEMENTWISE, domain=(0, 2),
                    tex=r"\operatorname{{erfc}}^{{-1}} {x}",
                    vjp=(lambda g, out: -g * np.exp(out * out) * (ROOT_PI / 2),))
# out * (1 - out) would lose all digits where out is almost 1.
expit: Primitive = primitive(
    "expit", sc.expit, kind=ELEMENTWISE, tex=r"\sigma({x})",
    vjp=(lambda g, x, out: g * out * expit(-x),))
logit = primitive("logit", sc.logit, kind=ELEMENTWISE, domain=(0, 1),
                  tex=r"\operatorname{{logit}} {x}",
                  vjp=(lambda g, x: g / (x * (1 - x)),))

# ── x · log(y), 0 where x is 0 ────────────────────────────────────────────────────────────────
xlogy = primitive("xlogy", sc.xlogy, kind=ELEMENTWISE, domain=(0, INF), promotes=True,
                  tex=r"{x} \log {y}",
                  vjp=(lambda g, y: g * np.log(y),
                       lambda g, x, y: np.where(x == 0, 0.0, g * x / y)))
xlog1py = primitive("xlog1py", sc.xlog1py, kind=ELEMENTWISE, domain=(0, INF), promotes=True,
                    tex=r"{x} \log(1 + {y})",
                    vjp=(lambda g, y: g * np.log1p(y),
                         lambda g, x, y: np.where(x == 0, 0.0, g * x / (1 + y))))

# ── gamma and beta functions ──────────────────────────────────────────────────────────────────
polygamma: Primitive = primitive(
    "polygamma", lambda x, *, n: (-1) ** (n + 1) * math.factorial(n) * sc.zeta(n + 1, x)
    if n else sc.psi(x), kind=ELEMENTWISE, real=True, domain=(0, INF),
    tex=r"\psi^{{(n)}}({x})",
    vjp=(lambda g, x, n: g * polygamma(x, n=n + 1),))
digamma = primitive("digamma", sc.psi, kind=ELEMENTWISE, domain=(0, INF), symbol="ψ",
                    tex=r"\psi({x})",
                    vjp=(lambda g, x: g * polygamma(x, n=1),))
gamma = primitive("gamma", sc.gamma, kind=ELEMENTWISE, domain=(0, INF), symbol="Γ",
                  tex=r"\Gamma({x})",
                  vjp=(lambda g, x, out: g * out * digamma(x),))
gammaln = primitive("gammaln", sc.gammaln, kind=ELEMENTWISE, domain=(0, INF), symbol="log Γ",
                    tex=r"\log \Gamma({x})",
                    vjp=(lambda g, x: g * digamma(x),))
multigammaln = primitive("multigammaln", lambda x, *, d: d * (d - 1) / 4 * math.log(math.pi)
                         + sum(sc.gammaln(x - j / 2) for j in range(d)),
                         kind=ELEMENTWISE, domain=(0, INF), symbol="log Γ_d",
                         tex=r"\log \Gamma_d({x})",
                         vjp=(lambda g, x, d: g * sum(digamma(x - j / 2) for j in range(d)),))
beta = primitive("beta", sc.beta, kind=ELEMENTWISE, domain=(0, INF), promotes=True,
                 symbol="B", tex=r"\mathrm{{B}}({x}, {y})",
                 vjp=(lambda g, x, y, out: g * out * (digamma(x) - digamma(x + y)),
                      lambda g, x, y, out: g * out * (digamma(y) - digamma(x + y))))
betaln = primitive("betaln", sc.betaln, kind=ELEMENTWISE, domain=(0, INF), promotes=True,
                   symbol="log B", tex=r"\log \mathrm{{B}}({x}, {y})",
                   vjp=(lambda g, x, y: g * (digamma(x) - digamma(x + y)),
                        lambda g, x, y: g * (digamma(y) - digamma(x + y))))


def _typed(a: Any, x: Any) -> Any:
    """A Python number in the dtype of x: some of SciPy's functions widen float32 beside one."""
    return a if hasattr(a, "dtype") or x.dtype.kind not in "fc" else x.dtype.type(a)


# ── incomplete gamma and beta functions: distributions, whose slope is their density ──────────
def _gamma_density(x: Any, a: Any) -> Any:
    a = _typed(a, x)
    return np.exp(xlogy(a - 1, x) - x - gammaln(a))


def _beta_density(x: Any, a: Any, b: Any) -> Any:
    a, b = _typed(a, x), _typed(b, x)
    return np.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))


gammainc = primitive("gammainc", lambda x, *, a: sc.gammainc(_typed(a, x), x),
                     kind=ELEMENTWISE, domain=(0, INF), symbol="P", tex="P(a, {x})",
                     vjp=(lambda g, x, a: g * _gamma_density(x, a),))
gammaincc = primitive("gammaincc", lambda x, *, a: sc.gammaincc(_typed(a, x), x),
                      kind=ELEMENTWISE, domain=(0, INF), symbol="Q", tex="Q(a, {x})",
                      vjp=(lambda g, x, a: -g * _gamma_density(x, a),))
betainc = primitive("betainc", lambda x, *, a, b:
                    sc.betainc(_typed(a, x), _typed(b, x), x), kind=ELEMENTWISE,
                    domain=(0, 1), symbol="I", tex="I_{{{x}}}(a, b)",
                    vjp=(lambda g, x, a, b: g * _beta_density(x, a, b),))

# ── Bessel functions (DLMF 10.6.1 and 10.29.1: the slope is half the sum or the difference of the
#    neighbouring orders) ──────────────────────────────────────────────────────────────────────
jv: Primitive = primitive(
    "jv", lambda x, *, v: sc.jv(v, x), kind=ELEMENTWISE, domain=(0, INF),
    symbol="J_{v}", tex="J_v({x})",
    vjp=(lambda g, x, v: g * (jv(x, v=v - 1) - jv(x, v=v + 1)) / 2,))
yv: Primitive = primitive(
    "yv", lambda x, *, v: sc.yv(v, x), kind=ELEMENTWISE, domain=(0, INF),
    symbol="Y_{v}", tex="Y_v({x})",
    vjp=(lambda g, x, v: g * (yv(x, v=v - 1) - yv(x, v=v + 1)) / 2,))
yn: Primitive = primitive(
    "yn", lambda x, *, n: sc.yn(_typed(n, x), x), kind=ELEMENTWISE, domain=(0, INF),
    symbol="Y_{n}", tex="Y_n({x})",
    vjp=(lambda g, x, n: g * (yn(x, n=n - 1) - yn(x, n=n + 1)) / 2,))
iv: Primitive = primitive(
    "iv", lambda x, *, v: sc.iv(v, x), kind=ELEMENTWISE, domain=(0, INF),
    symbol="I_{v}", tex="I_v({x})",
    vjp=(lambda g, x, v: g * (iv(x, v=v - 1) + iv(x, v=v + 1)) / 2,))
# iv(v, x) · e^-|Re x|: no holomorphic function.
ive: Primitive = primitive(
    "ive", lambda x, *, v: sc.ive(v, x), kind=ELEMENTWISE, real=True, domain=(0, INF),
    symbol="e⁻ˣ I_{v}", tex="e^{{-|{x}|}} I_v({x})",
    vjp=(lambda g, x, out, v:
         g * ((ive(x, v=v - 1) + ive(x, v=v + 1)) / 2 - np.sign(x) * out),))
j1 = primitive("j1", sc.j1, kind=ELEMENTWISE, symbol="J_1", tex="J_1({x})",
               vjp=(lambda g, x: g * (jv(x, v=0) - jv(x, v=2)) / 2,))
j0 = primitive("j0", sc.j0, kind=ELEMENTWISE, symbol="J_0", tex="J_0({x})",
               vjp=(lambda g, x: -g * j1(x),))
y1 = primitive("y1", sc.y1, kind=ELEMENTWISE, domain=(0, INF), symbol="Y_1", tex="Y_1({x})",
               vjp=(lambda g, x: g * (yn(x, n=0) - yn(x, n=2)) / 2,))
y0 = primitive("y0", sc.y0, kind=ELEMENTWISE, domain=(0, INF), symbol="Y_0", tex="Y_0({x})",
               vjp=(lambda g, x: -g * y1(x),))
i1 = primitive("i1", sc.i1, kind=ELEMENTWISE, symbol="I_1", tex="I_1({x})",
               vjp=(lambda g, x: g * (iv(x, v=0) + iv(x, v=2)) / 2,))
i0 = primitive("special_i0", sc.i0, kind=ELEMENTWISE, symbol="I_0", tex="I_0({x})",
               vjp=(lambda g, x: g * i1(x),))

# The ufuncs in which parameters stand before x.
PARAMETERS_FIRST: dict[str, np.ufunc] = {
    name: getattr(sc, name)
    for name in ("betainc", "gammainc", "gammaincc", "iv", "ive", "jv", "yn", "yv")
}
