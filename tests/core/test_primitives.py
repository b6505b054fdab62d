"""Every primitive of the registry: its values, its rules, and its rules differentiated again."""

from typing import Any

import numpy as np
import pytest

from autograd_core import (
    DTypeError,
    Tensor,
    expanded,
    grad,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    vjp,
)
from autograd_core.primitive import UFUNCS
from tests.core.differences import derivative
from tests.core.samples import REFERENCES, SAMPLES, Sample, samples_of, shipped


def reference(sample: Sample) -> Any:
    name = sample.primitive.name
    ufuncs = [ufunc for ufunc, primitive in UFUNCS.items() if primitive is sample.primitive]
    function = (
        sample.primitive.definition
        or next(iter(ufuncs), None)
        or REFERENCES.get(name)
        or getattr(np, name)
    )
    return function(*sample.arrays, **sample.params)


def cotangent(value: Any) -> np.ndarray:
    """A gradient to start from: distinct numbers of the value's shape."""
    return np.linspace(-1, 2, np.size(value)).reshape(np.shape(value))


def pulled(sample: Sample, *arrays_and_g: Any) -> Any:
    """A fixed combination of all gradients that g gives: first derivatives as one scalar."""
    *arrays, g = arrays_and_g
    gradients = vjp(sample, *arrays)[1](g)
    return sum(np.sum(np.cos(cotangent(dx)) * dx) for dx in gradients)


def second(sample: Sample) -> tuple[np.ndarray, ...]:
    g = cotangent(sample(*sample.arrays))
    arguments = tuple(range(len(sample.arrays) + 1))
    return grad(lambda *args: pulled(sample, *args), arguments)(*sample.arrays, g)


def test_every_primitive_has_samples():
    assert [p.name for p in shipped() if not samples_of(p)] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_value(sample):
    expected = np.asarray(reference(sample))
    for arrays in (sample.arrays, map(Tensor, sample.arrays)):
        out = sample(*arrays)
        actual = out.data if isinstance(out, Tensor) else np.asarray(out)
        assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(actual, expected, rtol=1e-13)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_rules_agree_with_differences(sample):
    value, pull = vjp(sample, *sample.arrays)
    g = cotangent(value)
    for place, (x, actual) in enumerate(zip(sample.arrays, pull(g), strict=True)):

        def moved(changed, place=place):
            arrays = [*sample.arrays[:place], changed, *sample.arrays[place + 1 :]]
            return float(np.real(np.sum(g * sample(*arrays))))

        assert (type(actual), actual.shape, actual.dtype) == (np.ndarray, x.shape, x.dtype)
        np.testing.assert_allclose(actual, derivative(moved, x), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_rules_differentiated_again_agree_with_differences(sample):
    arguments = [*sample.arrays, cotangent(sample(*sample.arrays))]
    for place, (x, actual) in enumerate(zip(arguments, second(sample), strict=True)):

        def moved(changed, place=place):
            return float(pulled(sample, *arguments[:place], changed, *arguments[place + 1 :]))

        assert (actual.shape, actual.dtype) == (x.shape, x.dtype)
        np.testing.assert_allclose(actual, derivative(moved, x), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.primitive.definition], ids=str)
def test_composites_equal_their_definitions(sample):
    def all_orders():
        value, pull = vjp(sample, *sample.arrays)
        return [value, *pull(cotangent(value)), *second(sample)]

    fused = all_orders()
    with expanded():
        defined = all_orders()
    for actual, expected in zip(fused, defined, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.primitive.definition], ids=str)
def test_expanded_runs_the_definition(sample):
    fused = sample(*map(Tensor, sample.arrays)).creator
    with expanded():
        opened = sample(*map(Tensor, sample.arrays)).creator
    assert fused.primitive is sample.primitive
    assert opened.primitive is not sample.primitive
    assert (opened.scope.name, opened.scope.kind) == (sample.primitive.name, "composite")


# ── special values ────────────────────────────────────────────────────────────────────────────
UFUNC_PRIMITIVES = [u for u, made in UFUNCS.items() if made in shipped() and u is not np.matmul]
SPECIAL = {
    "nan and inf": np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0]),
    "integers": np.array([3, 1, 2, 5]),
    "booleans": np.array([True, False]),
    "huge and tiny": np.array([1e308, 1e-308, -5e-324]),
}


@pytest.mark.parametrize("x", SPECIAL.values(), ids=SPECIAL)
@pytest.mark.parametrize("ufunc", UFUNC_PRIMITIVES, ids=lambda ufunc: ufunc.__name__)
def test_special_values_are_numpys(ufunc, x):
    with np.errstate(all="ignore"):
        try:
            expected = ufunc(*[x] * ufunc.nin)
        except TypeError:  # NumPy subtracts and negates no booleans
            with pytest.raises(DTypeError, match=rf"{UFUNCS[ufunc].name}: .*is bool"):
                ufunc(*[Tensor(x)] * ufunc.nin)
            return
        actual = ufunc(*[Tensor(x)] * ufunc.nin)
    assert actual.dtype == expected.dtype
    assert actual.requires_grad == (x.dtype == float)
    np.testing.assert_array_equal(actual.data, expected)


@pytest.mark.parametrize("f", [sigmoid, softmax, log_softmax, logsumexp, np.mean, np.var, np.std])
def test_composites_of_integers_are_real_numbers(f):
    integers = np.array([3, 1, 2])
    y = f(Tensor(integers))
    assert y.dtype == np.float64
    assert not y.requires_grad
    np.testing.assert_allclose(y.data, f(integers.astype(float)), rtol=1e-15)
