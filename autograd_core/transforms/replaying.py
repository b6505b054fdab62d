"""checkpoint: compute a part of the graph again in place of keeping it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.abstract import AbstractArray
from autograd_core.batched import Batch, Unbatchable
from autograd_core.errors import GraphError
from autograd_core.mode import current_mode, mode
from autograd_core.readable import plain
from autograd_core.structure import flatten
from autograd_core.tensor import Tensor
from autograd_core.transforms.tangent import tangent_of
from autograd_core.transforms.whole import Call, Rerun, needs_gradient, unwrapped, whole

_CHECKPOINT = whole("checkpoint")
_SAME = 1e-5  # how far a result may be off when computed again: float32 summed in another order


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """f with only its arguments and results kept for the reverse pass, which runs f once more.

    f: any function of Tensors, arrays, numbers and structures of them, also one that uses Tensors
        from around it (a net's parameters).  It must compute the same again: no random numbers of
        a generator that has moved on, nothing that was changed in place in between.

    Values, gradients of every order and forward mode are those of f.  A chain of n operations in
    √n checkpoints of √n operations each keeps 2√n arrays in place of n, for one more forward pass.

    The reverse pass raises GraphError if f gives another result than before.

    >>> import numpy as np
    >>> from autograd_core import checkpoint, grad
    >>> block = checkpoint(lambda x: np.tanh(np.sin(x) * x))
    >>> float(grad(lambda x: block(block(x)))(0.5)) == float(
    ...     grad(lambda x: np.tanh(np.sin(u := np.tanh(np.sin(x) * x)) * u))(0.5))
    True
    """

    @functools.wraps(f)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        if not current_mode.get().recording:
            return f(*args, **kwargs)
        call = _Replay(f, args, kwargs)
        run = Rerun(call, call.inputs)
        values, form = flatten(run.result)
        call.places = [i for i, value in enumerate(values) if needs_gradient(value)]
        if not call.places:
            return run.result
        outs = [values[i] for i in call.places]
        call.outside = run.reached(outs)
        packed = call.node(_CHECKPOINT, _packed([out.raw for out in outs]))
        for i, part in zip(call.places, _parts(packed, outs), strict=True):
            values[i] = part
        return form.build(values)

    return checkpointed


class _Replay(Call):
    """The rules of a checkpoint: those of what it computes again.

    places: of the results that are recorded, among all that the function returns.
    """

    places: list[int]

    def evaluate(self, xs: Sequence[Any]) -> Any:
        with mode(recording=False):
            return _packed(list(map(plain, self._outs(self.run(xs)))))

    def pull(self, g: Any, xs: Sequence[Any], out: Any) -> list[Any]:
        if isinstance(g, AbstractArray):  # or the terms would be those of the first run, and kept
            xs = [x.anew(g) if isinstance(x, AbstractArray) else x for x in xs]
        run = Rerun(self, xs)
        outs = self._same(run, out)
        if len(outs) == 1:
            return run.pull(outs[0], g)
        if isinstance(g, Batch):
            raise Unbatchable
        with mode(recording=True):
            pairs = zip(outs, _parts(g, outs), strict=True)
            joint = sum(np.sum(value * part) for value, part in pairs)
        return run.pull(joint, np.ones((), joint.dtype)[()])

    def push(self, t: Any, i: int, xs: Sequence[Any], out: Any) -> Any:
        run = Rerun(self, xs, push_from=i)
        found = run.push(t)
        return _packed([tangent_of(value, found) for value in self._same(run, out)])

    def _outs(self, result: Any) -> list[Any]:
        values, _ = flatten(result)
        return [values[i] for i in self.places]

    def _same(self, run: Rerun, out: Any) -> list[Tensor]:
        """The results that were packed, now recorded; they must be those of before."""
        outs = self._outs(run.result)
        now, before = _packed([out.raw for out in outs]), plain(unwrapped(out))
        if isinstance(now, AbstractArray):  # equal as terms, or computed anew in every call
            return outs
        scale = np.max(np.abs(before), initial=0)
        if now.shape != before.shape or not np.allclose(
            now, before, rtol=_SAME, atol=_SAME * scale, equal_nan=True
        ):
            raise GraphError(
                "checkpoint: the function gave another result when it was run again, so its "
                "gradient would be wrong. Draw random numbers outside and pass them in, and leave "
                "what it reads unchanged until the reverse pass."
            )
        return outs


def _packed(arrays: Sequence[Any]) -> Any:
    """One array; several in a row."""
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.ravel(a) for a in arrays])


def _parts(packed: Any, like: Sequence[Tensor]) -> list[Any]:
    """What was packed, as arrays or Tensors like those."""
    if len(like) == 1:
        return [packed]
    ends = list(itertools.accumulate(value.size for value in like))
    return [
        packed[end - value.size : end].reshape(value.shape).astype(value.dtype)
        for end, value in zip(ends, like, strict=True)
    ]
