"""implicit_root, fixed_point: the derivative of what an equation defines, not of how it was solved.

If F(x, a) = 0 holds along a, then F_x dx + F_a da = 0.  So a solver is one operation with the
derivative -F_x⁻¹ F_a, whatever it does inside.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_core.abstract import as_array
from autograd_core.errors import GraphError, ShapeError
from autograd_core.mode import current_mode, mode
from autograd_core.readable import plain
from autograd_core.transforms.jacobian import jacobian
from autograd_core.transforms.tangent import tangent_of
from autograd_core.transforms.whole import Call, Rerun, unwrapped, whole

_ROOT = whole("root")


def implicit_root(residual: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that gives a solver of `residual(x, *args) = 0` the derivative of its root.

    residual: a function of x and of the solver's arguments, as many numbers as x has, written with
        NumPy; it may also depend on Tensors around it.
    solver: takes the arguments (plain arrays) and returns the root x; it may do anything (SciPy,
        loops, compiled code) and is not recorded.  Its keyword arguments, a start or a tolerance,
        are its own.

    Derivatives of every order, reverse and forward, follow from the implicit function theorem at
    the root that the solver found, so they are as exact as that root is.  They solve linear systems
    with the residual's Jacobian, an array of x's size squared.

    Raises ShapeError if the residual has another number of elements than x, GraphError if its
    Jacobian is singular there.

    >>> import numpy as np
    >>> from autograd_core import grad, implicit_root
    >>> @implicit_root(lambda x, a: x * x - a)
    ... def root(a, steps=40):
    ...     x = 1.0
    ...     for _ in range(steps):
    ...         x = (x + a / x) / 2
    ...     return x
    >>> float(root(4.0)), float(grad(root)(4.0)), float(grad(grad(root))(4.0))
    (2.0, 0.25, -0.03125)
    """

    def decorate(solver: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(solver)
        def solve(*args: Any, **kwargs: Any) -> Any:
            call = _Root(residual, functools.partial(solver, **kwargs), args)
            x = call.evaluate(plain(call.inputs))
            if not current_mode.get().recording:
                return x
            run = Rerun(call, call.inputs, functools.partial(call.residual, x))
            call.outside = run.reached([run.result])
            if np.size(plain(run.result)) != x.size:
                raise ShapeError(
                    f"implicit_root: the residual has shape {np.shape(run.result)} and the root "
                    f"{x.shape}; there must be as many equations as unknowns."
                )
            return call.node(_ROOT, x) if call.inputs or call.outside else x

        return solve

    return decorate


def fixed_point(
    f: Callable[..., Any], x0: Any, *args: Any, tolerance: float = 1e-13, steps: int = 10_000
) -> Any:
    """The x with x = f(x, *args), found by iterating from x0, with the derivative of that x.

    f: a function of x and of the arguments that draws near its fixed point; it may also depend on
        Tensors around it, such as the weights of an implicit layer.
    x0: where to start: an array of x's shape.  The result does not depend on it.
    tolerance: how far the last step may be, relative to the largest number in x (or to 1).

    Derivatives are those of `implicit_root`: no iteration is recorded, whatever their number.

    Raises GraphError if it does not arrive within that many steps.

    >>> import numpy as np
    >>> from autograd_core import fixed_point, grad
    >>> cosine = lambda a: fixed_point(lambda x, a: np.cos(a * x), 0.5, a)
    >>> round(float(cosine(1.0)), 12), round(float(grad(cosine)(1.0)), 12)
    (0.739085133215, -0.29747434151)
    """

    @implicit_root(lambda x, *args: x - f(x, *args))
    def solve(*args: Any) -> Any:
        x = plain(x0)
        for _ in range(steps):
            before, x = x, plain(f(x, *args))
            if np.max(np.abs(x - before), initial=0) <= tolerance * np.max(np.abs(x), initial=1):
                return x
        raise GraphError(
            f"fixed_point: no fixed point after {steps} steps; the last moved by "
            f"{np.max(np.abs(x - before)):.3g}. Start closer, allow more steps, or find the point "
            "by a solver of your own with implicit_root."
        )

    return solve(*args)


class _Root(Call):
    """The rules of a root; the call's function is the residual."""

    def __init__(
        self, residual: Callable[..., Any], solver: Callable[..., Any], args: Sequence[Any]
    ) -> None:
        super().__init__(residual, args, {})
        self._solver = solver

    def evaluate(self, xs: Sequence[Any]) -> Any:
        args, _ = self.arguments(xs)
        with mode(recording=False):
            x = as_array(plain(self._solver(*plain(args))))
        return x.astype(np.result_type(x, 0.0), copy=False)[()]

    def residual(self, x: Any, xs: Sequence[Any]) -> Any:
        """What has to be zero."""
        args, _ = self.arguments(xs)
        with mode(expanded=self.expanded):
            return self.f(x, *args)

    def pull(self, g: Any, xs: Sequence[Any], out: Any) -> list[Any]:
        run = Rerun(self, xs, functools.partial(self.residual, unwrapped(out)))
        matrix = self._slope(run, xs, out)
        w = _solved(matrix.T, np.ravel(g))
        return run.pull(run.result, w.reshape(np.shape(run.result)))

    def push(self, t: Any, i: int, xs: Sequence[Any], out: Any) -> Any:
        run = Rerun(self, xs, functools.partial(self.residual, unwrapped(out)), push_from=i)
        change = tangent_of(run.result, run.push(t))
        return _solved(self._slope(run, xs, out), np.ravel(change)).reshape(out.shape)

    def _slope(self, run: Rerun, xs: Sequence[Any], out: Any) -> Any:
        """The residual's Jacobian at the root, negative: recorded if the pass is."""
        xs, x = list(map(unwrapped, xs)), unwrapped(out)
        with mode(recording=run.is_recorded):
            slope = jacobian(lambda x: self.residual(x, xs))(x)
            return -slope.reshape((x.size, x.size))


def _solved(matrix: Any, right: Any) -> Any:
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError as error:
        raise GraphError(
            "implicit_root: the residual's Jacobian is singular at the root, which then does not "
            "move smoothly with the arguments (as a double root does not) or is none. It has no "
            "derivative there."
        ) from error
