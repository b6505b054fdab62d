"""autograd_core: automatic differentiation of NumPy code, by graphs that one can see.

The computation is recorded once, as a graph of local operations; the reverse pass, the drawings and
the gradient check all read that graph.
"""

import typing as _typing

from autograd_core import numpy_api as _numpy_api  # noqa: F401  registers NumPy's functions
from autograd_core.abstract import as_array, unlikely
from autograd_core.buffer import Buffer
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
from autograd_core.late import names_of as _names_of
from autograd_core.mode import expanded, no_grad, scope
from autograd_core.node import Node
from autograd_core.ops.activation import log_softmax, logsumexp, relu, sigmoid, softmax
from autograd_core.ops.images import avg_pool2d, conv2d, max_pool2d
from autograd_core.ops.kinks import conventions
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
from autograd_core.version import __version__

if _typing.TYPE_CHECKING:
    from autograd_core.check import check_gradients, numerical_gradient
    from autograd_core.compile import compile  # noqa: A004  the field's name
    from autograd_core.debugging import debug, find_nonfinite, observe
    from autograd_core.draw import Graph, graph
    from autograd_core.recycling import recycle_memory
    from autograd_core.transforms.custom import custom_derivative, stop_gradient
    from autograd_core.transforms.gradient import grad, value_and_grad, vjp
    from autograd_core.transforms.implicit import fixed_point, implicit_root
    from autograd_core.transforms.jacobian import hessian, jacobian
    from autograd_core.transforms.replaying import checkpoint
    from autograd_core.transforms.tangent import gauss_newton_product, hvp, jvp, linearize

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


# What recording needs is imported at once and all else when it is first asked for: drawing and the
# compiler take longer than all the rest, and an import should cost little more than NumPy's own.
__getattr__ = _names_of(
    __name__,
    {
        "check": "check_gradients numerical_gradient",
        "compile": "compile",
        "debugging": "debug find_nonfinite observe",
        "draw": "Graph graph",
        "recycling": "recycle_memory",
        "transforms.custom": "custom_derivative stop_gradient",
        "transforms.gradient": "grad value_and_grad vjp",
        "transforms.implicit": "fixed_point implicit_root",
        "transforms.jacobian": "hessian jacobian",
        "transforms.replaying": "checkpoint",
        "transforms.tangent": "gauss_newton_product hvp jvp linearize",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
