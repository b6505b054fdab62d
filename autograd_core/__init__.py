"""autograd_core: automatic differentiation of NumPy code, by graphs that one can see.

The computation is recorded once, as a graph of local operations; the reverse pass, the drawings and
the gradient check all read that graph.
"""

import typing as _typing

from autograd_core import numpy_api as _numpy_api  # noqa: F401  registers NumPy's functions
from autograd_core.check import check_gradients, numerical_gradient
from autograd_core.errors import (
    AutogradError,
    DatasetError,
    DeclarationError,
    DTypeError,
    GradientCheckError,
    GraphError,
    MissingExtraError,
    RenderError,
    ShapeError,
    SnapshotError,
    UncoveredError,
)
from autograd_core.mode import expanded, no_grad, scope
from autograd_core.node import Node
from autograd_core.ops.activation import log_softmax, logsumexp, relu, sigmoid, softmax
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
from autograd_core.tensor import Tensor
from autograd_core.transforms import grad, value_and_grad, vjp
from autograd_core.version import __version__

if _typing.TYPE_CHECKING:
    from autograd_core.draw import Graph, graph

__all__ = [
    "BILINEAR",
    "ELEMENTWISE",
    "GENERAL",
    "LINEAR",
    "REGISTRY",
    "AutogradError",
    "DTypeError",
    "DatasetError",
    "DeclarationError",
    "GradientCheckError",
    "Graph",
    "GraphError",
    "MissingExtraError",
    "Node",
    "Primitive",
    "RenderError",
    "ShapeError",
    "SnapshotError",
    "Tensor",
    "UncoveredError",
    "__version__",
    "check_gradients",
    "composite",
    "expanded",
    "grad",
    "graph",
    "log_softmax",
    "logsumexp",
    "no_grad",
    "numerical_gradient",
    "primitive",
    "relu",
    "scope",
    "sigmoid",
    "softmax",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> _typing.Any:
    """Drawing is imported when it is first asked for: that takes longer than all the rest."""
    if name not in {"Graph", "graph"}:
        raise AttributeError(f"module 'autograd_core' has no attribute {name!r}")
    from autograd_core import draw

    globals().update(Graph=draw.Graph, graph=draw.graph)
    return globals()[name]
