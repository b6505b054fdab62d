"""Optimisers: the book's figures, the equations by hand, and what they refuse."""

import copy
import math
import tracemalloc

import numpy as np
import pytest

from autograd_core import Tensor
from autograd_core.errors import DTypeError, ShapeError
from nn.optim import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSprop, clip_gradients
from nn.optim.base import BLOCK

ALL = [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam, AdamW]


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (lambda p: SGD(p, lr=0.95), (-0.35039, 0.08478)),
        (lambda p: Momentum(p, lr=0.1, momentum=0.9), (0.89641, 0.08809)),
        (lambda p: AdaGrad(p, lr=1.5, eps=1e-7), (-0.12016, 2.5e-17)),
        (lambda p: Adam(p, lr=0.3, eps_hat=1e-7), (0.13601, 0.31825)),
    ],
    ids=["SGD", "Momentum", "AdaGrad", "Adam"],
)
def test_the_four_paths_of_the_book(make, end):
    x, y = Tensor(-7.0), Tensor(2.0)
    optimizer = make([x, y])
    for _ in range(30):
        optimizer.zero_grad()
        (x**2 / 20 + y**2).backward()
        optimizer.step()
    assert x.item() == pytest.approx(end[0], abs=0.5e-5)
    # The fifth decimal, or for AdaGrad's 2.5e-17 the second digit.
    assert y.item() == pytest.approx(end[1], abs=min(0.5e-5, end[1] / 50))


def book_adam(w, gradients, lr, beta1=0.9, beta2=0.999):
    m = v = np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        m = m + (1 - beta1) * (g - m)
        v = v + (1 - beta2) * (g**2 - v)
        w = w - rate * m / (np.sqrt(v) + 1e-7)
    return w


def test_the_book_adam_is_not_the_usual_one():
    gradients = np.random.default_rng(0).standard_normal((5, 3)) * 1e-6
    for options, same in (({"eps_hat": 1e-7}, True), ({"eps": 1e-7}, False)):
        w = Tensor(np.ones(3))
        optimizer = Adam([w], lr=0.1, **options)
        for g in gradients:
            w.grad = g
            optimizer.step()
        assert np.allclose(w.data, book_adam(np.ones(3), gradients, 0.1), rtol=1e-12) is same


def step_once(optimizer, w, g, steps=1):
    for _ in range(steps):
        w.grad = np.full(w.shape, g, w.dtype)
        optimizer.step()
    return w.data.ravel()[0]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        # From p = 2 with g = 3 twice, rate 0.1; worked out by hand.
        (lambda p: SGD(p, 0.1), 2 - 0.3 - 0.3),
        (lambda p: SGD(p, 0.1, weight_decay=0.5), 1.6 - 0.1 * (3 + 0.5 * 1.6)),
        (lambda p: Momentum(p, 0.1, 0.5), 2 - 0.3 - 0.45),
        (lambda p: Nesterov(p, 0.1, 0.5), 2 - 0.1 * 4.5 - 0.1 * (3 + 0.5 * 4.5)),
        (lambda p: AdaGrad(p, 0.1, eps=1e-300), 2 - 0.1 - 0.1 / math.sqrt(2)),
        (lambda p: RMSprop(p, 0.1, 0.75, eps=1e-300), 2 - 0.2 - 0.1 / math.sqrt(7 / 16)),
        (lambda p: Adam(p, 0.1, eps=1e-300), 2 - 0.1 - 0.1),
        (lambda p: AdamW(p, 0.1, eps=1e-300, weight_decay=0.5), (1.9 - 0.1) * 0.95 - 0.1),
    ],
)
def test_two_steps_by_hand(make, expected):
    w = Tensor([2.0])
    assert step_once(make([w]), w, 3.0, steps=2) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("kind", ALL)
