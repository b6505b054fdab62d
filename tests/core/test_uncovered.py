"""Every function of NumPy on a Tensor works, gives a plain right answer, or says that it does not:
never an array of objects, never a constant where there is a derivative.
"""

import warnings
from itertools import product

import numpy as np
import pytest
from numpy.testing.overrides import (
    get_overridable_numpy_array_functions,
    get_overridable_numpy_ufuncs,
)

from autograd_core import AutogradError, DTypeError, Tensor, UncoveredError
from autograd_core.dispatch import FUNCTIONS, PLAIN_FUNCTIONS, PLAIN_UFUNCS
from autograd_core.primitive import UFUNCS


def name_of(function):
    return getattr(function, "__name__", str(function))


EVERYTHING = sorted(
    [*get_overridable_numpy_array_functions(), *get_overridable_numpy_ufuncs()],
    key=lambda f: (getattr(f, "__module__", None) or "numpy", name_of(f)),
)
COVERED = FUNCTIONS.keys() | UFUNCS.keys()
PLAIN = PLAIN_FUNCTIONS | PLAIN_UFUNCS
UNCOVERED = [function for function in EVERYTHING if function not in COVERED | PLAIN]

SQUARE = np.array([[2.1, -0.4, 0.3], [-0.4, 1.7, 0.2], [0.3, 0.2, 3.3]])
VECTOR = np.array([0.21, 0.52, 0.83])
OTHER = np.array([0.43, 0.37, 0.13])

# What stands beside the array: nothing, itself, and what many functions take as second and third.
BESIDE = [(), (0,), (1, 2), (OTHER,), ("T",), ("T", "T"), ([0, 1],), ([(0, 1)],), ((3, 3),), ([],)]


def calls():
    """Call forms of a function as (positional arguments with "T" where the Tensor goes)."""
    for beside in BESIDE:
        yield ("T", *beside)
    yield from [(0, "T"), (OTHER, "T"), (["T", "T"],), ([["T"], ["T"]],), ([0, 1], "T")]
    yield from [("ij,jk", "T", "T"), (OTHER > 0.5, "T", OTHER), (1.0, "T", 5)]


def fill(arguments, value):
    """The arguments with a fresh value in the places of "T"."""
    if isinstance(arguments, (tuple, list)):
        return type(arguments)(fill(argument, value) for argument in arguments)
    if isinstance(arguments, str) and arguments == "T":
        return value()
    return arguments.copy() if isinstance(arguments, np.ndarray) else arguments


