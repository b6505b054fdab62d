"""Every error that the packages raise on purpose.

    AutogradError
    ├─ ShapeError (ValueError)            shapes that do not fit an operation
    ├─ DTypeError (TypeError)             a dtype or type that cannot be differentiated or mixed
    ├─ GraphError (RuntimeError)          a use of the recorded graph that cannot be right
    ├─ DegenerateError (ArithmeticError)  a derivative that does not exist at this matrix
    ├─ NonFiniteError (ArithmeticError)   a NaN or an infinity that `debug` found
    ├─ TracingError (TypeError)           code that needs numbers, or changes arrays, while traced
    ├─ UncoveredError (TypeError)         a NumPy function or option without a derivative here
    ├─ DeclarationError (TypeError)       a primitive whose record contradicts itself
    ├─ GradientCheckError (AssertionError)  a derivative that disagrees with finite differences
    ├─ SnapshotError (ValueError)         a file that is not a drawn graph
    ├─ RenderError (RuntimeError)         a picture that no engine could make
    ├─ DatasetError (ValueError)          a data file that is truncated, oversized or wrong
    └─ MissingExtraError (ImportError)    an optional package that is not installed

Each is also the built-in error in parentheses, so that code written for NumPy catches it too.
A message names the operation, what was passed, the rule it broke, and the likely fix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class AutogradError(Exception):
    """The base of every error raised on purpose by autograd_core and nn."""


class ShapeError(AutogradError, ValueError):
    """Shapes that do not fit an operation."""


class DTypeError(AutogradError, TypeError):
    """A dtype or a type that an operation cannot differentiate or combine."""


class GraphError(AutogradError, RuntimeError):
    """A use of the recorded graph that cannot give a right answer."""


class DegenerateError(AutogradError, ArithmeticError):
    """A derivative that does not exist at this point, such as that of the eigenvectors of equal
    eigenvalues."""


class NonFiniteError(AutogradError, ArithmeticError):
    """The first NaN or infinity that `debug` or `find_nonfinite` found.

    finding: which operation, where, and the elements to blame, as data.
    node: the recorded operation.   graph(): the drawn graph, with the way from there marked.
    """

    finding: Any = None
    node: Any = None
    graph: Callable[[], Any]


class UncoveredError(AutogradError, TypeError):
    """A NumPy function, method or option that has no derivative here."""


class TracingError(AutogradError, TypeError):
    """Code that cannot be recorded without numbers: it asks for a value, or for a shape that
    depends on values, or it changes an array in a way that a program cannot repeat.

    depends: whether it asks for a shape that depends on values.
    """

    def __init__(self, message: str = "", depends: bool = False) -> None:
        super().__init__(message)
        self.depends = depends


class DeclarationError(AutogradError, TypeError):
    """A primitive or composite whose record contradicts itself."""


class GradientCheckError(AutogradError, AssertionError):
    """A derivative that disagrees with numerical differentiation.  `.report` has the details."""

    report: Any = None


class SnapshotError(AutogradError, ValueError):
    """A file or text that is not a snapshot of a graph."""


class RenderError(AutogradError, RuntimeError):
    """A picture that could not be made: no engine, a failed one, or one out of time."""


class DatasetError(AutogradError, ValueError):
    """A data file that is truncated, oversized, corrupt or not what its name says."""


class MissingExtraError(AutogradError, ImportError):
    """An optional package that is not installed.  The message names the extra that brings it."""
