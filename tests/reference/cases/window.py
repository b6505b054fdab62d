"""Convolution and pooling."""

import numpy as np

import autograd_core as ours
from tests.reference.cases.case import case


def conv(stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1)):
    def f(xp, x, W):
        if xp is np:
            return ours.conv2d(x, W, stride=stride, padding=padding, dilation=dilation)
        import jax

        return jax.lax.conv_general_dilated(x, W, stride, padding, rhs_dilation=dilation)

    return f


def with_bias(xp, x, W, b):
    if xp is np:
        return ours.conv2d(x, W, b, padding="same")
    return conv(padding="SAME")(xp, x, W) + b[:, None, None]


def parts(xp, x, size, stride, pad, fill):
    """For each place in a window, the elements that are there in all windows."""
    x = xp.pad(x, ((0, 0), (0, 0), *pad), constant_values=fill)
    ends = [n - k + 1 for n, k in zip(x.shape[2:], size, strict=True)]
    return xp.stack([
        x[:, :, a : a + ends[0] : stride[0], b : b + ends[1] : stride[1]]
        for a, b in np.ndindex(size)
    ])  # fmt: skip


def max_pool(size, stride, pad):
    def f(xp, x):
        if xp is np:
            return ours.max_pool2d(x, size, stride, pad)
        return parts(xp, x, size, stride, pad, -np.inf).max(axis=0)

    return f


def avg_pool(size, stride, pad):
    def f(xp, x):
        if xp is np:
            return ours.avg_pool2d(x, size, stride, pad)
        return parts(xp, x, size, stride, pad, 0).mean(axis=0)

    return f


POOLS = [
    ((2, 2), (2, 2), ((0, 0), (0, 0))),
    ((2, 3), (1, 2), ((1, 0), (1, 2))),
]

CASES = {
    "conv2d": [
        case(conv(), (2, 1, 3, 3), (1, 1, 2, 2)),
        case(conv((2, 1), ((1, 0), (0, 2)), (1, 2)), (1, 2, 3, 3), (2, 2, 2, 2)),
        case(with_bias, (1, 1, 3, 2), (2, 1, 2, 3), (2,)),
    ],
    "max_pool2d": [case(max_pool(*options), (1, 2, 3, 4)) for options in POOLS],
    "avg_pool2d": [case(avg_pool(*options), (1, 2, 3, 4)) for options in POOLS],
}
