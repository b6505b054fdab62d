"""One call of a function on variables of its own: what all reverse transforms begin with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from autograd_core import reverse
from autograd_core.abstract import as_array, copied
from autograd_core.errors import DTypeError, GraphError
from autograd_core.forward import alias
from autograd_core.mode import current_mode, mode
from autograd_core.node import depends_on_others, next_order
from autograd_core.readable import plain, settled
from autograd_core.reverse import Lift
from autograd_core.structure import LEAF, Form, flatten, is_numbers, map_leaves
from autograd_core.tensor import Tensor, leaf, lift

ArgNums = int | str | tuple[int | str, ...]

# Arguments that are one variable at a glance; all others may be structures.
_SINGLE = frozenset({np.ndarray, float, np.float64, np.float32, int, Tensor})


class Recording:
    """A recorded call of f on variables of its own, and what it depends on besides them.

    name: of the transform, for messages.
    variables: the Tensors that stand for the chosen arguments, or for the leaves of these.
    forms: for each chosen argument the form of its structure.
    keys: for each variable the leaf or Node under which a pass finds it.
    result: what f returned.   nested: whether an outer derivative may follow it.
    """

    def __init__(
        self,
        name: str,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        argnums: ArgNums,
    ) -> None:
        self.name = name
        self.nested = current_mode.get().recording
        self._since = next_order()
        self.variables: list[Tensor] = []
        self.forms: list[Form] = []
        self._f, self._args = f, (list(args), dict(kwargs))
        self._places: list[tuple[Any, Any]] = []
        with nullcontext() if self.nested else mode(recording=True):
            for place in argnums if isinstance(argnums, tuple) else (argnums,):
                holder, key = found = find_argument(name, f, *self._args, place)
                if found in self._places:
                    raise GraphError(f"{name}: argnums={argnums} names an argument twice.")
                self._places.append(found)
                holder[key] = self._variables_for(holder[key], place)
            self.keys = [v.creator or v for v in self.variables]
            self._own = set(self.keys)
            self.result = self._run()

    def _run(self) -> Any:
        args, kwargs = self._args
        return settled_leaves(self._f(*args, **kwargs))

    def rerun(self, *leaves: Any) -> Any:
        """What f returns with these in place of the variables."""
        for (holder, key), argument in zip(self._places, self.grouped(leaves), strict=True):
            holder[key] = argument
        return Recording._run(self)

    def _variables_for(self, arg: Any, place: Any) -> Any:
        if type(arg) in _SINGLE:
            variables, form = [variable(self.name, arg)], LEAF
        else:
            leaves, form = flatten(arg, is_numbers)
            label = f"argument {place!r}"
            variables = [
                variable(self.name, found, label, path)
                for found, path in zip(leaves, form.paths(), strict=True)
            ]
        self.variables += variables
        self.forms.append(form)
        return variables[0] if form is LEAF else form.build(variables)

    def gradients(
        self, value: Any, g: Any, lifting: Lift | None, careful: bool = True
    ) -> list[Any]:
        """What the gradient `g` of the value is for each variable; None where nothing arrives."""
        if not isinstance(value, Tensor) or not value.requires_grad:
            return [None] * len(self.keys)
        found = reverse.run(
            value.creator or value, g, wanted=self._own, since=self._since, lift=lifting,
            careful=careful,
        )  # fmt: skip
        return [found.get(key) for key in self.keys]

    def pull(self, value: Any, g: Any, is_outer: bool) -> list[Any]:
        """The gradients of the variables: Tensors where they depend on anything outside of f."""
        found = self.gradients(value, g, lift if is_outer or isinstance(g, Tensor) else None)
        return list(map(_owned, found, self.variables))

    def grouped(self, leaves: Sequence[Any]) -> Iterator[Any]:
        """One thing for each variable, in the structures of the chosen arguments."""
        start = 0
        for form in self.forms:
            yield leaves[start] if form is LEAF else form.build(leaves[start : start + form.count])
            start += form.count

    def is_outer(self, value: Any) -> bool:
        """Whether the value depends on Tensors that are not this call's variables."""
        if not self.nested or not isinstance(value, Tensor) or not value.requires_grad:
            return False
        if any(v.creator is not None for v in self.variables):
            return True
        return depends_on_others(value.creator or value, set(self._own), self._since)

    def out(self, value: Any) -> Any:
        """The value as the caller gets it: an array, unless an outer derivative follows it."""
        if not isinstance(value, Tensor) or self.is_outer(value):
            return value
        return value.data


def find_argument(
    name: str,
    f: Callable[..., Any],
    positional: list[Any],
    named: dict[str, Any],
    place: int | str,
) -> tuple[Any, Any]:
    """Where an argument is: the list or the dict that holds it, and its key there."""
    if isinstance(place, str) and place in named:
        return named, place
    if isinstance(place, str):
        names = list(inspect.signature(f).parameters)
        if place not in names[: len(positional)]:
            raise GraphError(f"{name}: no argument {place!r} was passed. f takes {tuple(names)}.")
        return positional, names.index(place)
    if not -len(positional) <= place < len(positional):
        raise GraphError(f"{name}: argnums={place} for {len(positional)} arguments.")
    return positional, place % len(positional)


def variable(name: str, arg: Any, label: str = "an argument", path: str = "") -> Tensor:
    """A Tensor that stands for this argument and nothing else, also inside an outer derivative."""
    if isinstance(arg, Tensor) and arg.requires_grad:
        return alias(arg)
    return leaf(continuous(name, arg, label, path), requires_grad=True)


def continuous(name: str, arg: Any, label: str = "an argument", path: str = "") -> Any:
    """An argument as an array (or NumPy scalar) of floating or complex numbers."""
    array = as_array(plain(arg))
    if isinstance(arg, int) and not isinstance(arg, bool):
        array = np.asarray(float(arg))
    if array.dtype.kind not in "fc":
        raise DTypeError(
            f"{name}: {label}{path} of dtype {array.dtype} has no derivative. Pass floating "
            "numbers: x.astype(float)."
        )
    return array if array.ndim else array[()]


def settled_leaves(result: Any) -> Any:
    """What a function returned, with the present numbers of every array that it assigned to."""
    return result if type(result) is Tensor else map_leaves(settled, result)


def dtype_of(value: Any) -> np.dtype[Any]:
    """The dtype of a gradient of this value: its own, or float64 where it is no floating number."""
    dtype: np.dtype[Any] = as_array(plain(value)).dtype
    return dtype if dtype.kind in "fc" else np.dtype(float)


def _owned(g: Any, like: Tensor) -> Any:
    """A gradient that shares memory with nothing; zeros where none arrived."""
    if g is None:
        return np.zeros(like.shape, like.dtype)
    return g if isinstance(g, Tensor) else copied(g)
