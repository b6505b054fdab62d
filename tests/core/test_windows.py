"""Convolution and pooling: arguments, layouts, special values, blocks, and the fused kernels."""

import numpy as np
import pytest

from autograd_core import (
    DTypeError,
    ShapeError,
    Tensor,
    avg_pool2d,
    conv2d,
    grad,
    max_pool2d,
    relu,
)
from autograd_core.kernels import fused, windows
from autograd_core.kernels.fused import Stage
from autograd_core.kernels.windows import Windows, blocks, innermost, outermost, with_margins

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 3, 6, 5))
W = RNG.standard_normal((4, 3, 3, 2))
B = RNG.standard_normal(4)
INF, NAN = np.inf, np.nan


# ── arguments ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("padding", "pads"),
    [
        (0, ((0, 0), (0, 0))),
        ("valid", ((0, 0), (0, 0))),
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        (((0, 1), (2, 3)), ((0, 1), (2, 3))),
        ("same", ((1, 1), (0, 1))),
    ],
)
def test_every_form_of_padding(padding, pads):
    expected = conv2d(np.pad(X, ((0, 0), (0, 0), *pads)), W, B)
    np.testing.assert_allclose(conv2d(X, W, B, padding=padding), expected, rtol=1e-14)


def test_the_larger_half_of_an_odd_margin_comes_last():
    turned = W.transpose(0, 1, 3, 2)
    expected = conv2d(X, turned, padding=((0, 1), (1, 1)))
    np.testing.assert_array_equal(conv2d(X, turned, padding="same"), expected)


@pytest.mark.parametrize("dilation", [1, 2, (1, 3)])
@pytest.mark.parametrize("stride", [1, 2, 3, (1, 4)])
def test_same_padding_leaves_the_size_divided_by_the_stride(stride, dilation):
    down, across = stride if isinstance(stride, tuple) else (stride, stride)
    y = conv2d(X, W, stride=stride, dilation=dilation, padding="same")
    assert y.shape == (2, 4, -(-6 // down), -(-5 // across))


def test_a_pool_steps_by_its_size():
    assert (max_pool2d(X, 2) == max_pool2d(X, (2, 2), (2, 2))).all()
    assert max_pool2d(X, (3, 1)).shape == (2, 3, 2, 5)
    assert max_pool2d(X, 3, 1, "same").shape == avg_pool2d(X, 3, 1, "same").shape == X.shape


def test_margins_of_a_mean_count_as_zeros():
    assert avg_pool2d(np.ones((1, 1, 1, 1)), 2, padding=1).tolist() == [[[[0.25]]]]


IMAGES = r"x is \(3, 6, 5\); it must be \(batch, channels, height, width\)\.\n  Is x one image\?"


FITS = (
    r"conv2d: no window of \(3, 2\) with dilation \(5, 5\) fits into x, which is "
    r"\(2, 3, 6, 5\) and with its margins \(8, 7\) high and wide"
)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: conv2d(X[0], W), f"conv2d: {IMAGES}"),
        (lambda: max_pool2d(X[0], 2), f"max_pool2d: {IMAGES}"),
        (lambda: conv2d(X, W[0]), r"W is \(3, 3, 2\); it must be \(filters, channels, height, wid"),
        (
            lambda: conv2d(X, W[:, :2]),
            r"channels differ, x is \(2, 3, 6, 5\) and W is \(4, 2, 3, 2",
        ),
        (lambda: conv2d(X, W, B[:2]), r"b is \(2,\) and W is \(4, 3, 3, 2\); b has one number for"),
        (lambda: conv2d(X, W, dilation=5, padding=1), FITS),
        (lambda: avg_pool2d(X, 7), r"avg_pool2d: no window of \(7, 7\)"),
        (
            lambda: max_pool2d(X, 2, padding=2),
            r"some windows of \(2, 2\) lie in the margin altoget",
        ),
        (lambda: conv2d(X, W, padding=-1), "the padding -1 is negative. To cut a margin off"),
        (lambda: conv2d(X, W, padding="full"), "the padding is 'full'; it may be \"same\""),
        (lambda: conv2d(X, W, stride=0), "conv2d: 0 must be 1 at least"),
    ],
)
def test_wrong_arguments(call, text):
    with pytest.raises(ShapeError, match=text):
        call()