def test_blocks_of_rows_are_updated_as_one_piece_would_be(kind):
    rng = np.random.default_rng(0)
    big = rng.standard_normal((3, BLOCK // 2 + 1))
    whole, parts = Tensor(big), [Tensor(row) for row in big]
    one, many = kind([whole], lr=0.1, weight_decay=0.1), kind(parts, lr=0.1, weight_decay=0.1)
    assert len(one._slots[0].blocks) == 3
    for _ in range(3):
        whole.grad = rng.standard_normal(big.shape)
        for part, g in zip(parts, whole.grad, strict=True):
            part.grad = g
        one.step()
        many.step()
    np.testing.assert_array_equal(whole.data, np.stack([part.data for part in parts]))
    assert not np.array_equal(whole.data, big)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("kind", ALL)
def test_steps_are_in_place_keep_the_dtype_and_leave_the_gradient(kind, dtype):
    for shape in ((), (3,), (2, 3), (0, 3)):
        w = Tensor(np.ones(shape, dtype))
        data, g = w.data, np.full(shape, 0.5, dtype)
        optimizer = kind([w], lr=np.float64(0.1), weight_decay=0.01)
        for _ in range(2):
            w.grad = g
            optimizer.step()
        assert w.data is data
        assert w.data.dtype == dtype
        assert (w.data < 1).all()
        assert (w.grad == 0.5).all()
        assert all(a.dtype == dtype for slot in optimizer._slots for a in slot.arrays.values())


@pytest.mark.parametrize("kind", ALL)
def test_strided_parameters_and_gradients(kind):
    w, same = Tensor(np.ones((4, 3))), Tensor(np.ones((4, 3)))
    w.data = np.ones((3, 4)).T
    g = np.random.default_rng(0).standard_normal((4, 6))[:, ::2]
    optimizer = kind([w, same], lr=0.1)
    for _ in range(2):
        w.grad, same.grad = g, g.copy()
        optimizer.step()
    np.testing.assert_array_equal(w.data, same.data)


@pytest.mark.parametrize("kind", ALL)
def test_a_step_leaves_no_garbage(kind):
    parameters = [
        Tensor(np.ones(shape, np.float32)) for shape in ((784, 50), (50,), (500, 700), ())
    ]
    optimizer = kind(parameters, lr=0.01, weight_decay=0.01)
    for p in parameters:
        p.grad = np.ones(p.shape, np.float32)
    optimizer.step()
    tracemalloc.start()
    optimizer.step()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(5):
        optimizer.step()
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The parameters take 1.5 MB; views and numbers come and go.
    assert peak - before < 4_000
    assert after - before < 1_000


def test_a_parameter_without_a_gradient_is_left_and_its_steps_not_counted():
    a, b = Tensor([1.0]), Tensor([1.0])
    optimizer = Adam([a, b], lr=0.1)
    step_once(optimizer, a, 1.0, steps=3)
    assert b.data[0] == 1
    optimizer.zero_grad()
    assert a.grad is None
    assert step_once(optimizer, b, 1.0) == pytest.approx(0.9)  # bias-corrected as a first step


def test_the_rate_can_be_set_between_steps():
    w = Tensor([1.0])
    optimizer = Momentum([w], lr=0.1, momentum=0.5)
    assert step_once(optimizer, w, 1.0) == pytest.approx(0.9)
    optimizer.lr = 0.01
    assert step_once(optimizer, w, 1.0) == pytest.approx(0.9 - 0.01 * 1.5)


@pytest.mark.parametrize("kind", ALL)
def test_a_saved_state_goes_on_in_the_same_way(kind):
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((6, 4))
    w, other = Tensor(np.ones(4)), Tensor(np.ones(4))
    optimizer = kind([w], lr=0.1, weight_decay=0.01)
    for g in gradients[:3]:
        w.grad = g
        optimizer.step()
    state = optimizer.state_dict()
    other.data[...] = w.data
    for g in gradients[3:]:
        w.grad = g
        optimizer.step()
    loaded = kind([other], lr=99.0)
    loaded.load_state_dict(state)
    assert repr(loaded) == repr(optimizer)
    for g in gradients[3:]:
        other.grad = g
        loaded.step()
    np.testing.assert_array_equal(w.data, other.data)


def test_a_copied_optimiser_is_one_of_its_own():
    w = Tensor([1.0])
    optimizer = Momentum([w], lr=0.1)
    step_once(optimizer, w, 1.0)
    copied = copy.deepcopy(optimizer)
    step_once(copied, copied.params[0], 1.0)
    assert w.data[0] == pytest.approx(0.9)
    assert copied.params[0].data[0] == pytest.approx(0.9 - 0.19)
    assert copied.state_dict()["parameters"][0]["velocity"][0] == pytest.approx(1.9)


def test_a_state_of_something_else_changes_nothing():
    w = Tensor(np.ones(3), name="w")
    optimizer = Momentum([w], lr=0.1)
    state = Adam([w]).state_dict()
    with pytest.raises(ValueError, match="of Adam with 1 parameters, this is Momentum with 1"):
        optimizer.load_state_dict(state)
    two = Momentum([Tensor(np.ones(3)), Tensor(1.0)]).state_dict()
    with pytest.raises(ValueError, match="of Momentum with 2 parameters, this is Momentum with 1"):
        optimizer.load_state_dict(two)
    wide = Momentum([Tensor(np.ones(4))], lr=0.5).state_dict()
    with pytest.raises(ShapeError, match=r"velocity of parameter w has shape \(4,\), the param"):
        optimizer.load_state_dict(wide)
    assert optimizer.lr == 0.1


def test_any_iterable_is_read_once():
    tensors = [Tensor(1.0), Tensor(2.0)]
    optimizer = SGD(w for w in tensors)
    assert optimizer.params == tensors
    assert repr(optimizer) == "<SGD(lr=0.01, weight_decay=0.0) of 2 parameters>"


W = Tensor([1.0])


@pytest.mark.parametrize(
    "use", [SGD, lambda params: clip_gradients(params, 1.0)], ids=["SGD", "clip"]
)
@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ([], ValueError, "there are no parameters.\n  Has the net any layer"),
        ([W, Tensor(1.0), W], ValueError, "a parameter comes twice"),
        (W, DTypeError, r"params is one Tensor.\n  Pass a list of them: \[w\]"),
        ({"W1": W}, DTypeError, r"but number 0 is str.\n  .* values\(\) of a dict"),
        ([W, np.ones(3)], DTypeError, "number 1 is ndarray"),
        ([Tensor(np.arange(3))], DTypeError, "number 0 is a Tensor of int64"),
        ([Tensor(np.ones(3, complex))], DTypeError, "number 0 is a Tensor of complex128"),
    ],
)
def test_what_is_no_list_of_parameters(use, params, error, message):
    with pytest.raises(error, match=message):
        use(params)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD([W], lr=0), "SGD: lr must be above 0 and finite, not 0.0"),
        (lambda: SGD([W], lr=-0.1), "SGD: lr must be above 0 and finite, not -0.1"),
        (lambda: Adam([W], lr=math.nan), "Adam: lr must be above 0 and finite, not nan"),
        (lambda: Adam([W], lr=math.inf), "not inf"),
        (lambda: SGD([W], weight_decay=-1), "weight_decay must be at least 0 and finite, not -1"),
        (lambda: Momentum([W], momentum=1), "momentum must be at least 0 and below 1, not 1.0"),
        (lambda: RMSprop([W], alpha=1.5), "alpha must be at least 0 and below 1"),
        (lambda: AdaGrad([W], eps=0), "AdaGrad: eps must be above 0"),
        (lambda: Adam([W], betas=(0.9, 1)), "the second of betas must be at least 0 and below 1"),
        (lambda: Adam([W], eps_hat=-1), "eps_hat must be above 0"),
        (lambda: setattr(SGD([W]), "lr", -1), "SGD: lr must be above 0"),
        (lambda: clip_gradients([W], 0), "clip_gradients: max_norm must be above 0"),
    ],
)
def test_numbers_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def with_gradients(*gradients):
    tensors = [Tensor(np.ones_like(g)) for g in gradients]
    for tensor, g in zip(tensors, gradients, strict=True):
        tensor.grad = g
    return tensors


