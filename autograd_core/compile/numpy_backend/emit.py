"""From a plan to a Python function: one call of NumPy for each operation, into its buffer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np

from autograd_core.compile.kernel_steps import KernelStep
from autograd_core.compile.numpy_backend.calls import call_of
from autograd_core.compile.operations import is_contiguous, is_view
from autograd_core.compile.plan import FRESH, Plan, Step, allocate, roots_of
from autograd_core.errors import GraphError
from autograd_core.symbolic import Call, Expression, Literal, Symbol

Runner = Callable[..., Any]
# What writes the lines of a step: (writer, step) -> None.
EmitStep = Callable[["Writer", Step], None]


class Writer:
    """The source of a plan's function, and the objects that it names.

    setup: lines that run once for each set of buffers.   body: lines that run in every call.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names: dict[Expression, str] = {}
        self.objects: dict[str, Any] = {}
        self.setup: list[str] = []
        self.body: list[str] = []
        self._known: dict[Any, str] = {}
        self._fixed: set[Expression] = set()  # lies in the same memory in every call
        for number, symbol in enumerate(plan.program.inputs):
            self.names[symbol] = f"x{number}"
            if not symbol.shape:
                number_type = self.object(symbol.dtype.type, symbol.dtype.name)
                self.body.append(f"x{number} = {number_type}(x{number})")

    # ── names ─────────────────────────────────────────────────────────────────────────────────
    def object(self, value: Any, hint: str = "k") -> str:
        """The name of an object that the code uses."""
        key = id(value)
        if key not in self._known:
            name = (
                f"{hint}_{len(self.objects)}"
                if not hint.isidentifier() or hint in self.objects or hint == "k"
                else hint
            )
            self.objects[name] = value
            self._known[key] = name
        return self._known[key]

    def name(self, node: Expression) -> str:
        """What a value is called; that of a view is made when it is first asked for."""
        if node not in self.names:
            if isinstance(node, Literal):
                self._fixed.add(node)
                self.names[node] = self.object(_settled(node.value))
            else:
                assert is_view(node), node
                self._view(node)
        return self.names[node]

    def constant(self, node: Expression, dtype: np.dtype[Any]) -> str:
        """A Python number as an array of a dtype, which NumPy takes in half the time; other values
        by their names."""
        value = node.value if isinstance(node, Literal) else None
        is_number = type(value) in (int, float) or type(value) is dtype.type
        if is_number and dtype.kind in "fc":
            key = (repr(value), dtype)  # -0.0 equals 0.0
            if key not in self._known:
                name = f"c{len(self.objects)}"
                self.objects[name] = np.array(value, dtype)
                self._known[key] = name
            return self._known[key]
        return self.name(node)

    def is_fixed(self, node: Expression) -> bool:
        """Whether a value lies in the same memory in every call."""
        return node in self._fixed

    def is_fixed_flat(self, node: Expression) -> bool:
        """Whether it does so laid flat, too: of what has gaps that would be a copy."""
        return node in self._fixed and (isinstance(node, Literal) or is_contiguous(node))

    def _view(self, node: Expression) -> None:
        assert isinstance(node, Call)
        source = node.operands[0]
        code = call_of(self, node, None)
        name = self.names[node] = f"v{len(self.names)}"
        if source in self._fixed:
            self._fixed.add(node)
            self.setup.append(f"{name} = {code}")
        else:
            self.body.append(f"{name} = {code}")

    # ── results ───────────────────────────────────────────────────────────────────────────────
    def target(self, node: Call) -> str | None:
        """The array that a result is written into; None where the call makes a new one."""
        place = self.plan.places[node]
        if isinstance(place, Symbol):
            self.names[node] = self.names[place]
            return self.names[place]
        name = self.names[node] = f"v{len(self.names)}"
        if place == FRESH:
            return None
        self._fixed.add(node)
        size = node.size * node.dtype.itemsize
        dtype = self.object(node.dtype, f"dtype_{node.dtype.name}")
        self.setup.append(f"{name} = B[{place}][:{size}].view({dtype}).reshape({node.shape})")
        return name

    def result(self, node: Expression, given: set[Expression]) -> str:
        """An output: an array that belongs to the caller alone."""
        name = self.name(node)
        if isinstance(self.plan.places.get(node), Symbol):
            return name
        roots = roots_of(node)
        shared = not given.isdisjoint(roots) or any(
            isinstance(r, (Symbol, Literal)) or isinstance(self.plan.places.get(r), Symbol)
            for r in roots
        )
        given |= roots
        return f"array({name})" if shared else name


