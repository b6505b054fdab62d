"""What every optimiser shares: parameters, buffers, weight decay, the step, saving and loading."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import EllipsisType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from autograd_core import Tensor
from autograd_core.errors import DTypeError, ShapeError

Array = NDArray[np.floating[Any]]
Cut = slice | EllipsisType

# A parameter is updated in blocks of rows with about this many elements, so that all operations of
# a rule find a block in the cache, and the scratch memory is that of one block.  Adam on 8 million
# float32: 17 ms a step in such blocks, 31 ms in one piece.
BLOCK = 1 << 17


class Optimizer(ABC):
    """The base of the optimisers: `step` applies the rule `update` to every parameter in place.

    A rule of one's own states the names of the arrays that it keeps for each parameter, and how
    one block of a parameter moves:

    >>> class Signs(Optimizer):
    ...     def update(self, p, g, t, state, work):
    ...         p -= np.multiply(np.sign(g, out=work), self.lr, out=work)
    >>> w = Tensor([1.0, -2.0])
    >>> w.grad = np.array([0.3, -0.1])
    >>> Signs([w], lr=0.5).step()
    >>> w.data
    array([ 0.5, -1.5])

    params: the tensors to move, any iterable of floating Tensors, each once; it is read once.
    lr: the learning rate η, above 0; an attribute that may be set between steps.
    weight_decay: λ; every gradient counts as g + λp, the gradient of the loss plus ½λ‖p‖².

    Raises `ValueError` for no parameters, a parameter that comes twice, and numbers out of range;
    `DTypeError` for what is not a floating Tensor.
    """

    buffers: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[str, ...]] = ("lr", "weight_decay")

    def __init__(self, params: Iterable[Tensor], lr: float, weight_decay: float = 0.0) -> None:
        self.params = parameters_of(self._kind, params)
        self.lr = lr
        self.weight_decay = self._number("weight_decay", weight_decay)
        self._slots = _slots(self.params, self.buffers)

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, value: float) -> None:
        self._lr = self._number("lr", value, zero=False)

    @abstractmethod
    def update(self, p: Array, g: Array, t: int, state: Sequence[Array], work: Array) -> None:
        """Move a block of a parameter: p, in place, by its gradient g, which is only read.

        `t` counts the parameter's steps from 1; `state` has the block of each array in `buffers`,
        zeros at first, to be changed in place; `work` is scratch memory of p's shape and dtype.
        """

    def decay(self, p: Array, g: Array, work: Array) -> Array:
        """The gradient of the loss with the penalty ½λ‖p‖²; `work` may hold it."""
        if not self.weight_decay:
            return g
        np.multiply(p, self.weight_decay, out=work)
        work += g
        return work

    def step(self) -> None:
        """Update every parameter that has a gradient; one without is left as it is."""
        for slot in self._slots:
            p, g = slot.tensor.data, slot.tensor.grad
            if g is None:
                continue
            slot.steps += 1
            for cut, work, decayed in slot.blocks:
                block, state = p[cut], [array[cut] for array in slot.arrays.values()]
                gradient = self.decay(block, g[cut], decayed)
                self.update(block, gradient, slot.steps, state, work)

    # ── a step as a function, for the compiled one ────────────────────────────────────────────
    def move(self, p: Any, g: Any, t: Any, state: Sequence[Any]) -> None:
        """Move a whole parameter, in place, by its gradient; `state` has its buffers."""
        work, decayed = np.empty_like(p), np.empty_like(p)
        self.update(p, self.decay(p, g, decayed), t, state, work)

    def buffer_arrays(self) -> list[list[Array]]:
        """For each parameter the arrays that are kept for it."""
        return [list(slot.arrays.values()) for slot in self._slots]

    def step_counts(self) -> list[int]:
        """For each parameter how many steps it has made."""
        return [slot.steps for slot in self._slots]

    def count_steps(self, moved: Iterable[bool]) -> None:
        """Note which parameters have made a step."""
        for slot, has_moved in zip(self._slots, moved, strict=True):
            slot.steps += has_moved

    @contextmanager
    def at_rate(self, rate: Any) -> Iterator[None]:
        """Another learning rate for a while, unchecked: also one that is not known yet."""
        before = self._lr
        self._lr = rate
        try:
            yield
        finally:
            self._lr = before

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to None."""
        for p in self.params:
            p.grad = None

    def state_dict(self) -> dict[str, Any]:
        """The options and, for each parameter in order, its steps and a copy of its buffers."""
        return {
            "kind": self._kind,
            "options": {name: getattr(self, name) for name in self.options},
            "parameters": [slot.state() for slot in self._slots],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on as the optimiser that gave `state`, with its options.

        Raises `ValueError` if that was another optimiser or had another number of parameters, and
        `ShapeError` if a buffer has not its parameter's shape; nothing is changed then.
        """
        saved = state["parameters"]
        if state["kind"] != self._kind or len(saved) != len(self._slots):
            raise ValueError(
                f"{self._kind}.load_state_dict: the state is of {state['kind']} with {len(saved)} "
                f"parameters, this is {self._kind} with {len(self._slots)}.\n"
                f"  Make the same optimiser on the same net first, then load."
            )
        for slot, record in zip(self._slots, saved, strict=True):
            slot.check(record, f"{self._kind}.load_state_dict")
        for name in self.options:
            setattr(self, name, state["options"][name])
        for slot, record in zip(self._slots, saved, strict=True):
            slot.load(record)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.options)
        return f"<{self._kind}({options}) of {len(self.params)} parameters>"

    @property
    def _kind(self) -> str:
        return type(self).__name__

    def _number(
        self, name: str, value: float, *, zero: bool = True, below: float = math.inf
    ) -> float:
        return in_range(self._kind, name, value, zero=zero, below=below)


def in_range(
    owner: str, name: str, value: float, *, zero: bool = True, below: float = math.inf
) -> float:
    """`value` as a float if it is from 0 (or above 0) to `below`; otherwise a `ValueError`."""
    # A Python float, since np.float64 would compute float32 parameters in float64.
    number = float(value)
    if not 0 <= number < below or (number == 0 and not zero):
        low = "at least 0" if zero else "above 0"
        high = "finite" if below == math.inf else f"below {below:g}"
        raise ValueError(f"{owner}: {name} must be {low} and {high}, not {number}.")
    return number


def parameters_of(owner: str, params: Iterable[Tensor]) -> list[Tensor]:
    """The parameters as a list, each checked to be a floating Tensor and to occur once."""
    if isinstance(params, Tensor):
        raise DTypeError(f"{owner}: params is one Tensor.\n  Pass a list of them: [w].")
    tensors = list(params)
    for i, p in enumerate(tensors):
        if not isinstance(p, Tensor) or p.data.dtype.kind != "f":
            found = f"a Tensor of {p.dtype}" if isinstance(p, Tensor) else type(p).__name__
            raise DTypeError(
                f"{owner}: a parameter is a floating Tensor, but number {i} is {found}.\n"
                f"  Pass net.parameters(), or the values() of a dict of Tensors."
            )
    if not tensors:
        raise ValueError(
            f"{owner}: there are no parameters.\n"
            f"  Has the net any layer with weights, or was the generator used up before?"
        )
    if len({id(p) for p in tensors}) < len(tensors):
        raise ValueError(
            f"{owner}: a parameter comes twice and would be updated twice in each step.\n"
            f"  Pass every Tensor once, also one that several layers share."
        )
    return tensors


class _Slot:
    """A parameter, its buffers, and the blocks in which it is updated, with scratch for each."""

    __slots__ = ("arrays", "blocks", "label", "steps", "tensor")

    def __init__(self, tensor: Tensor, position: int, buffers: Sequence[str]) -> None:
        self.tensor = tensor
        self.label = tensor.name or f"number {position}"
        self.steps = 0
        self.arrays = {name: np.zeros_like(tensor.data) for name in buffers}
        self.blocks: list[tuple[Cut, Array, Array]] = []

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps} | {name: a.copy() for name, a in self.arrays.items()}

    def check(self, record: dict[str, Any], operation: str) -> None:
        for name, array in self.arrays.items():
            if np.shape(record[name]) != array.shape:
                raise ShapeError(
                    f"{operation}: {name} of parameter {self.label} has shape "
                    f"{np.shape(record[name])}, the parameter {array.shape}.\n"
                    f"  Is it the state of a net of another size?"
                )

    def load(self, record: dict[str, Any]) -> None:
        self.steps = record["steps"]
        for name, array in self.arrays.items():
            array[...] = record[name]


def _slots(params: Sequence[Tensor], buffers: Sequence[str]) -> list[_Slot]:
    """A slot for each parameter; all parameters of a dtype share the scratch memory."""
    sizes: dict[np.dtype[Any], int] = {}
    for p in params:
        sizes[p.dtype] = max(sizes.get(p.dtype, 0), p.data[_cuts(p.data)[0]].size)
    scratch = {dtype: np.empty((2, size), dtype) for dtype, size in sizes.items()}
    slots = [_Slot(p, i, buffers) for i, p in enumerate(params)]
    for slot in slots:
        for cut in _cuts(slot.tensor.data):
            block = slot.tensor.data[cut]
            rows = scratch[block.dtype]
            work, decayed = (row[: block.size].reshape(block.shape) for row in rows)
            slot.blocks.append((cut, work, decayed))
    return slots


def _cuts(p: Array) -> list[Cut]:
    """Indices that cut an array into blocks of rows; small ones are a single block."""
    if p.size <= BLOCK:
        return [...]
    rows = max(1, BLOCK * len(p) // p.size)
    return [slice(i, i + rows) for i in range(0, len(p), rows)]