def test_clipping_scales_all_gradients_by_one_factor():
    a, b = with_gradients(np.array([3.0, 0.0]), np.array(4.0))
    arrays = a.grad, b.grad
    assert clip_gradients([a, b, Tensor(1.0)], 1.0) == 5.0
    np.testing.assert_allclose(a.grad, [0.6, 0.0])
    np.testing.assert_allclose(b.grad, 0.8)
    assert a.grad is arrays[0]
    assert b.grad is arrays[1]


def test_gradients_within_the_bound_stay():
    (a,) = with_gradients(np.array([3.0, 4.0]))
    assert clip_gradients([a], 5.0) == 5.0
    assert a.grad.tolist() == [3.0, 4.0]
    assert clip_gradients([Tensor(1.0)], 5.0) == 0.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_norm_that_is_not_finite_scales_nothing(bad):
    a, b = with_gradients(np.array([bad, 1.0]), np.array([30.0]))
    assert str(clip_gradients([a, b], 1.0)) == str(bad)
    assert a.grad[1] == 1.0
    assert b.grad[0] == 30.0


def test_large_float32_gradients_do_not_overflow():
    (a,) = with_gradients(np.full((2, 2), 1e30, np.float32))
    assert clip_gradients([a], 1.0) == pytest.approx(2e30)
    assert a.grad.dtype == np.float32
    np.testing.assert_allclose(a.grad, 0.5, rtol=1e-6)
