"""Images in compiled programs: their layout, and stages of convolution, ReLU and pooling."""

from itertools import pairwise

import numpy as np
import pytest

import nn
from autograd_core import avg_pool2d, conv2d, grad, hvp, max_pool2d, relu, value_and_grad
from autograd_core.compile import compile  # noqa: A004  the field's name
from autograd_core.compile.numpy_backend import runner
from autograd_core.compile.plan import plan
from autograd_core.tracing import Program
from autograd_core.tracing.program import name_of
from tests.compile.conftest import assert_compiles, assert_same

RNG = np.random.default_rng(7)


def arrays(*shapes, dtype=np.float64):
    return [RNG.normal(size=shape).astype(dtype) for shape in shapes]


def names(compiled, f, *args):
    """What the operations of the program are called."""
    return [name_of(node.operation) for node in compiled(f).program(*args).operations]


def weighted(y):
    """A number in which each element has a weight of its own."""
    return np.sum(y * np.cos(np.arange(y.size, dtype=y.dtype)).reshape(y.shape))


ORDERS = {
    "relu first": lambda y, size: max_pool2d(relu(y), size),
    "pool first": lambda y, size: relu(max_pool2d(y, size)),
    "no relu": lambda y, size: max_pool2d(y, size),
}


def conv_pool(order, size, **options):
    def loss(x, W, b):
        return weighted(ORDERS[order](conv2d(x, W, b, **options), size))

    return value_and_grad(loss, (0, 1, 2))


# ── stages ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("shape", "options", "size"),
    [
        ((3, 2, 8, 8), {}, 2),
        ((1, 1, 7, 9), {"padding": 1}, (3, 2)),
        ((4, 3, 9, 8), {"stride": 2, "padding": "same"}, 2),
        ((2, 2, 11, 11), {"dilation": 2}, (1, 3)),
    ],
)
def test_a_stage_and_its_gradients(compiled, order, dtype, shape, options, size):
    args = arrays(shape, (4, shape[1], 3, 3), (4,), dtype=dtype)
    f = conv_pool(order, size, **options)
    assert_compiles(compiled, f, *args)
    found = names(compiled, f, *args)
    assert {"staged", "staged_weight", "staged_bias", "staged_input"} <= set(found)
    assert not {"largest", "put_back", "convolved", "where", "maximum"} & set(found)


def test_a_stage_without_bias(compiled):
    def loss(x, W):
        return weighted(max_pool2d(relu(conv2d(x, W)), 2))

    f, args = value_and_grad(loss, (0, 1)), arrays((2, 1, 6, 6), (3, 1, 3, 3))
    assert_compiles(compiled, f, *args)
    assert "staged_weight" in names(compiled, f, *args)


def test_forward_alone(compiled):
    def f(x, W, b):
        return max_pool2d(relu(conv2d(x, W, b)), 2)

    args = arrays((2, 1, 6, 6), (3, 1, 3, 3), (3,))
    assert_compiles(compiled, f, *args)
    assert "staged" in names(compiled, f, *args)
    assert "staged_phase" not in names(compiled, f, *args)


def test_two_stages_copy_nothing_between_them(compiled):
    def loss(x, W1, b1, W2, b2, W3):
        x = max_pool2d(relu(conv2d(x, W1, b1, padding=1)), 2)
        x = relu(max_pool2d(conv2d(x, W2, b2), 2))
        return weighted(x.reshape(len(x), -1) @ W3)

    args = arrays((3, 1, 12, 12), (4, 1, 3, 3), (4,), (5, 4, 3, 3), (5,), (20, 7))
    f = value_and_grad(loss, tuple(range(6)))
    assert_compiles(compiled, f, *args)
    found = names(compiled, f, *args)
    assert found.count("staged") == found.count("staged_input") == 2
    assert found.count("margins") == 1


# what is seen by others than the stage, or not part of one, is computed by operations of its own
def seen(x, W, b):
    y = relu(conv2d(x, W, b))
    return np.sum(max_pool2d(y, 2) ** 2) + np.sum(y)


