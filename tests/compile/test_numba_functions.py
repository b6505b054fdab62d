"""The elementary functions of compiled loops against mpmath, to 4 units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

numba = pytest.importorskip("numba")
pytest.importorskip("mpmath")

from autograd_core.compile.numba_backend import functions  # noqa: E402
from tests.compile.ulps import FORMATS, arguments, assert_like, errors, special  # noqa: E402

NAMES = ["exp", "expm1", "log", "log1p", "tanh", "sin", "cos"]


def on_arrays(name: str, dtype: str) -> Any:
    function = getattr(functions, f"{name}_{dtype}")

    @numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def run(x: Any) -> Any:
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = function(x[i])
        return out

    return run


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_within_four_ulps(name: str, dtype: str) -> None:
    x = arguments(name, dtype)
    found = errors(name, x, on_arrays(name, dtype)(x))
    assert max(found) <= 4, (x[np.argmax(found)], max(found))


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("name", [*NAMES, "sign"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_special_numbers(name: str, dtype: str) -> None:
    x = special(dtype)
    assert_like(on_arrays(name, dtype)(x), getattr(np, name)(x))
