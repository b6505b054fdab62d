"""autograd_core: automatic differentiation of NumPy code, by graphs that one can see.

The computation is recorded once, as a graph of local operations; the reverse pass, the drawings and
the gradient check all read that graph.
"""

import typing as _typing

from autograd_core import numpy_api as _numpy_api  # noqa: F401  registers NumPy's functions
from autograd_core.abstract import as_array, unlikely
from autograd_core.buffer import Buffer
from autograd_core.check import check_gradients, numerical_gradient
from autograd_core.conventions import conventions
from autograd_core.debugging import debug, find_nonfinite, observe
from autograd_core.errors import (
    AutogradError,
    DatasetError,
    DeclarationError,
    DegenerateError,
    DTypeError,
    GradientCheckError,
    GraphError,
    MissingExtraError,
    NonFiniteError,
    RenderError,
    ShapeError,
    SnapshotError,
    TracingError,
    UncoveredError,
)
from autograd_core.mode import expanded, no_grad, scope
from autograd_core.node import Node
from autograd_core.ops.activation import log_softmax, logsumexp, relu, sigmoid, softmax
from autograd_core.ops.images import avg_pool2d, conv2d, max_pool2d
from autograd_core.primitive import (
    BILINEAR,
    ELEMENTWISE,
    GENERAL,
    LINEAR,
    REGISTRY,
    Primitive,
    composite,
    primitive,
)
from autograd_core.recycling import recycle_memory
from autograd_core.tensor import Tensor
from autograd_core.transforms import (
    checkpoint,
    custom_derivative,
    fixed_point,
    gauss_newton_product,
    grad,
    hessian,
    hvp,
    implicit_root,
    jacobian,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)
from autograd_core.version import __version__

if _typing.TYPE_CHECKING:
    from autograd_core.compile import compile  # noqa: A004  the field's name
    from autograd_core.draw import Graph, graph

__all__ = [
    "BILINEAR",
    "ELEMENTWISE",
    "GENERAL",
    "LINEAR",
    "REGISTRY",
    "AutogradError",
    "Buffer",
    "DTypeError",
    "DatasetError",
    "DeclarationError",
    "DegenerateError",
    "GradientCheckError",
    "Graph",
    "GraphError",
    "MissingExtraError",
    "Node",
    "NonFiniteError",
    "Primitive",
    "RenderError",
    "ShapeError",
    "SnapshotError",
    "Tensor",
    "TracingError",
    "UncoveredError",
    "__version__",
    "as_array",
    "avg_pool2d",
    "check_gradients",
    "checkpoint",
    "compile",
    "composite",
    "conv2d",
    "conventions",
    "custom_derivative",
    "debug",
    "expanded",
    "find_nonfinite",
    "fixed_point",
    "gauss_newton_product",
    "grad",
    "graph",
    "hessian",
    "hvp",
    "implicit_root",
    "jacobian",
    "jvp",
    "linearize",
    "log_softmax",
    "logsumexp",
    "max_pool2d",
    "no_grad",
    "numerical_gradient",
    "observe",
    "primitive",
    "recycle_memory",
    "relu",
    "scope",
    "sigmoid",
    "softmax",
    "stop_gradient",
    "unlikely",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> _typing.Any:
    """Drawing and the compiler are imported when they are first asked for: that takes longer than
    all the rest."""
    if name in {"Graph", "graph"}:
        from autograd_core import draw

        globals().update(Graph=draw.Graph, graph=draw.graph)
    elif name == "compile":
        from autograd_core.compile import compile as compile_function

        globals().update(compile=compile_function)
    else:
        raise AttributeError(f"module 'autograd_core' has no attribute {name!r}")
    return globals()[name]
