"""Named: a function of NumPy that no table knows, with all of its arguments but the operands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_core.symbolic.notation import ANY, ATOM, Form, escaped

FEW = 6  # elements of an array that is written out
_SMALL = 64  # arrays of at most so many elements are equal if their elements are


class Slot(NamedTuple):
    """The place of an operand."""

    number: int


class Named:
    """A function and its arguments, in which operands have left their places.

    >>> import numpy as np
    >>> roll = Named(np.roll, (Slot(0), 2), {"axis": 0})
    >>> roll(np.array([1, 2, 3]))
    array([2, 3, 1])
    >>> roll.form.text
    'roll({}, 2, axis=0)'
    """

    __slots__ = ("args", "function", "options", "part")

    def __init__(
        self,
        function: Callable[..., Any],
        args: Sequence[Any],
        options: Mapping[str, Any],
        part: int | None = None,
    ) -> None:
        self.function = function
        self.args = tuple(args)
        self.options = dict(options)
        self.part = part

    def __call__(self, *operands: Any) -> Any:
        args, options = filled((self.args, self.options), operands)
        result = self.function(*args, **options)
        return result if self.part is None else result[self.part]

    def of(self, part: int) -> Named:
        """The same function, of whose results one is meant."""
        return Named(self.function, self.args, self.options, part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.function, self.part, key_of((self.args, self.options))

    @property
    def __name__(self) -> str:
        return str(self.function.__name__)

    @property
    def form(self) -> Form:
        """How it is written: the function's name and its arguments."""
        shown = [written(arg) for arg in self.args]
        shown += [f"{name}={written(value)}" for name, value in self.options.items()]
        inside = ", ".join(shown)
        count = len(list(slots((self.args, self.options))))
        tex = rf"\operatorname{{{{{escaped(self.__name__)}}}}}({_in_tex(inside)})"
        text = f"{self.__name__}({inside})"
        if self.part is not None:
            text, tex = f"{text}[{self.part}]", f"{tex}_{{{{{self.part}}}}}"
        return Form(text, tex, ATOM, (ANY,) * count)


def emptied(value: Any, is_operand: Callable[[Any], bool], operands: list[Any]) -> Any:
    """Arguments with slots in the places of their operands, which are added to a list."""
    if is_operand(value):
        operands.append(value)
        return Slot(len(operands) - 1)
    if type(value) in (tuple, list):
        return type(value)(emptied(part, is_operand, operands) for part in value)
    if type(value) is dict:
        return {name: emptied(part, is_operand, operands) for name, part in value.items()}
    return value


def filled(value: Any, operands: Sequence[Any]) -> Any:
    """Arguments with operands in the places of their slots."""
    if isinstance(value, Slot):
        return operands[value.number]
    if type(value) in (tuple, list):
        return type(value)(filled(part, operands) for part in value)
    if type(value) is dict:
        return {name: filled(part, operands) for name, part in value.items()}
    return value


def slots(value: Any) -> Iterator[Slot]:
    """The slots in arguments."""
    if isinstance(value, Slot):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from slots(part)
    elif type(value) is dict:
        yield from slots(list(value.values()))


def written(value: Any) -> str:
    """An argument as part of a template with `{}` for each operand."""
    if isinstance(value, Slot):
        return "{}"
    if type(value) in (tuple, list):
        inside = ", ".join(map(written, value))
        return f"[{inside}]" if type(value) is list else f"({inside})"
    if isinstance(value, np.ndarray):
        shown = str(value.tolist()) if value.size <= FEW else f"array{value.shape}"
    else:
        plain = value.item() if isinstance(value, np.generic) else value
        shown = getattr(plain, "__name__", None) or repr(plain)
    return shown.replace("{", "{{").replace("}", "}}")


def _in_tex(template: str) -> str:
    """A template's plain parts as text of LaTeX."""
    parts = template.split("{}")
    plain = [part.replace("{{", "{").replace("}}", "}") for part in parts]
    texts = [rf"\text{{{escaped(part)}}}" if part.strip(", ") else part for part in plain]
    doubled = [text.replace("{", "{{").replace("}", "}}") for text in texts]
    return "{}".join(doubled)


def key_of(value: Any) -> Any:
    """Something hashable that is equal for equal values of equal type."""
    if isinstance(value, dict):
        return tuple((name, key_of(part)) for name, part in sorted(value.items()))
    if isinstance(value, (tuple, list)):
        return type(value), tuple(map(key_of, value))
    if isinstance(value, slice):
        return slice, value.start, value.stop, value.step
    if isinstance(value, np.ndarray):
        small = value.size <= _SMALL and not value.dtype.hasobject
        return value.dtype, value.shape, value.tobytes() if small else id(value)
    return type(value), repr(value)  # the text tells -0.0 from 0.0, and one NaN is the same