def mask_seen(x, W, b):
    y = relu(conv2d(x, W, b))
    return np.sum(max_pool2d(y, 2) ** 2) + np.sum((y > 0).astype(y.dtype))


def overlapping(x, W, b):
    return weighted(max_pool2d(relu(conv2d(x, W, b)), 3, 1))


def padded_pool(x, W, b):
    return weighted(max_pool2d(relu(conv2d(x, W, b)), 2, padding=1))


def other_activation(x, W, b):
    return weighted(max_pool2d(np.tanh(conv2d(x, W, b)), 2))


def two_pools(x, W, b):
    y = conv2d(x, W, b)
    return weighted(max_pool2d(y, 2)) + weighted(max_pool2d(y, 3))


def averages(x, W, b):
    return weighted(avg_pool2d(relu(conv2d(x, W, b)), 2, padding=1))


def not_pooled(x, W, b):
    return weighted(relu(conv2d(x, W, b)))


def beside_each_other(x, W, b):
    y = conv2d(x, W, b)
    return weighted(conv2d(np.concatenate([y, relu(y)], axis=1), W[:, :1].repeat(8, 1)))


def normalised(x, W, b):
    y = conv2d(x, W, b)
    mean = np.mean(y, axis=(0, 2, 3), keepdims=True)
    deviation = np.sqrt(np.mean((y - mean) ** 2, axis=(0, 2, 3), keepdims=True) + 1e-5)
    return weighted(max_pool2d(relu((y - mean) / deviation * b[:, None, None]), 2))


def residual(x, W, b):
    y = relu(conv2d(x, W, b, padding=1))
    W = np.concatenate([W, W], axis=1)
    return weighted(avg_pool2d(np.tanh(conv2d(y, W, b, padding=1)) * 2 + y, 2))


PLAIN = [
    seen, mask_seen, overlapping, padded_pool, other_activation, two_pools, averages, not_pooled,
    beside_each_other, normalised, residual,
]  # fmt: skip


@pytest.mark.parametrize(("dtype", "shape"), [
    (np.float32, (3, 2, 8, 8)), (np.float64, (60, 2, 18, 18)),  # the second in blocks
])  # fmt: skip
@pytest.mark.parametrize("f", PLAIN)
def test_what_is_no_stage(compiled, f, dtype, shape):
    args = arrays(shape, (4, 2, 3, 3), (4,), dtype=dtype)
    both = value_and_grad(f, (0, 1, 2))
    assert_compiles(compiled, both, *args)
    assert not {"staged", "conv2d", "convolution"} & set(names(compiled, both, *args))


def test_results_in_the_middle(compiled):
    def f(x, W, b):
        y = conv2d(x, W, b)
        return y, relu(y), max_pool2d(relu(y), 2)

    args = arrays((2, 2, 6, 6), (3, 2, 3, 3), (3,))
    assert_compiles(compiled, f, *args)
    y = compiled(f)(*args)[0]
    y[...] = 0  # it is the caller's
    assert_compiles(compiled, f, *args)


# ── layout ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 2, 3), (2, 3), (1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(compiled, axis, keepdims):
    def f(x, W):
        y = conv2d(x, W)
        return np.sum(y, axis, keepdims=keepdims), np.max(y, axis, keepdims=keepdims)

    args = arrays((2, 2, 6, 5), (3, 2, 3, 3))
    assert_compiles(compiled, f, *args)


def test_elementwise_operations_with_others(compiled):
    def f(x, W, same, row, channel):
        y = conv2d(x, W)
        return y * same + row, (y - channel).reshape(2, -1), np.where(y > 0, y, channel) ** 2

    args = arrays((2, 2, 6, 5), (3, 2, 3, 3), (2, 3, 4, 3), (3,), (3, 1, 1))
    assert_compiles(compiled, f, *args)


def test_mixed_dtypes_keep_their_operations(compiled):
    x, W = arrays((2, 2, 6, 5), (3, 2, 3, 3))
    assert_compiles(compiled, conv2d, x.astype(np.float32), W)
    assert names(compiled, conv2d, x.astype(np.float32), W) == ["conv2d"]


