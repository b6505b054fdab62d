"""Batches: for every primitive, one pass with many gradients equals one pass for each."""

import numpy as np
import pytest

from autograd_core import grad, jacobian, vjp
from autograd_core.batched import Batch, Unbatchable, members
from autograd_core.transforms.recording import Recording
from autograd_core.transforms.tangent import Linearization
from tests.core.samples import FIRST_SAMPLES, SAMPLES


def several(shape, count=3):
    """Arrays of that shape along a first axis; the last is zero."""
    size = count * int(np.prod(shape))
    arrays = np.cos(np.arange(size, dtype=float)).reshape((count, *shape))
    arrays[-1] = 0
    return arrays


def everything(sample):
    return tuple(range(len(sample.arrays)))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_batch_of_gradients_equals_one_after_the_other(sample):
    call = Recording("test", sample, sample.arrays, {}, everything(sample))
    gs = several(call.result.shape)
    batch = call.gradients(call.result, Batch(gs), None, careful=False)
    for place, found in enumerate(batch):
        alone = [call.gradients(call.result, g, None)[place] for g in gs]
        assert found.shape == sample.arrays[place].shape
        np.testing.assert_allclose(members(found, len(gs)), np.stack(alone), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_batch_of_tangents_equals_one_after_the_other(sample):
    call = Linearization("test", sample, sample.arrays, {}, everything(sample))
    ts = [several(x.shape) for x in sample.arrays]
    (batch,) = call.push(dict(zip(call.keys, map(Batch, ts), strict=True)))
    alone = [call.push(dict(zip(call.keys, t, strict=True)))[0] for t in zip(*ts, strict=True)]
    np.testing.assert_allclose(members(batch, 3), np.stack(alone), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_a_recorded_batch_can_be_differentiated(sample):
    """The derivative of a Jacobian by its arguments equals the derivative of its rows."""
    weights = np.cos(several(sample(*sample.arrays).shape, 1)[0])

    def f(*xs):
        return np.real(sample(*xs))

    def whole(*xs):
        rows = jacobian(f, everything(sample), mode="reverse")(*xs)
        return sum(np.sum(np.tensordot(weights, row, weights.ndim)) for row in rows)

    def one(*xs):
        return sum(np.sum(dx) for dx in vjp(f, *xs)[1](weights))

    both = [grad(g, everything(sample))(*sample.arrays) for g in (whole, one)]
    for actual, expected in zip(*both, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-12)


# ── what a Batch knows ────────────────────────────────────────────────────────────────────────
A, Y = several((3, 4)), np.cos(np.arange(12.0)).reshape(3, 4)
CALLS = {
    "operators": lambda x: 2 - x * Y / (1 + Y**2) + -x,
    "broadcast to more dimensions": lambda x: x * np.ones((2, 1, 1)),
    "broadcast to a column": lambda x: x[0] * np.ones((3, 1)),
    "a number": lambda x: x[0, 0] * Y,
    "where": lambda x: np.where(Y > 0, x, 0.0),
    "where, wider": lambda x: np.where(Y > 0, x[0], 0.0),
    "sums": lambda x: x.sum() + x.sum(axis=0) + np.sum(x, axis=(0, -1), keepdims=True),
    "mean of an axis": lambda x: np.mean(x, 1),
    "reduce": lambda x: np.add.reduce(x),
    "accumulate": lambda x: np.add.accumulate(x, axis=1),
    "cumsum": lambda x: np.cumsum(x, axis=0),
    "cumsum of all": lambda x: np.cumsum(x),
    "reshape": lambda x: x.reshape(2, -1) + x.reshape((4, 3)).ravel().reshape(2, 6),
    "reshape in columns": lambda x: np.reshape(x, 12, order="F"),
    "transpose": lambda x: x.T + np.transpose(x[None], (2, 0, 1))[:, 0],
    "mT": lambda x: x.mT,
    "swapaxes": lambda x: np.swapaxes(x[None], 0, 2),
    "moveaxis": lambda x: np.moveaxis(x[None], (0, 1), (2, 0)),
    "expand_dims": lambda x: np.expand_dims(x, (0, 2)) + np.expand_dims(x, -1)[None, :, :1],
    "squeeze": lambda x: np.squeeze(x[:1]) + np.squeeze(x[None, :2], 0),
    "flip": lambda x: np.flip(x) + np.flip(x, 0) + x[::-1],
    "roll": lambda x: np.roll(x, 1) + np.roll(x, 2, 0),
    "triangles": lambda x: np.tril(x) + np.triu(x, 1),
    "concatenate": lambda x: np.concatenate([x, Y, x[:1]]),
    "concatenate all": lambda x: np.concatenate([x, Y], axis=None),
    "stack": lambda x: np.stack([x, Y], axis=1) + np.stack([Y, x], axis=-2),
    "broadcast_to": lambda x: np.broadcast_to(x[0], (2, 3, 4)),
    "matrices": lambda x: x @ Y.T + Y @ x.T,
    "matrix and vector": lambda x: Y @ x[0] + x @ Y[0],
    "vector and matrix": lambda x: x[:, 0] @ Y + Y[:, 0] @ x,
    "vectors": lambda x: x[0] @ Y[0] + np.dot(Y[1], x[1]),
    "batches of matrices": lambda x: x @ np.stack([Y.T, -Y.T]) + np.stack([Y, Y]) @ x.T,
    "vector and batch": lambda x: x[:, 0] @ np.stack([Y, -Y]),
    "dot of numbers": lambda x: np.dot(x, 2.0) + np.dot(3.0, x),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, Y) + np.einsum("ij,ik->kj", Y, x[:, :3])[:3, :3],
    "tensordot": lambda x: np.tensordot(x, Y, (1, 1)) + np.tensordot(Y, x, ([1], [-1])),
    "tensordot to a number": lambda x: np.tensordot(x, Y),
    "einsum, implicit": lambda x: np.einsum("ij,ij", x, Y),
    "solve": lambda x: np.linalg.solve(Y[:, :3] + 3 * np.eye(3), x),
    "solve for a vector": lambda x: np.linalg.solve(Y[:, :3] + 3 * np.eye(3), x[:, 0]),
    "fft": lambda x: np.fft.ifft(np.fft.fft(x, axis=0) * Y, n=4),
    "complex": lambda x: np.real(x * 1j) + np.imag(x * (2 + 1j)) + np.conjugate(x * 1j),
    "indices": lambda x: x[[0, 2, 2]] + x[np.array([0, 1, 1])[:, None], [0, 1, 2, 0]],
    "a mask": lambda x: x[Y > 0],
    "separated indices": lambda x: x[None][[0], :, [1]] + x[True][0][:, :3][:1],
    "zeros": lambda x: np.zeros_like(x) + x.astype(np.float32),
    "member by member": lambda x: np.kron(x, Y) + np.sort(np.kron(Y, x)),
    "several results": lambda x: np.split(x, [1])[0] + np.split(x, [1])[1],
    "rows": lambda x: sum(k * row for k, row in enumerate(x)),
    "in place": lambda x: x.copy().__iadd__(1.0),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_on_a_batch_is_that_call_on_each_member(call):
    found = call(Batch(A))
    expected = np.stack([call(a) for a in A])
    assert (found.shape, found.ndim, found.dtype) == (
        expected.shape[1:], expected.ndim - 1, expected.dtype,
    )  # fmt: skip
    np.testing.assert_allclose(found.value, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_one_value_for_all_members_is_that_value(call):
    found = call(Batch(A[0], 0))
    np.testing.assert_allclose(getattr(found, "value", found), call(A[0]), rtol=1e-13, atol=1e-15)


def test_questions():
    x = Batch(A)
    assert (np.shape(x), np.ndim(x), np.size(x), x.size, len(x)) == ((3, 4), 2, 12, 12, 3)
    assert np.result_type(x, 1j) is np.dtype(complex)
    assert not np.iscomplexobj(x)


@pytest.mark.parametrize(
    "ask", [bool, float, np.asarray, lambda x: x.item(), lambda x: 1 if x[0, 0] > 0 else 2]
)
def test_the_numbers_themselves_are_not_told(ask):
    with pytest.raises(Unbatchable):
        ask(Batch(A))
