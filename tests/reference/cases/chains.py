"""Several operations together."""

from tests.reference.cases.case import case

CASES = {
    "net": [case(lambda xp, x, w, b: xp.tanh(x @ w + b).mean(), (2, 2), (2, 2), (2,))],
    "astype": [case(lambda xp, x: xp.abs(x.astype(complex) + 1j), (3,))],
}  # fmt: skip