def test_programs_without_images_are_left_alone(compiled):
    def f(x, y):
        return np.exp(x.T) * y.T

    (x,) = arrays((3, 4))
    assert names(compiled, f, x, x).count("transpose") == 2


def test_second_derivatives(compiled):
    def loss(W):
        return np.sum(np.tanh(max_pool2d(relu(conv2d(X, W)), 2)) ** 2)

    (X, W, t) = arrays((2, 2, 6, 6), (3, 2, 3, 3), (3, 2, 3, 3))
    assert_compiles(compiled, hvp(loss), W, t)


# ── a whole step ──────────────────────────────────────────────────────────────────────────────
def test_a_training_step_on_donated_arrays(compiled):
    def loss(p, x, t):
        x = max_pool2d(relu(conv2d(x, p["W1"], p["b1"])), 2)
        return nn.SoftmaxWithLoss()(x.reshape(len(x), -1) @ p["W2"], t)

    def step(p, x, t):
        value, g = value_and_grad(loss)(p, x, t)
        return {k: v - 0.1 * g[k] for k, v in p.items()}, value

    def losses(step):
        W1, b1, W2 = (np.copy(a) for a in start)
        p, found = {"W1": W1, "b1": b1, "W2": W2}, []
        for _ in range(4):
            p, value = step(p, x, t)
            found.append(value)
        return found

    start = arrays((4, 1, 3, 3), (4,), (36, 5))
    (x,), t = arrays((6, 1, 8, 8)), np.arange(6) % 5
    found = losses(compiled(step, donate="p"))
    assert_same(found, losses(step))
    assert all(later < earlier for earlier, later in pairwise(found))


def test_gradients_in_donated_arrays_with_gaps(compiled):
    def f(W, x):
        return grad(lambda W: weighted(max_pool2d(conv2d(x, W), 2)))(W)

    wide, x = arrays((3, 2, 3, 6), (2, 2, 6, 6))
    W = wide[..., ::2]
    expected = f(W.copy(), x)
    got = compiled(f, donate="W")(W, x)
    assert_same(got, expected)


def test_memory_is_a_fraction_of_that_of_single_operations(compiled):
    def plain(x, W, b):
        return weighted(max_pool2d(relu(conv2d(x, W, b)), 2, padding=1))

    args = arrays((50, 1, 28, 28), (30, 1, 5, 5), (30,), dtype=np.float32)
    fused = compiled(conv_pool("relu first", 2)).plan(*args).peak
    assert 2 * fused < compiled(value_and_grad(plain, (0, 1, 2))).plan(*args).peak


def test_transposes_of_large_buffers(compiled):
    def f(x, y):
        z = np.tanh(x @ y)
        return np.sum(z.T * np.exp(z)), z.T * 2 + z

    assert_compiles(compiled, f, *arrays((300, 300), (300, 300)))


def test_kernels_one_by_one():
    args = arrays((2, 1, 6, 6), (3, 1, 3, 3), (3,))
    program = compile(conv_pool("relu first", 2)).program(*args)
    results = runner(plan(program))()(*args)
    for got, want in zip(results, program.evaluate(args), strict=True):
        np.testing.assert_array_equal(got, want)


def test_the_stage_belongs_to_the_forward_pass(compiled):
    args = arrays((2, 1, 6, 6), (3, 1, 3, 3), (3,))
    program = compiled(conv_pool("relu first", 2)).program(*args)
    backward = {name_of(node.operation) for node in program.after}
    assert {"staged_weight", "staged_bias", "staged_input"} <= backward
    assert not {"staged", "staged_phase"} & backward


def test_saved_programs_run(compiled):
    f = conv_pool("relu first", 2)
    args = arrays((2, 1, 6, 6), (3, 1, 3, 3), (3,))
    program = compiled(f).program(*args)
    again = Program.from_json(program.to_json())
    for got, want in zip(again.evaluate(args), program.evaluate(args), strict=True):
        np.testing.assert_array_equal(got, want)
