"""What all tests of the compiler share: backends, and how close a program is to its function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from autograd_core import compile  # noqa: A004  the field's name for it
from autograd_core.compile.backends import has_numba
from autograd_core.structure import flatten

BACKENDS = ("numpy", "numba") if has_numba() else ("numpy",)

# A program may add in another order, and take one factor before another.
ULPS = {"float32": 2e-5, "float64": 1e-12, "complex64": 2e-5, "complex128": 1e-12}


@pytest.fixture(autouse=True, scope="session")
def kernels_of_these_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled loops are kept in a folder of these tests, and not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRAD_CORE_CACHE", str(tmp_path_factory.mktemp("kernels")))
        yield


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The name of a backend."""
    name: str = request.param
    return name


@pytest.fixture
def compiled(backend: str) -> Callable[..., Any]:
    """`compile` for that backend."""
    return partial(compile, backend=backend)


def assert_same(actual: Any, expected: Any, rtol: float | None = None) -> None:
    """Equal structures, shapes and dtypes, and numbers up to the order of additions."""
    leaves, form = flatten(expected)
    pairs = zip(form.leaves_of(actual, "result"), leaves, strict=True)
    arrays = [tuple(map(np.asarray, pair)) for pair in pairs]
    for place, (got, want) in zip(form.paths(), arrays, strict=True):
        assert (got.shape, got.dtype) == (want.shape, want.dtype), place
        tolerance = rtol or ULPS.get(str(want.dtype), 0)
        scale = np.max(np.abs(want), initial=0, where=np.isfinite(want)) if want.size else 0
        np.testing.assert_allclose(got, want, tolerance, tolerance * float(scale), err_msg=place)


def assert_compiles(
    compiled: Callable[..., Any], f: Callable[..., Any], *args: Any, rtol: float | None = None
) -> None:
    """The compiled function gives what f does, twice: when it is traced and when it is replayed;
    and no argument is changed."""
    expected = f(*args)
    before = [np.copy(leaf) for leaf in flatten(args)[0]]
    run = compiled(f)
    assert_same(run(*args), expected, rtol)
    assert_same(run(*args), expected, rtol)
    for leaf, copy in zip(flatten(args)[0], before, strict=True):
        np.testing.assert_array_equal(leaf, copy)


def cotangent(value: Any) -> Any:
    """Distinct weights of a result's shape and dtype."""
    weights = np.cos(1 + np.arange(np.size(value))).reshape(np.shape(value))
    dtype = np.asarray(value).dtype
    return weights.astype(dtype if dtype.kind in "fc" else float)


def in_dtype(arrays: Sequence[Any], dtype: Any) -> list[Any]:
    """The real ones of the arrays in a dtype."""
    return [array.astype(dtype) if array.dtype.kind == "f" else array for array in arrays]
