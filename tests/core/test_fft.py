"""Fourier transforms: NumPy's call forms, and misuses."""

import numpy as np
import pytest

from autograd_core import DTypeError, ShapeError, Tensor, UncoveredError, grad, vjp
from tests.core.differences import derivative
from tests.core.samples import distinct

CUBE = distinct((2, 3, 4))[0]

ONE = {
    "": {},
    " longer": {"n": 7},
    " shorter": {"n": 3},
    " axis": {"axis": 0},
    " both": {"n": 4, "axis": 1, "norm": "ortho"},
    " forward": {"norm": "forward"},
    " backward": {"norm": "backward"},
}
MORE = {
    "": {},
    " s": {"s": (4, 3), "axes": (0, 2)},
    " axes": {"axes": (2, 1), "norm": "ortho"},
    " kept": {"s": (-1, 6), "axes": (1, 2)},
}
KINDS = ("fft", "ifft", "rfft", "irfft")
CALLS = {
    **{f"{name}{k}": (name, o) for name in (*KINDS, "hfft", "ihfft") for k, o in ONE.items()},
    **{f"{name}{d}{k}": (f"{name}{d}", o)
       for name in KINDS for d in "2n" for k, o in MORE.items()},
    "fftshift": ("fftshift", {}),
    "fftshift axis": ("fftshift", {"axes": 1}),
    "ifftshift": ("ifftshift", {}),
    "ifftshift axes": ("ifftshift", {"axes": (1, 2)}),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:`axes` should not be `None`:DeprecationWarning")
@pytest.mark.parametrize(("name", "options"), CALLS.values(), ids=CALLS)
def test_call_forms(name, options):
    """Value, shape and dtype are NumPy's, and the gradient that of differences."""
    transform = getattr(np.fft, name)
    expected = transform(CUBE, **options)
    t = Tensor(CUBE)
    actual = transform(t, **options)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(actual.data, expected, rtol=1e-12, atol=1e-13)
    g = (
        np.exp(1j * np.arange(expected.size)).reshape(expected.shape).astype(expected.dtype.type)
        if np.iscomplexobj(expected)
        else np.cos(np.arange(expected.size)).reshape(expected.shape)
    )
    actual.backward(g)
    numerical = derivative(lambda x: np.real(np.sum(g * transform(x, **options))), CUBE)
    np.testing.assert_allclose(t.grad, numerical, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("length", [5, 6])
def test_parsevals_theorem(length):
    """Σ |x|² is 1/n Σ |F x|², so its gradient is 2 x, by whole and by half spectra."""
    x = distinct((length,))[0]
    whole = grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2) / length)(x)
    np.testing.assert_allclose(whole, 2 * x, rtol=1e-13)
    back = grad(lambda x: np.sum(np.fft.irfft(np.fft.rfft(x), length) ** 2))(x)
    np.testing.assert_allclose(back, 2 * x, rtol=1e-13)


def test_a_convolution_by_spectra_has_the_gradient_of_the_sum():
    x, y = distinct((4,), (3,))
    g = np.arange(6.0)
    by_spectra = vjp(lambda x, y: np.fft.irfft(np.fft.rfft(x, 6) * np.fft.rfft(y, 6)), x, y)[1](g)
    for actual, expected in zip(by_spectra, vjp(np.convolve, x, y)[1](g), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-13)


def test_a_transform_over_no_axis_is_the_array():
    t = Tensor([1.0, 2.0])
    out = np.fft.fftn(t, axes=())
    assert out.dtype == np.complex128
    out.backward([1j, 2.0])
    assert t.grad.tolist() == [0.0, 2.0]


MISUSES = {
    "no points": (lambda t: np.fft.fft(t, 0), ShapeError, "1 point or more, not 0"),
    "an empty array": (lambda t: np.fft.rfft(t[:, :0]), ShapeError, r"the array is \(3, 0\)"),
    "one frequency": (lambda t: np.fft.irfft(t[:, :1]), ShapeError, "1 point or more, not 0"),
    "complex to rfft": (lambda t: np.fft.rfft(t * 1j), DTypeError, "rfft: the array is complex"),
    "lengths": (lambda t: np.fft.fftn(t, (2,), (0, 1)), ShapeError, "a length for each axis"),
    "axis": (lambda t: np.fft.fft(t, axis=2), ShapeError, "axis 2 is out of bounds"),
    "norm": (lambda t: np.fft.fft(t, norm="unit"), UncoveredError, "norm='unit'"),
    "out": (lambda t: np.fft.fft(t, out=np.zeros(3)), UncoveredError, "out="),
}


@pytest.mark.parametrize(("call", "error", "message"), MISUSES.values(), ids=MISUSES)
def test_misuses_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(Tensor(CUBE[0]))