def test_complex_images_have_no_largest_element():
    with pytest.raises(DTypeError, match="max_pool2d: complex numbers are not covered"):
        max_pool2d(X + 1j, 2)


# ── dtypes and memory ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_every_floating_dtype_stays(dtype):
    x, w, b = (Tensor(a.astype(dtype)) for a in (X, W, B))
    y = avg_pool2d(max_pool2d(conv2d(x, w, b), 2, 1), 2, 1)
    y.sum().backward()
    assert {y.dtype, x.grad.dtype, w.grad.dtype, b.grad.dtype} == {np.dtype(dtype)}


def test_integers_are_constants():
    x = np.arange(16).reshape(1, 1, 4, 4)
    assert max_pool2d(x, 3, 2, 1).tolist() == [[[[5, 7], [13, 15]]]]
    np.testing.assert_array_equal(conv2d(x, W[:, :1]), conv2d(x * 1.0, W[:, :1]))
    assert conv2d(x, np.ones((1, 1, 2, 2), int)).dtype == x.dtype


def test_the_batch_is_innermost_in_memory_and_images_that_lie_so_are_not_copied():
    y = conv2d(X, W)
    assert y.transpose(1, 2, 3, 0).flags.c_contiguous
    assert np.shares_memory(innermost(y), y)
    assert np.shares_memory(with_margins(y, ((0, 0), (0, 0))), y)
    pooled = max_pool2d(relu(Tensor(y)), 2, 1)
    assert pooled.data.transpose(1, 2, 3, 0).flags.c_contiguous


@pytest.mark.parametrize("nbytes", [1, 500, 3000])
def test_small_blocks_give_the_same(monkeypatch, nbytes):
    def everything():
        x, w, b = Tensor(X), Tensor(W), Tensor(B)
        y = conv2d(x, w, b, stride=(1, 2), padding=1)
        (y * y).sum().backward()
        return y.data, x.grad, w.grad, b.grad

    expected = everything()
    monkeypatch.setattr(windows, "BLOCK", nbytes)
    for actual, whole in zip(everything(), expected, strict=True):
        np.testing.assert_allclose(actual, whole, rtol=1e-12)


@pytest.mark.parametrize("nbytes", [1, 100, 250, 10_000])
def test_blocks_are_every_place_once(monkeypatch, nbytes):
    monkeypatch.setattr(windows, "BLOCK", nbytes)
    view = np.zeros((2, 4, 5, 3), np.uint8)
    numbers, seen = np.arange(60).reshape(4, 5, 3), []
    for block in blocks(view):
        inside = numbers[block.rows, block.columns].ravel()
        assert (inside == np.arange(60)[block.flat]).all()
        seen += inside.tolist()
    assert seen == list(range(60))


# ── special values ────────────────────────────────────────────────────────────────────────────
def pooled_gradient(x, **options):
    t = Tensor(np.array([[x]]))
    y = max_pool2d(t, 2, **options)
    y.backward(np.arange(1.0, 1 + y.size).reshape(y.shape))
    return y.data[0, 0].tolist(), t.grad[0, 0].tolist()


