"""Structures: taken apart into leaves, put together of others, compared with one another."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pytest

from autograd_core import ShapeError
from autograd_core.structure import flatten, is_numbers, map_leaves


class Point(NamedTuple):
    x: object
    y: object


@dataclass(frozen=True)
class Frozen:
    a: object
    b: object = 2


@dataclass(slots=True)
class Slotted:
    w: object
    twice: object = field(init=False, default=None)

    def __post_init__(self):
        if not isinstance(self.w, int):
            raise TypeError("it takes ints alone")
        self.twice = 2 * self.w


def counted():
    made = defaultdict(list)
    made["k"] = 1
    return made


STRUCTURES = {
    "a leaf": (5, [5], [""]),
    "None": (None, [], []),
    "dict": ({"b": 1, "a": {"c": 2}}, [1, 2], ["['b']", "['a']['c']"]),
    "list": ([1, [2, (3,)]], [1, 2, 3], ["[0]", "[1][0]", "[1][1][0]"]),
    "empty": ([{}, (), None], [], []),
    "namedtuple": (Point(1, [2]), [1, 2], [".x", ".y[0]"]),
    "dataclass": (Frozen(1, Frozen(3)), [1, 3, 2], [".a", ".b.a", ".b.b"]),
    "slots": (Slotted(4), [4, 8], [".w", ".twice"]),
    "ordered": (OrderedDict(z=1, a=2), [1, 2], ["['z']", "['a']"]),
    "a class": ([Frozen], [Frozen], ["[0]"]),
}


@pytest.mark.parametrize(("structure", "leaves", "paths"), STRUCTURES.values(), ids=STRUCTURES)
def test_apart_and_together(structure, leaves, paths):
    found, form = flatten(structure)
    assert (found, form.paths(), form.count) == (leaves, paths, len(leaves))
    again = form.build(leaves)
    assert again == structure
    assert type(again) is type(structure)
    assert form.leaves_of(structure, "it") == leaves


def test_other_leaves_leave_the_original_alone():
    original = {"p": Point(1, 2), "d": Frozen(3), "n": None}
    doubled = map_leaves(lambda leaf: leaf * 2.0, original)
    assert doubled == {"p": Point(2.0, 4.0), "d": Frozen(6.0, 4.0), "n": None}
    assert original == {"p": Point(1, 2), "d": Frozen(3), "n": None}


def test_a_dataclass_is_not_initialised_again():
    """Its __init__ may refuse what stands for an array."""
    made = map_leaves(str, Slotted(1))
    assert (made.w, made.twice) == ("1", "2")


def test_a_dict_keeps_its_kind_and_default():
    made = map_leaves(str, counted())
    assert made == {"k": "1"}
    assert made["new"] == []


def test_what_is_a_leaf_can_be_said():
    leaves, form = flatten({"a": [1.0, 2.0], "b": (np.ones(2), 3)}, is_numbers)
    assert leaves[0] == [1.0, 2.0]
    assert len(leaves) == 3
    assert form.build("xyz") == {"a": "x", "b": ("y", "z")}


@pytest.mark.parametrize(
    ("value", "expected"),
    [([1, 2.0], True), ((np.float32(1), 2j), True), ([[1], (2, 3)], True), ([], False),
     ([np.ones(2)], False), (Point(1, 2), False), ({"a": 1}, False), (1.0, False), (["a"], False)],
)  # fmt: skip
def test_lists_of_numbers_are_arrays(value, expected):
    assert is_numbers(value) is expected


def test_the_order_of_a_dict_does_not_matter():
    _, form = flatten({"a": 1, "b": 2})
    assert form.leaves_of({"b": 20, "a": 10}, "it") == [10, 20]


OTHERS = {
    "other key": ({"a": {"W": 1}}, {"a": {"V": 1}}, r"g\['a'\] is a dict of \['V'\]; .* \['W'\]"),
    "a leaf": ({"a": [1]}, {"a": 1}, r"g\['a'\] is of type int; .* a list of \[0\]"),
    "too short": ([1, 2], [1], r"g is a list of \[0\]; .* a list of \[0\], \[1\]"),
    "another kind": ((1, 2), [1, 2], r"g is a list of .* a tuple of"),
    "another class": (Point(1, 2), (1, 2), r"g is a tuple of .* a Point of \.x, \.y"),
    "something for nothing": ([None], [1], r"g\[0\] is of type int; .* a NoneType of nothing"),
}


@pytest.mark.parametrize(("mine", "other", "text"), OTHERS.values(), ids=OTHERS)
def test_another_form_is_refused(mine, other, text):
    with pytest.raises(ShapeError, match=text):
        flatten(mine)[1].leaves_of(other, "g")