def attempt(function, arguments, value):
    """The result or the exception."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return function(*fill(arguments, value))
    except Exception as error:  # noqa: BLE001  whatever NumPy raises for a call without a meaning
        return error


def arrays_in(result):
    """The arrays and Tensors in a result that may be a tuple or a list."""
    if isinstance(result, (tuple, list)):
        return [array for item in result for array in arrays_in(item)]
    return [result] if isinstance(result, (np.ndarray, np.generic, Tensor)) else []


def numbers(result):
    return [r.data if isinstance(r, Tensor) else np.asarray(r) for r in arrays_in(result)]


def assert_honest(function, arguments, data):
    """The Tensor's result is an error that says so, or equals NumPy's and hides no derivative."""
    expected = attempt(function, arguments, data.copy)
    if isinstance(expected, Exception):
        return
    actual = attempt(function, arguments, lambda: Tensor(data))
    if isinstance(actual, (AutogradError, TypeError, ValueError)):
        return
    assert not isinstance(actual, Exception), f"{name_of(function)} {arguments}: {actual!r}"
    assert all(array.dtype != object for array in numbers(actual)), arguments
    if function is np.empty_like:
        return
    for a, e in zip(numbers(actual), numbers(expected), strict=True):
        if e.dtype.kind in "fc":
            np.testing.assert_allclose(a, e, rtol=1e-13, err_msg=str(arguments))
        else:
            np.testing.assert_array_equal(a, e, err_msg=str(arguments))
    moved = attempt(function, arguments, lambda: data * (1 + 1e-7))
    if isinstance(moved, Exception):
        return
    for a, before, after in zip(arrays_in(actual), numbers(expected), numbers(moved), strict=True):
        if not isinstance(a, Tensor) and before.dtype.kind in "fc":
            np.testing.assert_array_equal(before, after, err_msg=f"{arguments}: a silent constant")


@pytest.mark.parametrize("function", EVERYTHING, ids=name_of)
def test_every_numpy_function_is_honest(function, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # np.save("ij,jk", array) is a call that works
    for arguments, data in product(calls(), (SQUARE, VECTOR, np.array(0.31))):
        assert_honest(function, arguments, data)


@pytest.mark.parametrize(
    "function",
    [np.polyval, np.polyadd, np.union1d, np.nextafter],
)  # fmt: skip
def test_the_calls_above_are_calls_that_numpy_knows(function):
    plain = [attempt(function, arguments, SQUARE.copy) for arguments in calls()]
    asked = [attempt(function, arguments, lambda: Tensor(SQUARE)) for arguments in calls()]
    works = [not isinstance(outcome, Exception) for outcome in plain]
    refused = [isinstance(outcome, UncoveredError) for outcome in asked]
    assert any(map(bool.__and__, works, refused))


def ask(function, t):
    """What NumPy does when somebody calls the function on a Tensor."""
    if isinstance(function, np.ufunc):
        return t.__array_ufunc__(function, "__call__", *[t] * function.nin)
    return t.__array_function__(function, (Tensor,), (t,), {})


@pytest.mark.parametrize("function", UNCOVERED, ids=name_of)
def test_functions_that_are_not_covered_are_named(function):
    """The error names the function and says what to do instead."""
    with pytest.raises(UncoveredError) as raised:
        ask(function, Tensor(SQUARE))
    assert str(raised.value).startswith("np.")
    assert f"{name_of(function)}: this NumPy function has no derivative" in str(raised.value)
    assert "docs/adding-a-primitive.md" in str(raised.value)


@pytest.mark.parametrize("name", ["polyval", "roots", "union1d"])
def test_names_are_those_that_users_write(name):
    function = np
    for part in name.split("."):
        function = getattr(function, part)
    with pytest.raises(UncoveredError, match=rf"^np\.{name}: "):
        function(Tensor(VECTOR), *([Tensor(VECTOR)] if name in ("polyval", "union1d") else []))


# What does not ask the Tensor at all: it must not become an array behind the user's back.
CONVERSIONS = {
    "np.array": np.array,
    "np.asarray": np.asarray,
    "np.array of a list": lambda t: np.array([t, t]),
    "np.array of objects": lambda t: np.array([t], dtype=object),
    "np.array of rows": lambda t: np.array([[t[0], t[1]]]),
    "np.sum of a list": lambda t: np.sum([t[0], t[1]]),
    "np.arange": lambda t: np.arange(t[0]),
    "np.full": lambda t: np.full(3, t[0]),
    "np.vectorize": lambda t: np.vectorize(lambda x: x + 1)(t),
    "np.r_": lambda t: np.r_[t, t],
    "np.poly1d": lambda t: np.poly1d(t),
    "np.float64": lambda t: np.float64(t[0]),
    "np.ma.array": lambda t: np.ma.array(t),
    "random": lambda t: np.random.default_rng(0).normal(t),
    "an operator on a list": lambda t: t * [t[0], t[0], t[0]],
    "a frompyfunc": lambda t: np.frompyfunc(lambda x: x, 1, 1)(t),
    "a list's extension": lambda t: np.add(t, [None] * 3),
    "a string": lambda t: np.add(t, "one"),
    "datetimes": lambda t: t + np.array(["2020-01-01"] * 3, "M8[D]"),
}  # fmt: skip


@pytest.mark.parametrize("convert", CONVERSIONS.values(), ids=CONVERSIONS)
def test_a_tensor_never_becomes_an_array_unseen(convert):
    with pytest.raises((DTypeError, UncoveredError)):
        convert(Tensor(VECTOR))


def test_assigning_a_tensor_into_an_array_fails():
    array = np.zeros(3)
    with pytest.raises((TypeError, ValueError)):
        array[0] = Tensor(1.0)
    with pytest.raises((TypeError, ValueError)):
        np.fromiter(Tensor(VECTOR), float)
    with pytest.raises(DTypeError, match="about to become a plain array"):
        array[:] = Tensor(VECTOR)


def test_constants_become_arrays_freely():
    t = Tensor(VECTOR, requires_grad=False)
    assert np.asarray(t).tolist() == VECTOR.tolist()
    assert np.array([t, t], dtype=np.float32).shape == (2, 3)
    assert np.asarray(Tensor(VECTOR).detach()).tolist() == VECTOR.tolist()