def test_the_first_of_equal_elements_gets_the_gradient():
    assert pooled_gradient([[0.0, 0.0], [0.0, 0.0]]) == ([[0.0]], [[1.0, 0.0], [0.0, 0.0]])
    assert pooled_gradient([[1.0, 2.0], [2.0, 2.0]]) == ([[2.0]], [[0.0, 1.0], [0.0, 0.0]])
    _, dx = pooled_gradient([[5.0, 5.0, 5.0], [5.0, 5.0, 5.0]], stride=1)
    assert dx == [[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]


def test_a_nan_is_the_largest_element():
    y, dx = pooled_gradient([[1.0, NAN], [NAN, INF]])
    assert np.isnan(y).all()
    assert dx == [[0.0, 1.0], [0.0, 0.0]]


def test_what_is_not_the_largest_gets_exactly_nothing():
    t = Tensor(np.array([[[[1.0, INF], [-INF, 0.0]]]]))
    max_pool2d(t, 2).backward(np.full((1, 1, 1, 1), INF))
    assert t.grad.tolist() == [[[[0.0, INF], [0.0, 0.0]]]]


def test_margins_are_below_every_element():
    y, dx = pooled_gradient([[-INF, -3.0]], padding=((0, 1), (0, 0)))
    assert (y, dx) == ([[-3.0]], [[0.0, 1.0]])


# ── the fused kernels ─────────────────────────────────────────────────────────────────────────
NO_PAD = ((0, 0), (0, 0))
STAGES = {
    "as in the book": Stage(Windows((3, 2)), (2, 2)),
    "margins, wide pool": Stage(Windows((3, 2), (1, 1), ((1, 2), (0, 3))), (1, 3)),
    "stride, no ReLU": Stage(Windows((2, 2), (2, 1)), (2, 2), relu=False),
    "no pool": Stage(Windows((3, 3), (2, 2), ((1, 1), (1, 1)))),
}


def composed(stage, x, w, b):
    _, stride, pad, _ = stage.windows
    y = conv2d(x, w, b, stride=stride, padding=pad)
    return max_pool2d(relu(y) if stage.relu else y, stage.pool)


@pytest.fixture(params=["NumPy", "Numba"])
def loops(request):
    if request.param == "NumPy":
        return lambda stage: fused.NUMPY
    stages = pytest.importorskip("autograd_core.compile.numba_backend.stages")
    return lambda stage: stages.loops(stage.pool[0] * stage.pool[1], np.dtype(float))


@pytest.mark.parametrize("nbytes", [500, 1 << 20])
@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_fused_kernels_do_what_the_operations_do(stage, nbytes, loops, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK", nbytes)
    x, w, b = Tensor(X), Tensor(RNG.standard_normal((4, 3, *stage.windows.size))), Tensor(B)
    expected = composed(stage, x, w, b)
    g = RNG.standard_normal(expected.shape)
    expected.backward(g)

    images, gradient = with_margins(X, stage.windows.pad), innermost(g)
    y, phase = np.empty_like(gradient), np.empty(gradient.shape, np.uint8)
    work = np.full(fused.workspace(images, 4, stage), NAN)
    dW, db, dx = np.empty(w.shape), np.empty(4), np.empty(images.shape)
    fused.forward(images, w.data, B, y, phase, work, stage, loops(stage))
    given = images, gradient, y, phase, w.data
    before = [a.copy() for a in given]
    fused.gradient_of_weights(images, gradient, y, phase, dW, db, work, stage, loops(stage))
    fused.gradient_of_images(gradient, y, phase, w.data, dx, work, stage, loops(stage))
    assert all((a == b).all() for a, b in zip(given, before, strict=True))

    close = {"rtol": 1e-11, "atol": 1e-13}
    np.testing.assert_allclose(outermost(y), expected.data, **close)
    np.testing.assert_allclose(dW, w.grad, **close)
    np.testing.assert_allclose(db, b.grad, **close)
    inside = windows.within_margins(dx, stage.windows.pad)
    np.testing.assert_allclose(outermost(inside), x.grad, **close)


def test_the_first_of_equal_results_counts_in_fused_kernels_too(loops):
    stage = STAGES["as in the book"]
    images, y = np.ones((1, 4, 3, 2)), np.empty((1, 1, 1, 2))
    phase, work = np.full(y.shape, 9, np.uint8), np.empty(fused.workspace(images, 1, stage))
    fused.forward(images, np.ones((1, 1, 3, 2)), np.ones(1), y, phase, work, stage, loops(stage))
    assert (y.ravel().tolist(), phase.ravel().tolist()) == ([7.0, 7.0], [0, 0])


def test_gradients_of_one_another():
    """Σ y · conv(x, W) is a form in x, W and y: each derivative is linear in the other two."""

    def form(x, w):
        return (conv2d(x, w, stride=2, padding=1) ** 2).sum()

    dx, dW = grad(form, (0, 1))(X, W)
    assert np.sum(dx * X) == pytest.approx(2 * form(X, W), rel=1e-12)
    assert np.sum(dW * W) == pytest.approx(2 * form(X, W), rel=1e-12)
