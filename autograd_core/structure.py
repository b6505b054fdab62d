"""Structures: nested dicts, lists, tuples and dataclasses of arrays, taken apart and put together.

Every function of functions takes its arrays in such structures, and gives gradients in the same.
What is no container is a leaf; None holds no leaf.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_core.errors import ShapeError

IsLeaf = Callable[[Any], bool]
Assemble = Callable[[Sequence[Any]], Any]


def is_numbers(value: Any) -> bool:
    """Whether a list or tuple holds numbers only, also in lists inside: NumPy takes it as an array.

    >>> is_numbers([1.0, 2.0]), is_numbers([[1.0], [2]]), is_numbers([1.0, np.ones(2)])
    (True, True, False)
    """
    return (
        type(value) in (list, tuple)
        and len(value) > 0
        and all(isinstance(v, (int, float, complex, np.generic)) or is_numbers(v) for v in value)
    )


def flatten(structure: Any, is_leaf: IsLeaf | None = None) -> tuple[list[Any], Form]:
    """The leaves of a structure in order, and the form that makes one of other leaves.

    structure: dicts (and subclasses of dict), lists, tuples, namedtuples and dataclass objects,
        nested in any way.  All else is a leaf.
    is_leaf: containers for which it is true are leaves, too.

    >>> leaves, form = flatten({"W": 1, "rest": [2, (3, None)]})
    >>> leaves
    [1, 2, 3]
    >>> form.build("abc")
    {'W': 'a', 'rest': ['b', ('c', None)]}
    """
    leaves: list[Any] = []
    return leaves, _form_of(structure, is_leaf, leaves)


def map_leaves(f: Callable[[Any], Any], structure: Any) -> Any:
    """The structure with f(leaf) in place of every leaf."""
    leaves, form = flatten(structure)
    return form.build([f(leaf) for leaf in leaves])


class Form:
    """A structure without its leaves.

    kind: the type of the container, or None for the place of a leaf.
    keys: how each part is reached from the container: "['W']", "[0]", ".radius".
    """

    __slots__ = ("_assemble", "count", "keys", "kind", "parts")

    def __init__(
        self,
        kind: type | None,
        keys: tuple[str, ...] = (),
        parts: tuple[Form, ...] = (),
        assemble: Assemble | None = None,
    ) -> None:
        self.kind, self.keys, self.parts = kind, keys, parts
        self.count: int = 1 if kind is None else sum(part.count for part in parts)
        self._assemble = assemble

    def build(self, leaves: Sequence[Any]) -> Any:
        """The structure of this form with these leaves."""
        return self._built(iter(leaves))

    def _built(self, leaves: Iterator[Any]) -> Any:
        if self._assemble is None:
            return next(leaves)
        return self._assemble([part._built(leaves) for part in self.parts])

    def paths(self) -> list[str]:
        """For each leaf the way to it: "['layers'][0].W"."""
        if self.kind is None:
            return [""]
        pairs = zip(self.keys, self.parts, strict=True)
        return [key + rest for key, part in pairs for rest in part.paths()]

    def leaves_of(self, structure: Any, name: str) -> list[Any]:
        """The leaves of another structure of this form.

        name: what messages call it.  Raises ShapeError, which names the first place that differs.
        """
        leaves: list[Any] = []
        self._match(structure, name, leaves)
        return leaves

    def _match(self, structure: Any, name: str, leaves: list[Any]) -> None:
        if self.kind is None:
            leaves.append(structure)
            return
        found = _parts(structure)
        by_key = {} if found is None else dict(zip(found[0], found[1], strict=True))
        if type(structure) is not self.kind or by_key.keys() != set(self.keys):
            raise ShapeError(
                f"{name} is {_described(structure)}; it must have the form of the value it "
                f"belongs to, a {self.kind.__name__} of {', '.join(self.keys) or 'nothing'}."
            )
        for key, form in zip(self.keys, self.parts, strict=True):
            form._match(by_key[key], name + key, leaves)


LEAF = Form(None)


def _form_of(structure: Any, is_leaf: IsLeaf | None, leaves: list[Any]) -> Form:
    found = _parts(structure)
    if found is None or (is_leaf is not None and is_leaf(structure)):
        leaves.append(structure)
        return LEAF
    keys, values, assemble = found
    parts = tuple([_form_of(value, is_leaf, leaves) for value in values])
    return Form(type(structure), keys, parts, assemble)


def _parts(value: Any) -> tuple[tuple[str, ...], list[Any], Assemble] | None:
    """The names and values of a container's parts, and what makes one of others; or None."""
    if value is None:
        return (), [], lambda parts: None
    if isinstance(value, dict):
        return tuple(f"[{key!r}]" for key in value), list(value.values()), _dict_like(value)
    if isinstance(value, (list, tuple)):
        kind = type(value)
        if hasattr(kind, "_fields"):
            return tuple(f".{key}" for key in kind._fields), list(value), lambda p: kind(*p)
        return tuple(f"[{i}]" for i in range(len(value))), list(value), kind
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        values = [getattr(value, name) for name in names]
        return tuple(f".{name}" for name in names), values, _dataclass_like(value, names)
    return None


def _dict_like(template: dict[Any, Any]) -> Assemble:
    """Copied, so that a defaultdict keeps its default and an OrderedDict its kind."""
    template = copy.copy(template)

    def assemble(parts: Sequence[Any]) -> Any:
        made = copy.copy(template)
        made.update(zip(template, parts, strict=True))
        return made

    return assemble


def _dataclass_like(template: Any, names: Sequence[str]) -> Assemble:
    """Set past __init__ and __post_init__, which may compute or refuse what is no plain array."""

    def assemble(parts: Sequence[Any]) -> Any:
        made = copy.copy(template)
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(made, name, part)
        return made

    return assemble


def _described(structure: Any) -> str:
    found = _parts(structure)
    if found is None:
        return f"of type {type(structure).__name__}"
    return f"a {type(structure).__name__} of {', '.join(found[0]) or 'nothing'}"
