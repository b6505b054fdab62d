"""float32 stays float32 in every value, rule and gradient; other dtypes follow NumPy."""

import numpy as np
import pytest

from autograd_core import ELEMENTWISE, DTypeError, Tensor, grad, vjp
from tests.core.samples import FIRST_SAMPLES, PARAMETERS, SAMPLES, Sample, shipped

SINGLE = np.dtype(np.float32)
SINGLES = {SINGLE, np.dtype(np.complex64)}
# None of these is wider than float32 in NumPy's rules of promotion.
NUMBERS = {
    "Python float": 1.5,
    "Python int": 2,
    "float32 scalar": np.float32(1.5),
    "0-d float32 array": np.array(1.5, np.float32),
}
WITH_ANY_DTYPE = {"astype"}  # its parameter says which

UNTYPED = [s for s in SAMPLES if s.primitive.name not in WITH_ANY_DTYPE]


def assert_single(sample, *operands):
    """The value, what each rule returns, and the gradients are float32."""
    out = sample(*operands)
    assert out.dtype in SINGLES
    node = out.creator
    g = np.ones(out.shape, SINGLE)[()]
    for position, dx in node.plan.contributions(g, node.saved):
        assert dx.dtype in SINGLES, sample.primitive.rule_of(position).__name__
    out.backward(g)
    for operand in operands:
        if isinstance(operand, Tensor):
            assert operand.grad.dtype == SINGLE


@pytest.mark.parametrize("sample", UNTYPED, ids=str)
def test_float32_stays_float32(sample):
    if isinstance(sample.params.get("exponent"), np.ndarray):
        sample = sample._replace(params={"exponent": sample.params["exponent"].astype(SINGLE)})
    arrays = [array.astype(SINGLE) for array in sample.arrays]
    assert_single(sample, *map(Tensor, arrays))

    def gradient(*xs):
        value, pull = vjp(sample, *xs)
        return sum(np.sum(dx) for dx in pull(np.ones(value.shape, SINGLE)))

    second = grad(gradient, tuple(range(len(arrays))))(*arrays)
    assert {dx.dtype for dx in second} == {SINGLE}


def parameters(primitive):
    """For operands of two elements."""
    return PARAMETERS.get(primitive.name, lambda shape: {})((2,))


# Elementwise operations of several operands, with the place of each operand in turn.
CALLS = [
    (Sample(p, "", (), parameters(p)), place)
    for p in shipped()
    if p.kind == ELEMENTWISE and len(p.inputs) > 1
    for place in range(len(p.inputs))
]
# In NumPy too np.clip(1.5, 1.5, array) is float64, as its first operand becomes an array; a
# constant exponent is a parameter of another operation.
WIDER = {("clip", 2), ("power", 0)}
SINGLE_CALLS = [call for call in CALLS if (call[0].primitive.name, call[1]) not in WIDER]


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize(("sample", "place"), SINGLE_CALLS, ids=str)
def test_float32_beside_a_number(sample, place, number):
    """Each operand in turn is the Tensor, an array or a scalar, and all others are the number."""
    for array in (np.float32([1.25, 1.75]), np.float32(1.25)):
        operands = [number] * len(sample.primitive.inputs)
        operands[place] = Tensor(array)
        assert_single(sample, *operands)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16, np.int64])
@pytest.mark.parametrize(("sample", "place"), CALLS, ids=str)
def test_a_constant_of_few_bits_costs_no_digits(sample, place, dtype):
    """100 squared is no number of int8, and NumPy's logarithm of an uint8 is a float16."""

    def gradient(constant):
        operands = [constant] * len(sample.primitive.inputs)
        operands[place] = t = Tensor([1.25, 1.75])
        sample(*operands).sum().backward()
        return t.grad

    narrow = np.array([100, 20], dtype)
    np.testing.assert_allclose(gradient(narrow), gradient(narrow.astype(float)), rtol=1e-14)


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_float32_to_a_constant_power(number):
    for array in (np.float32([1.25, 1.75]), np.float32(1.25)):
        t = Tensor(array)
        y = t**number
        y.backward(np.ones(y.shape))
        assert y.dtype == t.grad.dtype == SINGLE


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_a_float32_scalar_as_the_only_input(number):
    """np.float32 scalars and 0-d float32 arrays make float32 Tensors, Python's numbers float64."""
    t = Tensor(number)
    assert t.dtype == (SINGLE if hasattr(number, "dtype") else np.float64)
    y = np.exp(t).sum()
    y.backward()
    assert y.dtype == t.grad.dtype == t.dtype


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, ">f8", ">f4"])
@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_dtypes_are_those_of_numpy(sample, dtype):
    arrays = [array.astype(dtype) for array in sample.arrays]
    try:
        plain = sample(*arrays)
    except TypeError:  # SciPy and LAPACK know no float16 and no longdouble
        with pytest.raises(DTypeError):
            sample(*map(Tensor, arrays))
        return
    except DeprecationWarning:  # SciPy 1.18 is about to refuse these too
        return
    leaves = [Tensor(array) for array in arrays]
    out = sample(*leaves)
    assert out.dtype == plain.dtype
    out.backward(np.ones(out.shape))
    assert [leaf.grad.dtype for leaf in leaves] == [leaf.dtype for leaf in leaves]


def test_mixed_precision_gives_each_leaf_its_own_dtype():
    narrow, wide = Tensor(np.float32([1, 2])), Tensor(np.array([3.0, 4.0]))
    y = (narrow * wide).sum()
    y.backward()
    assert y.dtype == np.float64
    assert (narrow.grad.dtype, wide.grad.dtype) == (SINGLE, np.float64)


def test_astype_gives_the_gradient_back_in_the_inputs_dtype():
    t = Tensor(np.float32([1, 2]))
    (t.astype(np.float64) * 3).sum().backward()
    assert t.grad.dtype == SINGLE
    assert t.grad.tolist() == [3, 3]
    integers = t.astype(int)
    assert type(integers) is np.ndarray
    assert integers.dtype == int


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_integers_are_constants_in_a_graph(dtype):
    counts, price = Tensor(np.array([1, 0, 1], dtype)), Tensor(np.array([2.0, 3.0, 4.0]))
    assert not counts.requires_grad
    total = (counts * price).sum()
    total.backward()
    assert price.grad.tolist() == [1, 0, 1]
    assert counts.grad is None
    assert (counts + counts).dtype == (counts.data + counts.data).dtype


def test_complex_numbers_flow_and_real_inputs_get_real_gradients():
    x = Tensor(np.array([1.0, 2.0]))
    y = (x * (2 + 1j)).sum()
    assert y.dtype == np.complex128
    y.backward()
    assert x.grad.dtype == np.float64
    assert x.grad.tolist() == [2.0, 2.0]
