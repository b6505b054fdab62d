"""Numerical differentiation, and the gradient check that names the guilty operation."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_core import reverse
from autograd_core.blame import Culprit, comparing_modes, find_culprit, fixed_normal
from autograd_core.errors import DTypeError, GradientCheckError, GraphError
from autograd_core.mode import mode, observing
from autograd_core.readable import plain
from autograd_core.tensor import Tensor, leaf

CENTRAL, COMPLEX = "central differences", "complex step"
_COMPLEX_STEP = 1e-30  # no difference is taken, so nothing cancels however small the step is
_PROBES = 3  # elements on which the complex step must agree with central differences
# The error that is still put down to the method: relative to the largest derivative.
_TOLERANCE = {CENTRAL: 1e-6, COMPLEX: 1e-9}
_SINGLE_TOLERANCE = 1e-4  # for gradients in float32 and narrower


def numerical_gradient(
    f: Callable[[Any], Any], x: ArrayLike | Tensor, h: float | None = None
) -> NDArray[np.float64]:
    """The gradient of a scalar function by central differences, `(f(x + h) - f(x - h)) / 2h`.

    f: takes an array of x's shape (a number for a number) and returns a scalar.
    x: real numbers; computed with in float64, whatever its dtype.
    h: the step, by default the cube root of the machine precision times max(1, |x|) for each
        element, which balances the errors of truncation and of rounding.

    Returns float64 of x's shape.  Raises DTypeError for complex x, GraphError if f is not scalar.
    Source: *Deep Learning from Scratch*, section 4.3.

    >>> from autograd_core import numerical_gradient
    >>> float(numerical_gradient(lambda x: 0.01 * x**2 + 0.1 * x, 5, h=1e-4))
    0.1999999999990898
    """
    start = np.asarray(plain(x))
    if start.dtype.kind not in "fiu":
        raise DTypeError(f"numerical_gradient: x has dtype {start.dtype}; pass real numbers.")
    values = start.astype(np.float64)

    def at(changed: NDArray[Any]) -> Any:
        return _scalar(f(changed[()] if values.ndim == 0 else changed))

    with mode(recording=False):
        elements = [_central(at, values, index, h) for index in np.ndindex(values.shape)]
    return np.array(elements, np.float64).reshape(values.shape)


def _central(
    f: Callable[[Any], Any], x: NDArray[Any], index: tuple[int, ...], h: float | None
) -> float:
    step = h if h is not None else np.finfo(float).eps ** (1 / 3) * max(1.0, abs(float(x[index])))
    right, left = x.copy(), x.copy()
    right[index] += step
    left[index] -= step
    return float((f(right) - f(left)) / (2 * step))


def _complex(f: Callable[[Any], Any], x: NDArray[Any], index: tuple[int, ...]) -> float:
    moved = x.astype(complex)
    moved[index] += 1j * _COMPLEX_STEP
    return float(np.imag(f(moved)) / _COMPLEX_STEP)


def _scalar(value: Any) -> Any:
    value = plain(value)
    if np.shape(value) != ():
        raise GraphError(
            f"numerical_gradient: the function returned an array of shape {np.shape(value)}, not a "
            "scalar. Reduce it, for example with np.sum."
        )
    return value


@dataclass(frozen=True)
class ArgumentCheck:
    """How the gradient of one argument compares: the worst element, and the mean over all."""

    name: str
    shape: tuple[int, ...]
    method: str
    ok: bool
    worst: tuple[int, ...]
    analytic: float
    numerical: float
    max_error: float
    mean_error: float

    def __str__(self) -> str:
        return (
            f"{self.name} {self.shape}: {'ok' if self.ok else 'WRONG'}, worst at {self.worst}: "
            f"backward {self.analytic:.10g}, {self.method} {self.numerical:.10g}; "
            f"max |difference| {self.max_error:.2e}, mean {self.mean_error:.2e}"
        )


@dataclass(frozen=True)
class GradientReport:
    """What check_gradients found: one entry for each argument, and on a failure the culprit."""

    arguments: tuple[ArgumentCheck, ...]
    culprit: Culprit | None = None

    @property
    def ok(self) -> bool:
        """Whether every gradient agrees, and every forward rule with its reverse rule."""
        return self.culprit is None and all(entry.ok for entry in self.arguments)

    def __str__(self) -> str:
        lines = [str(entry) for entry in self.arguments]
        if not self.ok:
            blamed = self.culprit or (
                "every recorded operation is right by itself. Look for a kink at this point, or "
                "for a t.data or t.detach() on the way"
            )
            lines.append(f"culprit: {blamed}")
        return "\n".join(lines)


def check_gradients(
    f: Callable[..., Any],
    *args: ArrayLike | Tensor,
    tolerance: float | None = None,
    raise_on_failure: bool = True,
) -> GradientReport:
    """Compare the gradients of `f` by backpropagation with numerical ones, element by element.

    f: a function of the arguments.  It sees Tensors and may return an array, of which a fixed
        random combination is differentiated.
    args: arrays, or leaf Tensors such as a net's parameters, which f may also reach by itself:
        `check_gradients(lambda *_: loss(net(x), t), *net.parameters())`.
    tolerance: the largest accepted difference, relative to the largest derivative of the argument;
        by default 1e-9 where the complex step applies (f is analytic there), 1e-6 for central
        differences, 1e-4 for float32.

    Forward rules that an operation states (`jvp=`) are compared with its reverse rules.

    Returns a report.  On a disagreement it raises GradientCheckError with the report as `.report`
    (with raise_on_failure=False it only returns it), and names the operation whose local rule is
    wrong with the source line that recorded it.

    >>> import numpy as np
    >>> from autograd_core import check_gradients
    >>> check_gradients(lambda x: np.sum(np.tanh(x) ** 2), np.array([0.5, -1.0])).ok
    True
    """
    tensors = [_leaf_of(arg, place) for place, arg in enumerate(args)]
    wrong_forward: list[Culprit] = []
    with mode(recording=True), observing(comparing_modes(wrong_forward)):
        out = f(*tensors)
    weights = fixed_normal(np.shape(plain(out)), 0)
    gradients = _gradients(out, weights, tensors)

    def value() -> Any:
        return np.sum(weights * plain(f(*tensors)))

    entries = tuple(
        _compare(value, tensor, gradients[tensor], tensor.name or f"argument {place}", tolerance)
        for place, tensor in enumerate(tensors)
    )
    culprit = next(iter(wrong_forward), None)
    if not all(entry.ok for entry in entries):
        culprit = find_culprit(f, *tensors) or culprit
    report = GradientReport(entries, culprit)
    if report.ok:
        return report
    if raise_on_failure:
        error = GradientCheckError(f"check_gradients: gradients disagree.\n{report}")
        error.report = report
        raise error
    return report


def _leaf_of(arg: Any, place: int) -> Tensor:
    if not isinstance(arg, Tensor):
        array = np.array(arg, dtype=float if isinstance(arg, (int, float)) else None)
        if array.dtype.kind != "f":
            raise DTypeError(
                f"check_gradients: argument {place} has dtype {array.dtype}; pass real floating "
                "numbers."
            )
        return leaf(array, requires_grad=True)
    if arg.creator is not None or not arg.requires_grad:
        raise GraphError(
            f"check_gradients: argument {place} is not a leaf that requires a gradient."
        )
    return arg


def _gradients(out: Any, weights: Any, tensors: list[Tensor]) -> dict[Tensor, NDArray[Any]]:
    found: dict[Any, Any] = {}
    if isinstance(out, Tensor) and out.requires_grad:
        g = np.asarray(weights, out.dtype)
        found = reverse.run(out.creator or out, g, wanted=set(tensors))
    return {t: np.asarray(found.get(t, np.zeros(t.shape))) for t in tensors}


def _compare(
    value: Callable[[], Any],
    tensor: Tensor,
    analytic: NDArray[Any],
    name: str,
    tolerance: float | None,
) -> ArgumentCheck:
    original = tensor.data
    start = original.astype(np.float64)

    def at(changed: NDArray[Any]) -> Any:
        tensor.raw = changed
        return value()

    try:
        method, numerical = _differentiate(at, start, analytic)
    finally:
        tensor.raw = original
    if tolerance is None:
        tolerance = _TOLERANCE[method] if original.dtype.itemsize >= 8 else _SINGLE_TOLERANCE
    error, scale = _errors(analytic, numerical)
    worst = np.unravel_index(int(np.argmax(error)), error.shape) if error.size else ()
    return ArgumentCheck(
        name, tensor.shape, method,
        ok=bool(np.all(error <= tolerance * scale)),
        worst=tuple(int(i) for i in worst),
        analytic=float(analytic[worst]) if error.size else 0.0,
        numerical=float(numerical[worst]) if error.size else 0.0,
        max_error=float(np.max(error, initial=0.0)),
        mean_error=float(np.mean(error)) if error.size else 0.0,
    )  # fmt: skip


def _errors(analytic: NDArray[Any], numerical: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """The differences, inf where they are not finite, and the size to measure them by."""
    difference = np.abs(analytic - numerical)
    error = np.where(np.isfinite(difference), difference, np.inf)
    return error, max(1e-3, float(np.max(np.abs(numerical), initial=0.0)))


def _differentiate(
    f: Callable[[Any], Any], x: NDArray[Any], analytic: NDArray[Any]
) -> tuple[str, NDArray[np.float64]]:
    """The numerical gradient by the complex step where f is analytic, else by differences.

    Few elements are probed, so what the complex step would call wrong is left to differences.
    """
    indices = list(np.ndindex(x.shape))
    with mode(recording=False):
        if _is_analytic(f, x, indices[:: max(1, len(indices) // _PROBES)][:_PROBES]):
            elements = [_complex_expanded(f, x, index) for index in indices]
            numerical = np.array(elements, np.float64).reshape(x.shape)
            error, scale = _errors(analytic, numerical)
            if np.all(error <= _TOLERANCE[COMPLEX] * scale):
                return COMPLEX, numerical
        elements = [_central(f, x, index, None) for index in indices]
    return CENTRAL, np.array(elements, np.float64).reshape(x.shape)


def _complex_expanded(f: Callable[[Any], Any], x: NDArray[Any], index: tuple[int, ...]) -> float:
    """Fused kernels take absolute values and compare; the definitions are analytic."""
    with mode(expanded=True):
        return _complex(f, x, index)


def _is_analytic(f: Callable[[Any], Any], x: NDArray[Any], probes: list[tuple[int, ...]]) -> bool:
    """Whether the complex step agrees with central differences to their accuracy."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            exact = np.array([_complex_expanded(f, x, index) for index in probes])
    except Exception:  # noqa: BLE001  the user's function may refuse complex numbers in any way
        return False
    rough = np.array([_central(f, x, index, None) for index in probes])
    return bool(np.allclose(exact, rough, rtol=1e-5, atol=1e-7))
