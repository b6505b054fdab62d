"""Module: parameters with names, modules in modules; Sequential: one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd_core import DTypeError, ShapeError, Tensor, as_array, scope


@cache
def _snake_case(name: str) -> str:
    """What a module of that class is called: "softmax_with_loss", "relu"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


def constant(x: Any) -> Tensor:
    """What comes into a layer, as a Tensor: arrays and lists become constants, integers floats."""
    if isinstance(x, Tensor):
        return x
    array = as_array(x)
    if array.dtype.kind not in "fciub":
        raise DTypeError(
            f"input of a layer: {x!r} of dtype {array.dtype} is not an array of numbers."
        )
    return Tensor(array if array.dtype.kind in "fc" else array.astype(float), requires_grad=False)


class Module:
    """A function with parameters: the base of all layers, losses and nets.

    A subclass keeps its parameters (Tensors) and inner modules as attributes, or inner modules in
    lists, tuples and dicts, and defines `forward`.  Calling the module records what `forward` does
    under the module's name.

    >>> import nn
    >>> class TwoLayerNet(nn.Module):
    ...     def __init__(self):
    ...         self.hidden, self.relu, self.output = nn.Affine(4, 3), nn.ReLU(), nn.Affine(3, 2)
    ...     def forward(self, x):
    ...         return self.output(self.relu(self.hidden(x)))
    >>> [name for name, _ in TwoLayerNet().named_parameters()]
    ['hidden.W', 'hidden.b', 'output.W', 'output.b']
    """

    name: str | None = None  # of its own; else its container's name for it is used
    training: bool = True
    _place: str | None = None  # how the first module that kept this one calls it

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with scope(self.name or self._place or _snake_case(type(self).__name__), vars(self)):
            return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The computation; every subclass defines its own."""
        raise TypeError(f"{type(self).__name__} has no forward method. Define forward(self, x).")

    def __setattr__(self, name: str, value: Any) -> None:
        for place, module in _modules_in(name, value):
            if module._place is None:
                module._place = place
        super().__setattr__(name, value)

    # ── what is in it ─────────────────────────────────────────────────────────────────────────
    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside, with their names here."""
        for name, value in vars(self).items():
            yield from _modules_in(name, value)

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module, as "", and all modules inside, each once, with their paths."""
        seen = set()
        waiting: list[tuple[str, Module]] = [("", self)]
        while waiting:
            path, module = waiting.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield path, module
            inner = [(f"{path}.{n}" if path else n, child) for n, child in module.named_children()]
            waiting.extend(reversed(inner))

    def _named_tensors(self) -> Iterator[tuple[str, Tensor]]:
        seen = set()
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Tensor) and value.creator is None and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """The Tensors that are learnt, each once, with their paths: ("affine1.W", Tensor)."""
        return ((path, tensor) for path, tensor in self._named_tensors() if tensor.requires_grad)

    def parameters(self) -> list[Tensor]:
        """The Tensors that are learnt, each once."""
        return [tensor for _, tensor in self.named_parameters()]

    # ── state ─────────────────────────────────────────────────────────────────────────────────
    def train(self, mode: bool = True) -> Self:
        """Switch this module and all inside to training (or, with False, to evaluation)."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch this module and all inside to evaluation."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for tensor in self.parameters():
            tensor.zero_grad()

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Copies of all arrays of this module, by path."""
        return {path: tensor.data.copy() for path, tensor in self._named_tensors()}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Write the arrays of a state dict into this module's, which keep their dtypes.

        All names and shapes are checked first: on an error nothing has changed.  Raises KeyError
        for missing or unknown names, ShapeError for other shapes, DTypeError for other kinds.
        """
        own = dict(self._named_tensors())
        missing, unknown = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
        if missing or unknown:
            raise KeyError(
                f"load_state_dict: missing {missing}, unknown {unknown}. The state must come from "
                "a module of the same structure."
            )
        for path, tensor in own.items():
            array = np.asarray(state[path])
            if array.shape != tensor.shape:
                raise ShapeError(
                    f"load_state_dict: {path} has shape {tensor.shape} here and {array.shape} in "
                    "the state."
                )
            if not np.can_cast(array.dtype, tensor.dtype, casting="same_kind"):
                raise DTypeError(
                    f"load_state_dict: {path} has dtype {tensor.dtype} here and {array.dtype} in "
                    "the state."
                )
        for path, tensor in own.items():
            tensor.data[...] = state[path]

    def __repr__(self) -> str:
        inner = [f"{name}: {child!r}" for name, child in self.named_children()]
        if not inner:
            return f"{type(self).__name__}({self.describe()})"
        lines = "\n".join(inner).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {lines}\n)"

    def describe(self) -> str:
        """What stands in the parentheses of the repr."""
        return ""


def _modules_in(name: str, value: Any) -> Iterator[tuple[str, Module]]:
    """The modules that an attribute holds, by itself or in a list, tuple or dict."""
    if isinstance(value, Module):
        yield name, value
    elif isinstance(value, (Mapping, list, tuple)):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        yield from ((f"{name}.{key}", item) for key, item in items if isinstance(item, Module))


class Sequential(Module):
    """Modules that are called one after the other.

    They are named by their kind and number, affine1, relu1, affine2, unless they have a `name` of
    their own.  Two modules with one name of their own are refused with ValueError.

    >>> import nn
    >>> net = nn.Sequential(nn.Affine(4, 3), nn.ReLU(), nn.Affine(3, 2))
    >>> [name for name, _ in net.named_parameters()]
    ['affine1.W', 'affine1.b', 'affine2.W', 'affine2.b']
    """

    def __init__(self, *modules: Module, name: str | None = None) -> None:
        self.name = name
        counts: dict[str, int] = {}
        steps: dict[str, Module] = {}
        for module in modules:
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential: {module!r} is not a module. Wrap a function in a Module whose "
                    "forward calls it."
                )
            kind = _snake_case(type(module).__name__)
            counts[kind] = counts.get(kind, 0) + 1
            name_here = module.name or f"{kind}{counts[kind]}"
            if name_here in steps:
                raise ValueError(f"Sequential: two modules are named {name_here!r}.")
            if module._place is None:
                module._place = name_here
            steps[name_here] = module
        self.steps = steps

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules in the order of their calls."""
        yield from self.steps.items()

    def forward(self, x: Any) -> Any:
        """The output of the last module."""
        for module in self.steps.values():
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.steps.values())

    def __getitem__(self, index: int) -> Module:
        return list(self.steps.values())[index]
