"""compile: a function of arrays that is traced once and replayed."""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_core.abstract import AbstractArray
from autograd_core.compile import backends
from autograd_core.compile.caller import MISS, Body, caller, replay
from autograd_core.compile.numpy_backend import runner, scalars
from autograd_core.compile.numpy_backend.scalars import is_scalar
from autograd_core.compile.passes import pipeline, recomputed
from autograd_core.compile.plan import Plan, plan
from autograd_core.compile.signature import signature, taken_apart
from autograd_core.errors import AutogradError
from autograd_core.mode import mode
from autograd_core.ops.kinks import at_kinks
from autograd_core.readable import plain
from autograd_core.structure import Form, map_leaves
from autograd_core.symbolic import Symbol
from autograd_core.tracing import Program, trace
from autograd_core.tracing.trace import is_dynamic

if TYPE_CHECKING:
    from pathlib import Path

    from autograd_core.compile.memory import Memory
    from autograd_core.compile.profiling import Profile

# What operations raise for values that they do not take: an index, a singular matrix.
_OF_VALUES = (ArithmeticError, LookupError, ValueError)
_KEPT = 64  # signatures of one function whose plans are kept


def compile(  # noqa: A001  the field's name for it
    f: Callable[..., Any] | None = None,
    *,
    backend: str = "auto",
    donate: str | Sequence[str] = (),
    memory: int | None = None,
) -> Any:
    """The function f, traced once for each form of its arguments and then replayed from a plan.

    f: a function of arrays, numbers and structures of them, written with NumPy; also one that takes
        gradients, such as `grad(loss)`, or a whole training step.  It must do nothing but compute:
        what it prints, stores or draws at random happens once, while it is traced.
    backend: "numpy", "numba" (needs the extra `jit`), or "auto", which takes Numba if it is there.
    donate: names of arguments whose arrays may be written over; the results of the same shapes
        take their place.  Without it no argument is ever changed, and results are the caller's.
    memory: bytes that the buffers should not exceed: what is cheap is then computed again in place
        of being kept for the reverse pass.

    Arrays of another shape or dtype, and other values of whole numbers, flags and strings, are
    traced anew; the last 64 such signatures are kept.  Arrays that f reads from around it are
    constants, as they were when f was traced.

    Where f has to know a value (`if x > 0:`), a TracingError names the line.  Values are those of
    f; where a gradient is exactly zero beside an infinite one, f itself runs in place of its plan.

    >>> import numpy as np
    >>> from autograd_core import compile, value_and_grad
    >>> slope = compile(value_and_grad(lambda x: np.sum(np.sin(x) * x)))
    >>> slope(np.zeros(3))
    (np.float64(0.0), array([0., 0., 0.]))
    """
    if f is None:
        return functools.partial(compile, backend=backend, donate=donate, memory=memory)
    backends.check(backend)
    names = (donate,) if isinstance(donate, str) else tuple(donate)
    return _function(Compiled(f, backend, names, memory))


def _function(made: Compiled) -> Callable[..., Any]:
    """What the user calls: a function, since calling an object costs as much as a small program."""
    known: tuple[int, Callable[..., Any]] = -1, made.f  # the signature of the call before

    @functools.wraps(made.f)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        nonlocal known
        arity, call = known
        if len(args) == arity and not kwargs:
            try:
                result = call(*args)
            except AutogradError:
                raise
            except _OF_VALUES:
                return made.itself(args, kwargs)
            if result is not MISS:
                return result
        result, quick = made.run(args, kwargs)
        if quick is not None:
            known = len(args), quick
        return result

    for name in Compiled.SHOWN:
        setattr(compiled, name, getattr(made, name))
    compiled.compiled = made  # type: ignore[attr-defined]
    return compiled


class Entry:
    """What is kept for one signature.

    traced: the program as the function gave it.   program, plan: after the passes, and replayed.
    form, places: of the results, as `trace` gives them.
    dynamic: the numbers of the leaves that are inputs.
    call: the quickest way to the results; see `caller`.
    """

    def __init__(self, compiled: Compiled, leaves: Sequence[Any], form: Form) -> None:
        names = compiled.names_of(form)
        kinks = at_kinks()
        with mode(expanded=False, scope=None):
            self.traced, self.form, self.places = trace(compiled.f, leaves, names, form)
        self.program = pipeline(self.traced)
        if compiled.limit is not None:
            self.program = recomputed(self.program, compiled.limit)
        self.dynamic = [i for i, leaf in enumerate(leaves) if is_dynamic(leaf)]
        fuse, emit_step = backends.chosen(compiled.backend)
        self.plan = plan(self.program, compiled.donations(self.program), fuse)
        self._make = runner(self.plan, emit_step)
        self._idle = [self._make()]
        self.is_scalar = is_scalar(self.program) and all(
            type(leaves[i]) is float for i in self.dynamic
        )
        self.call = caller(form, leaves, (self.form, self.places), self._body, kinks)

    def _body(self, names: Sequence[str]) -> Body:
        inputs = [names[i] for i in self.dynamic]
        if self.is_scalar:
            return scalars.body(self.program, inputs)
        return replay(self.outputs, inputs, len(self.program.outputs))

    def outputs(self, *inputs: Any) -> tuple[Any, ...] | None:
        """The outputs, on buffers that nobody else uses meanwhile; None where a guard holds."""
        try:
            run = self._idle.pop()
        except IndexError:
            run = self._make()
        outputs: tuple[Any, ...] | None = run(*inputs)
        self._idle.append(run)
        return outputs

    def run(self, leaves: Sequence[Any]) -> Any:
        """The results in the structure that the function returns; MISS where a guard holds."""
        outputs = self.outputs(*[leaves[i] for i in self.dynamic])
        if outputs is None:
            return MISS
        if self.is_scalar:
            outputs = tuple(map(float, outputs))
        return self.form.build(
            [p[0] if isinstance(p, tuple) else outputs[p] for p in self.places]
        )  # fmt: skip


