"""jacobian, hessian: all rows, or all columns, in one pass over the recorded graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.batched import Batch, Unbatchable, lift, members
from autograd_core.errors import DTypeError, GraphError
from autograd_core.node import nodes_before
from autograd_core.reach import has_nan
from autograd_core.shapes import Shape, size_of
from autograd_core.structure import flatten
from autograd_core.tensor import Tensor
from autograd_core.tensor import lift as lift_alone
from autograd_core.transforms.gradient import check_result, grad
from autograd_core.transforms.recording import ArgNums, Recording, dtype_of
from autograd_core.transforms.tangent import Linearization

REVERSE, FORWARD = "reverse", "forward"
_AT_ONCE = 1 << 22  # numbers in the largest inner array of one pass: 32 MB of float64


def jacobian(
    f: Callable[..., Any], argnums: ArgNums = 0, mode: str | None = None
) -> Callable[..., Any]:
    """The function that computes all derivatives of f's result: an array of the result's shape
    followed by the argument's.

    f: a function of arrays that returns an array.  Both may be structures; the result is then the
        structure of f's result, with the structure of the argument in place of every array.
    argnums: the position or the name of an argument, or a tuple of them for a tuple of Jacobians.
    mode: "reverse" computes row by row (one for each number in the result), "forward" column by
        column (one for each number in the arguments); by default the fewer of the two.

    All rows go through the graph together, as a batch in front of every gradient; large ones in
    several passes.  A rule that needs to see the numbers of a gradient has them one after the
    other.  Complex functions must be holomorphic; a real result of complex arguments is
    differentiated as by `grad`.

    Raises DTypeError for mode="reverse" from a complex result to real arguments.

    >>> import numpy as np
    >>> from autograd_core import jacobian
    >>> jacobian(lambda x: np.stack([x[0] * x[1], x[0] + x[1]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 1.]])
    """
    if mode not in (None, REVERSE, FORWARD):
        raise GraphError(f'jacobian: mode={mode!r}; it must be "reverse", "forward" or None.')

    def all_derivatives(*args: Any, **kwargs: Any) -> Any:
        call = (_Columns if mode == FORWARD else Recording)("jacobian", f, args, kwargs, argnums)
        check_result("jacobian", call.result)
        values, form = flatten(call.result)
        if mode is None and _is_forward(values, call.variables):
            call = _Columns("jacobian", f, args, kwargs, argnums)
        if isinstance(call, _Columns):
            blocks = call.blocks()
        else:
            blocks = [_rows(call, value) for value in values]
        grouped = [tuple(call.grouped(block)) for block in blocks]
        return form.build(grouped if isinstance(argnums, tuple) else [row[0] for row in grouped])

    return all_derivatives


def hessian(f: Callable[..., Any], argnums: ArgNums = 0) -> Callable[..., Any]:
    """The function that computes all second derivatives of a scalar f: an array of the argument's
    shape twice.

    argnums, structures: as for `jacobian`, of which this is the one of the gradient.

    >>> import numpy as np
    >>> from autograd_core import hessian
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def _is_forward(values: Sequence[Any], variables: Sequence[Tensor]) -> bool:
    real = all(v.dtype.kind == "f" for v in variables)
    if real and any(dtype_of(value).kind == "c" for value in values):
        return True
    if not real:
        return False
    return sum(v.size for v in variables) < sum(np.size(value) for value in values)


def _rows(call: Recording, value: Any) -> list[Any]:
    """The derivatives of one result, for each variable, by a reverse pass for all its numbers."""
    shape, dtype = np.shape(value), dtype_of(value)
    if dtype.kind == "c" and any(v.dtype.kind == "f" for v in call.variables):
        raise DTypeError(
            f"jacobian: the result is {dtype} and an argument is real, so the rows of a reverse "
            'pass would hold only half of the derivatives. Use mode="forward".'
        )
    is_outer = call.is_outer(value)

    def pull(g: Any) -> list[Any]:
        batched = isinstance(g, Batch)
        lifting = (lift if batched else lift_alone) if is_outer else None
        found = call.gradients(value, g, lifting, careful=not batched)
        return [
            np.zeros(v.shape, v.dtype) if g is None else g
            for g, v in zip(found, call.variables, strict=True)
        ]

    rows = _for_units(pull, shape, dtype, _largest(value))
    return [row.reshape((*shape, *v.shape)) for row, v in zip(rows, call.variables, strict=True)]


class _Columns(Linearization):
    """A linearized call whose maps take batches of tangents."""

    lift = staticmethod(lift)

    def blocks(self) -> list[list[Any]]:
        """For each result its derivatives by each variable, whose unit vectors are pushed."""
        largest = max(map(_largest, self.values), default=1)
        table = []
        for key, v in zip(self.keys, self.variables, strict=True):

            def push(t: Any, key: Any = key) -> list[Any]:
                return self.push({key: t}) if isinstance(t, Batch) else self.push_carefully(key, t)

            columns = _for_units(push, v.shape, v.dtype, max(largest, v.size))
            table.append([_columns_last(column, v) for column in columns])
        return [list(row) for row in zip(*table, strict=True)]


def _columns_last(columns: Any, variable: Tensor) -> Any:
    """What a push found for a variable's unit arrays, in the order of the Jacobian."""
    shape, dtype = variable.shape, variable.dtype
    result = columns.reshape((*shape, *columns.shape[1:]))
    order = (*range(len(shape), result.ndim), *range(len(shape)))
    result = result.transpose(order)
    return result.astype(dtype) if result.dtype.kind == dtype.kind else result


def _for_units(
    derive: Callable[[Any], list[Any]], shape: Shape, dtype: np.dtype[Any], largest: int
) -> list[Any]:
    """What `derive` finds for each array of this shape with a single 1, along a first axis."""
    count = size_of(shape)
    step = max(1, _AT_ONCE // max(1, largest))
    parts = []
    for start in range(0, max(1, count), step):
        rows = max(1, min(step, count - start))
        parts.append(_for_each(derive, np.eye(rows, count, start, dtype).reshape((rows, *shape))))
    if len(parts) == 1:
        return [part[:count] for part in parts[0]]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _for_each(derive: Callable[[Any], list[Any]], units: Any) -> list[Any]:
    """All at once; one after the other where a rule has to see the numbers, or where NaN arrives,
    which a single pass tells from the exact zeros of what was not taken."""
    try:
        found = [members(each, len(units)) for each in derive(Batch(units))]
        if not any(has_nan(each) for each in found):
            return found
    except Unbatchable:
        pass
    return [np.stack(column) for column in zip(*map(derive, units), strict=True)]


def _largest(value: Any) -> int:
    """The most numbers that an array has on the way to this result."""
    if not isinstance(value, Tensor) or value.creator is None:
        return int(np.size(value))
    return max(size_of(node.shape) for node in nodes_before(value.creator))
