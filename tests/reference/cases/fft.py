"""Discrete Fourier transforms."""

from tests.reference.cases.case import case


def transforms(name, *calls):
    """One case for each shape and its options."""
    return [case(lambda xp, x, o=o: getattr(xp.fft, name)(x, **o), s) for s, o in calls]


ONE = [((4,), {}), ((3, 2), {"n": 5, "axis": 0, "norm": "ortho"})]
TWO = [((2, 2, 3), {"norm": "forward"})]
MORE = [((2, 1, 3), {"s": (3, 2), "axes": (2, 0)})]
NAMES = ("fft", "ifft", "rfft", "irfft")

CASES = {
    **{f"fft.{name}": transforms(name, *ONE) for name in (*NAMES, "hfft", "ihfft")},
    **{f"fft.{name}2": transforms(f"{name}2", *TWO) for name in NAMES},
    **{f"fft.{name}n": transforms(f"{name}n", *MORE) for name in NAMES},
    **{f"fft.{name}": transforms(name, ((3, 2), {}))
       for name in ("fftshift", "ifftshift")},
}  # fmt: skip