def _settled(value: Any) -> Any:
    return value[()] if isinstance(value, np.ndarray) and not value.ndim else value


def emit_calls(writer: Writer, step: Step) -> None:
    """One call for each operation, or for all parts of a kernel."""
    if isinstance(step, KernelStep):
        step.emit(writer)
        return
    for node in step.operations:
        if is_view(node):
            continue
        out = writer.target(node)
        code = call_of(writer, node, out)
        writer.body.append(code if out is not None else f"{writer.names[node]} = {code}")


def _half_written(error: Exception) -> NoReturn:
    """Not to be tried again: the arguments are no more what they were."""
    raise GraphError(
        f"compile: {type(error).__name__}: {error}, while donated arguments were being written: "
        "some of them are new and some old."
    ) from error


def _check_writable(writer: Writer) -> list[str]:
    """Lines that refuse donated arrays that cannot be written, before any is."""
    places = writer.plan.places.values()
    donated = [x for x in writer.plan.program.inputs if any(x is place for place in places)]
    if not donated:
        return []
    names = [writer.names[symbol] for symbol in donated]
    refuse = writer.object(partial(_refuse, [x.name for x in donated]), "refuse")
    writable = " and ".join(f"{name}.flags.writeable" for name in names)
    return [f"if not ({writable}): {refuse}({', '.join(names)})"]


def _refuse(names: Sequence[str], *donated: Any) -> NoReturn:
    read_only = [n for n, x in zip(names, donated, strict=True) if not x.flags.writeable]
    raise GraphError(
        f"compile: {', '.join(read_only)} is donated and read-only: its new value cannot take its "
        "place. Pass a copy, or do not donate it."
    )


def source_of(plan: Plan, emit_step: EmitStep = emit_calls) -> tuple[str, dict[str, Any]]:
    """The code of `make(B)`, which gives the function for a set of buffers, and its objects."""
    writer = Writer(plan)
    writer.objects["array"] = np.array
    for step in plan.steps:
        emit_step(writer, step)
    for guard in plan.program.guards:
        writer.body.append(f"if {writer.name(guard)}: return None")
    before = len(writer.body)
    for step in plan.updates:
        emit_step(writer, step)
    if plan.updates:
        writer.objects["half_written"] = _half_written
        writer.body[before:] = [
            *_check_writable(writer), "try:", *(f"    {line}" for line in writer.body[before:]),
            "except Exception as error: half_written(error)",
        ]  # fmt: skip
    given: set[Expression] = set()
    results = [writer.result(out, given) for out in plan.program.outputs]
    arguments = ", ".join(writer.names[symbol] for symbol in plan.program.inputs)
    lines = ["def make(B):", *(f"    {line}" for line in writer.setup)]
    lines += [f"    def run({arguments}):", *(f"        {line}" for line in writer.body)]
    lines += [f"        return ({''.join(f'{r}, ' for r in results)})"]
    lines += ["    run.buffers = B  # which live as long, as kernels are given addresses in them"]
    lines += ["    return run", ""]
    return "\n".join(lines), writer.objects


def runner(plan: Plan, emit_step: EmitStep = emit_calls) -> Callable[[], Runner]:
    """What makes functions that run the plan, each on buffers of its own."""
    code, objects = source_of(plan, emit_step)
    space = dict(objects)
    exec(compile(code, "<program>", "exec"), space)  # noqa: S102  the source is made here
    make: Callable[[Sequence[Any]], Runner] = space["make"]
    return lambda: make(allocate(plan))
