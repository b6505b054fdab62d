"""Several operations together."""

from tests.reference.cases.case import case

CASES = {
    "net": [case(lambda xp, x, w, b: xp.tanh(x @ w + b).mean(), (2, 2), (2, 2), (2,))],
    "astype": [case(lambda xp, x: x.astype(xp.float32).astype(xp.float64), (3,))],
}  # fmt: skip
