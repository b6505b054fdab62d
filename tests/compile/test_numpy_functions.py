"""The elementary functions of blocks against mpmath, to 4 units in the last place."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mpmath")

from autograd_core import compile  # noqa: A004
from autograd_core.compile.numpy_backend import functions
from tests.compile.ulps import arguments, assert_like, errors, special

CASES = {
    f"{ufunc.__name__}-{np.dtype(char).name}": (ufunc, np.dtype(char).name, make)
    for (ufunc, char), make in functions._FUNCTIONS.items()
}
each = pytest.mark.parametrize(("ufunc", "dtype", "make"), CASES.values(), ids=CASES)


def on_array(make: Any, x: Any) -> Any:
    function = make()
    kept, out, *scratch = (np.full_like(x, 7) for _ in range(function.scratch + 2))
    kept[:] = x
    function.run(kept, out, *scratch)
    np.testing.assert_array_equal(kept, x)
    return out


@each
def test_within_four_ulps(ufunc: np.ufunc, dtype: str, make: Any) -> None:
    x = arguments(ufunc.__name__, dtype)
    found = errors(ufunc.__name__, x, on_array(make, x))
    limit = np.where((x < 0) & (dtype == "float32"), 4.1, 4)
    assert (found <= limit).all(), (x[np.argmax(found)], max(found))


@each
def test_tables_and_intervals_meet(ufunc: np.ufunc, dtype: str, make: Any) -> None:
    """Around multiples of 1/256, where the table's next place begins, and of ln 2 / 2."""
    steps = np.concatenate([np.arange(-300, 300) / 256, np.arange(-1, 20) * np.log(2) / 2])
    x = np.concatenate([
        np.nextafter(steps.astype(dtype), toward, dtype=dtype) for toward in (-30, 30)
    ])  # fmt: skip
    x = x[x > -1]
    assert max(errors(ufunc.__name__, x, on_array(make, x))) <= 4.1


@each
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_special_numbers(ufunc: np.ufunc, dtype: str, make: Any) -> None:
    x = np.concatenate([special(dtype), np.array([100, -100, 1e30, -1e30, 1000], dtype)])
    assert_like(on_array(make, x), ufunc(x))


@each
def test_warnings_are_those_of_numpy(ufunc: np.ufunc, dtype: str, make: Any) -> None:
    def warned(function: Any, value: Any) -> list[str]:
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            function(np.array([value]))
        return [str(each.message).split(" encountered")[0] for each in found]

    for value in special(dtype):
        expected = warned(ufunc, value)
        found = dict.fromkeys(warned(lambda x: on_array(make, x), value))
        assert list(found) == expected, value


@pytest.mark.parametrize("quicker", [True, False])
def test_large_arrays_are_given_to_them_where_they_are_quicker(
    quicker: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(x: Any, out: Any, spare: Any) -> None:
        np.copyto(spare, x)
        np.copyto(out, spare)

    copying = functions.Function(copied, 1)
    monkeypatch.setitem(functions._FUNCTIONS, (np.tanh, "d"), lambda: copying)
    monkeypatch.setattr(functions, "are_quicker", lambda: quicker)
    run = compile(lambda x: np.tanh(x + 1) * 2, backend="numpy")
    for length, dtype in [(100_000, "f8"), (100_000, "f4"), (100, "f8")]:
        x = np.linspace(-1, 1, length, dtype=dtype)
        is_copied = quicker and length == 100_000 and dtype == "f8"
        expected = (x + 1 if is_copied else np.tanh(x + 1)) * 2
        np.testing.assert_allclose(run(x), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("found", "quicker"),
    [
        ({"baseline": ["X86_V2"], "found": ["X86_V3"], "not found": ["X86_V4"]}, True),
        ({"baseline": ["SSE"], "found": ["AVX2", "FMA3"]}, True),
        ({"baseline": ["X86_V2"], "found": ["X86_V3", "X86_V4"]}, False),
        ({"baseline": ["AVX2", "AVX512_SKX"]}, False),
        ({"baseline": ["X86_V2"], "not found": ["X86_V3"]}, False),
        ({"baseline": ["NEON", "ASIMD"], "found": ["ASIMDHP"]}, False),
    ],
)
def test_they_are_for_processors_with_avx2_alone(
    found: dict[str, list[str]], quicker: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "show_config", lambda mode: {"SIMD Extensions": found})
    assert functions.are_quicker.__wrapped__() is quicker


def test_a_result_over_its_operand_is_numpys() -> None:
    x = np.linspace(0, 5, 100_000, dtype=np.float32)
    run = compile(lambda x, y: (np.log1p(x), np.expm1(y)), donate=("x", "y"), backend="numpy")
    for _ in range(2):
        given = x.copy(), x.copy()
        found = run(*given)
        assert all(map(operator.is_, found, given))
        np.testing.assert_allclose(found, (np.log1p(x), np.expm1(x)), rtol=1e-6)