def _given(value: Any) -> Any:
    """A result of f itself, in the form in which programs give theirs."""
    value = plain(value)
    return value[()] if isinstance(value, np.ndarray) and not value.ndim else value


class Compiled:
    """The signatures of a compiled function, and what is kept for each.

    SHOWN: the methods that the function itself has, too.
    """

    SHOWN = ("program", "traced", "plan", "memory", "entry", "source", "profile", "save")

    def __init__(
        self, f: Callable[..., Any], backend: str, donate: tuple[str, ...], memory: int | None
    ) -> None:
        self.limit = memory
        self.f = f
        self.backend = backend
        self.donate = donate
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """The results, and the quickest way to those of the next call of the same signature."""
        leaves, form = taken_apart(args, kwargs)
        if any(isinstance(leaf, AbstractArray) for leaf in leaves):
            return self.f(*args, **kwargs), None  # in a function that is being traced itself
        entry = self._entry(leaves, form)
        try:
            result = entry.run(leaves)
        except _OF_VALUES:
            result = MISS
        return (self.itself(args, kwargs) if result is MISS else result), entry.call

    def itself(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the function itself gives, or raises in its own words."""
        return map_leaves(_given, self.f(*args, **kwargs))

    def _entry(self, leaves: Sequence[Any], form: Form) -> Entry:
        key = signature(leaves, form)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = Entry(self, leaves, form)
            if len(self._entries) > _KEPT:
                self._entries.popitem(last=False)
        return entry

    def entry(self, *args: Any, **kwargs: Any) -> Entry:
        """What is kept for the signature of these arguments."""
        return self._entry(*taken_apart(args, kwargs))

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The program for these arguments: `print` shows it line by line."""
        return self.entry(*args, **kwargs).program

    def traced(self, *args: Any, **kwargs: Any) -> Program:
        """The program as the function gave it, before the passes."""
        return self.entry(*args, **kwargs).traced

    def memory(self, *args: Any, **kwargs: Any) -> Memory:
        """How much of the buffers is in use at each step: `print` it, or `save` its picture."""
        from autograd_core.compile.memory import memory

        return memory(self.entry(*args, **kwargs).plan)

    def plan(self, *args: Any, **kwargs: Any) -> Plan:
        """The plan for these arguments: steps, buffers and their sizes."""
        return self.entry(*args, **kwargs).plan

    def source(self, *args: Any, **kwargs: Any) -> str:
        """The program for these arguments as NumPy code, which runs without this library: see
        `autograd_core.compile.source`."""
        from autograd_core.compile.source import source

        leaves, form = taken_apart(args, kwargs)
        entry = self._entry(leaves, form)
        name = getattr(self.f, "__name__", "function")
        return source(entry.traced, name, self._arguments(form), entry.form, entry.places)

    def profile(self, *args: Any, **kwargs: Any) -> Profile:
        """Where the time of a call with these arguments goes: a table for `print`, and `.graph()`.

        The steps run up to 20 times on copies of what they write over.
        """
        from autograd_core.compile.profiling import profile_plan

        leaves, form = taken_apart(args, kwargs)
        entry = self._entry(leaves, form)
        inputs = [np.asarray(leaves[i]) for i in entry.dynamic]
        return profile_plan(entry.plan, backends.chosen(self.backend)[1], inputs)

    def save(self, path: str | Path, *args: Any, **kwargs: Any) -> Path:
        """Write the program for these arguments to a file; `load` makes a function of it that needs
        none of the code that was traced."""
        from autograd_core.compile.storage import save

        leaves, form = taken_apart(args, kwargs)
        entry = self._entry(leaves, form)
        donated = self.donations(entry.program)
        results = entry.form, entry.places
        return save(path, entry.program, (leaves, form), results, donated)

    # ── names ─────────────────────────────────────────────────────────────────────────────────
    def names_of(self, form: Form) -> list[str]:
        """What programs call each leaf: the argument's name and the way into it."""
        positional, named = form.parts
        known = self._parameters()
        names = []
        for number, part in enumerate(positional.parts):
            name = known[number] if number < len(known) else f"arg{number}"
            names += [name + path for path in part.paths()]
        for key, part in zip(named.keys, named.parts, strict=True):
            names += [key[2:-2] + path for path in part.paths()]
        return names

    def _arguments(self, form: Form) -> list[str]:
        """What the arguments of a call are called."""
        positional, named = form.parts
        known = self._parameters()
        names = [known[i] if i < len(known) else f"arg{i}" for i in range(len(positional.parts))]
        return names + [key[2:-2] for key in named.keys]

    def _parameters(self) -> list[str]:
        try:
            return list(inspect.signature(self.f).parameters)
        except (TypeError, ValueError):
            return []

    def donations(self, program: Program) -> dict[Symbol, int]:
        """For each donated argument the output that takes its place: the first that has its shape
        and dtype and was not taken yet."""
        found: dict[Symbol, int] = {}
        waiting = dict(enumerate(program.outputs))
        for symbol in program.inputs:
            if symbol.name.partition("[")[0].partition(".")[0] not in self.donate:
                continue
            for number, out in waiting.items():
                if out.shape == symbol.shape and out.dtype == symbol.dtype:
                    found[symbol] = number
                    del waiting[number]
                    break
        return found
