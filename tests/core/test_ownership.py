"""What an operation keeps and hands out, for every primitive: it keeps what its rules ask for and
nothing else, writes into nothing that it was given, and shares no gradient with anybody.
"""

from itertools import combinations

import numpy as np
import pytest

from autograd_core import Tensor
from tests.core.samples import FIRST_SAMPLES, SAMPLES


def recorded(sample):
    leaves = [Tensor(array) for array in sample.arrays]
    return leaves, sample(*leaves)


def gradients(sample, spoil=lambda leaves, out: None):
    leaves, out = recorded(sample)
    spoil(leaves, out)
    out.backward(np.ones(out.shape))
    return [leaf.grad for leaf in leaves]


def kept_by_input(sample, out):
    """Whether the rules asked for the array of each input."""
    asked, primitive = out.creator.plan.sources, sample.primitive
    if primitive.variadic:
        return [primitive.inputs[0] in asked] * len(sample.arrays)
    return [name in asked for name in primitive.inputs]


def spoil_what_no_rule_asked_for(sample):
    def spoil(leaves, out):
        kept = kept_by_input(sample, out)
        needed = [leaf.data for leaf, asked in zip(leaves, kept, strict=True) if asked]
        spare = [leaf.data for leaf, asked in zip(leaves, kept, strict=True) if not asked]
        if "out" in out.creator.plan.sources:
            needed.append(out.data)
        elif out.data.flags.writeable:
            spare.append(out.data)
        for array in spare:
            if not any(np.shares_memory(array, other) for other in needed):
                array[...] = np.nan

    return spoil


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_nothing_is_read_that_no_rule_asked_for(sample):
    expected = gradients(sample)
    actual = gradients(sample, spoil_what_no_rule_asked_for(sample))
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(a, e)


@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_a_node_keeps_one_value_for_each_name_asked_for(sample):
    _, out = recorded(sample)
    plan = out.creator.plan
    rules = sample.primitive.rules
    names = {n for rule in rules for n in rule.__code__.co_varnames[1 : rule.__code__.co_argcount]}
    needs = {
        name
        for residual, f in sample.primitive.residuals.items()
        if residual in names
        for name in f.__code__.co_varnames[: f.__code__.co_argcount]
    }
    assert set(plan.sources) == (names - {"i"}) | needs
    assert len(plan.sources) == len(plan.saved(out.creator.saved))


@pytest.mark.parametrize("sample", FIRST_SAMPLES, ids=str)
def test_rules_write_into_nothing(sample):
    """Every array that a rule sees is read-only here, so that writing raises."""
    leaves, out = recorded(sample)
    g = np.ones(out.shape)
    for array in (g, out.data, *[leaf.data for leaf in leaves]):
        array.setflags(write=False)
    assert list(out.creator.plan.contributions(g, out.creator.saved))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_gradients_share_memory_with_nothing(sample):
    leaves, out = recorded(sample)
    g = np.ones(out.shape)
    out.backward(g)
    grads = [leaf.grad for leaf in leaves]
    others = [g, out.data, *[leaf.data for leaf in leaves]]
    assert not any(np.shares_memory(a, b) for a, b in combinations(grads, 2))
    assert not any(np.shares_memory(a, b) for a in grads for b in others)
    assert all(grad.flags.writeable for grad in grads)
    np.testing.assert_array_equal(g, np.ones(out.shape))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_only_wanted_gradients_are_computed(sample):
    """With one input a constant, the others get the same gradients and it gets none."""
    expected = gradients(sample)
    for constant in range(len(sample.arrays)):
        operands = [
            array if place == constant else Tensor(array)
            for place, array in enumerate(sample.arrays)
        ]
        out = sample(*operands)
        if len(operands) == 1:
            assert not isinstance(out, Tensor)
            continue
        assert list(out.creator.plan.needed) == [
            place for place in range(len(operands)) if place != constant
        ]
        out.backward(np.ones(out.shape))
        for operand, e in zip(operands, expected, strict=True):
            if isinstance(operand, Tensor):
                np.testing.assert_allclose(operand.grad, e, rtol=1e-13, atol=1e-14)
