"""scipy.optimize with exact derivatives, for functions of structures of arrays.

A function of one array needs none of this: SciPy takes `value_and_grad(f)` with jac=True, and
`jacobian(f)` or `grad(f)` as jac=.  Needs the extra `scipy`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_core.errors import MissingExtraError
from autograd_core.mode import no_grad
from autograd_core.readable import plain
from autograd_core.structure import flatten, is_numbers
from autograd_core.transforms import hessian, hvp, jacobian, value_and_grad
from autograd_core.transforms.recording import continuous

# What SciPy's methods want besides the value.
_WITHOUT_GRADIENT = frozenset({"nelder-mead", "powell", "cobyla", "cobyqa"})
_WITH_PRODUCTS = frozenset({"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"})
_WITH_HESSIAN = frozenset({"dogleg", "trust-exact"})


def minimize(
    f: Callable[..., Any],
    x0: Any,
    args: Sequence[Any] = (),
    method: str | None = None,
    **options: Any,
) -> Any:
    """scipy.optimize.minimize with the gradient of f and, where the method uses them, its Hessian
    or Hessian-vector products.

    f: a scalar function of x and `args`, written with NumPy.
    x0: where to start: an array, or a structure of arrays (dicts, lists, tuples, dataclasses).
    options: those of SciPy's function, which are in terms of all numbers in one row.

    Returns SciPy's result; its `x` has the structure of x0.

    >>> import numpy as np
    >>> from autograd_core.scipy.optimize import minimize
    >>> def loss(line, t, y):
    ...     return np.mean((line["a"] * t + line["b"] - y) ** 2)
    >>> t = np.linspace(0, 1, 5)
    >>> found = minimize(loss, {"a": 0.0, "b": 0.0}, args=(t, 2 * t + 1))
    >>> {name: round(float(value), 4) for name, value in found.x.items()}
    {'a': 2.0, 'b': 1.0}
    """
    flat, name = _Flat(x0, args), (method or "").lower()
    given: dict[str, Any] = {"jac": True}
    fun = flat.derivative(value_and_grad(f), _value_and_row)
    if name in _WITHOUT_GRADIENT:
        given = {}
        fun = flat.derivative(f, lambda value: float(plain(value)))
    elif name in _WITH_PRODUCTS:
        given["hessp"] = flat.product(hvp(f))
    elif name in _WITH_HESSIAN:
        given["hess"] = flat.derivative(hessian(f), flat.matrix)
    result = _optimize().minimize(fun, flat.start, method=method, **{**given, **options})
    result.x = flat.structure(result.x)
    return result


def least_squares(f: Callable[..., Any], x0: Any, args: Sequence[Any] = (), **options: Any) -> Any:
    """scipy.optimize.least_squares with the Jacobian of f.

    f: the residuals, an array, as a function of x and `args`, written with NumPy.
    x0: where to start: an array, or a structure of arrays (dicts, lists, tuples, dataclasses).
    options: those of SciPy's function, which are in terms of all numbers in one row.

    Returns SciPy's result; its `x` has the structure of x0.

    >>> import numpy as np
    >>> from autograd_core.scipy.optimize import least_squares
    >>> t = np.linspace(0, 1, 5)
    >>> decay = lambda p, t, y: p["a"] * np.exp(-p["k"] * t) - y
    >>> found = least_squares(decay, {"a": 1.0, "k": 1.0}, args=(t, 3 * np.exp(-2 * t)))
    >>> {name: round(float(value), 6) for name, value in found.x.items()}
    {'a': 3.0, 'k': 2.0}
    """
    flat = _Flat(x0, args)
    result = _optimize().least_squares(
        flat.derivative(f, lambda value: np.ravel(plain(value))),
        flat.start,
        **{"jac": flat.derivative(jacobian(f), flat.matrix), **options},
    )
    result.x = flat.structure(result.x)
    return result


class _Flat:
    """The numbers of a structure in one row, as SciPy has them.

    start: those of x0.
    """

    def __init__(self, x0: Any, args: Sequence[Any]) -> None:
        leaves, self._form = flatten(x0, is_numbers)
        self._like = [np.asarray(continuous("minimize", leaf)) for leaf in leaves]
        self._ends = np.cumsum([leaf.size for leaf in self._like])
        self._args = args
        self.start = _row(self._like)

    def structure(self, row: NDArray[Any]) -> Any:
        """The structure of x0 with these numbers."""
        parts = zip(self._like, self._ends, strict=True)
        return self._form.build(
            [row[end - x.size : end].reshape(x.shape).astype(x.dtype) for x, end in parts]
        )

    def derivative(self, f: Callable[..., Any], form: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """f as a function of a row, with its result in the form that SciPy takes."""

        def of_row(row: NDArray[Any]) -> Any:
            with no_grad():
                return form(f(self.structure(row), *self._args))

        return of_row

    def product(self, f: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        """f, a product with a vector, as a function of two rows."""

        def of_rows(row: NDArray[Any], v: NDArray[Any]) -> Any:
            with no_grad():
                product = f(self.structure(row), *self._args, self.structure(v))
            return _row(flatten(product)[0])

        return of_rows

    def matrix(self, derivatives: Any) -> NDArray[Any]:
        """A Jacobian, or a Hessian (a structure of structures), as a matrix."""
        blocks, _ = flatten(derivatives)
        count = len(self._like)
        rows = [blocks[start : start + count] for start in range(0, len(blocks), count)]
        return np.concatenate([self._columns(row) for row in rows])

    def _columns(self, blocks: Sequence[Any]) -> NDArray[Any]:
        pairs = zip(blocks, self._like, strict=True)
        return np.concatenate([b.reshape((-1, x.size)) for b, x in pairs], axis=1)


def _value_and_row(both: tuple[Any, Any]) -> tuple[float, NDArray[Any]]:
    value, gradient = both
    return float(value), _row(flatten(gradient)[0])


def _row(arrays: Sequence[Any]) -> NDArray[Any]:
    if len(arrays) == 1:
        return np.ravel(arrays[0]).astype(float, copy=False)
    return np.concatenate([np.ravel(a) for a in arrays]).astype(float, copy=False)


def _optimize() -> ModuleType:
    try:
        from scipy import optimize
    except ImportError as error:
        raise MissingExtraError(
            "autograd_core.scipy.optimize: scipy is not installed. Install it with: "
            "pip install 'autograd-core[scipy]'"
        ) from error
    module: ModuleType = optimize
    return module
