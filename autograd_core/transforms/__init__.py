"""Functions of functions: derivatives of every kind, and what steers them.

- gradient    grad, value_and_grad, vjp: reverse mode
- tangent     jvp, linearize, hvp, gauss_newton_product: forward mode, and forward over reverse
- jacobian    jacobian, hessian: all rows or columns in one pass
- replaying   checkpoint: recompute instead of keep
- custom      custom_derivative, stop_gradient: derivatives that the user states
- implicit    implicit_root, fixed_point: derivatives of what an equation defines
"""

from autograd_core.transforms.custom import custom_derivative, stop_gradient
from autograd_core.transforms.gradient import grad, value_and_grad, vjp
from autograd_core.transforms.implicit import fixed_point, implicit_root
from autograd_core.transforms.jacobian import hessian, jacobian
from autograd_core.transforms.replaying import checkpoint
from autograd_core.transforms.tangent import gauss_newton_product, hvp, jvp, linearize

__all__ = [
    "checkpoint",
    "custom_derivative",
    "fixed_point",
    "gauss_newton_product",
    "grad",
    "hessian",
    "hvp",
    "implicit_root",
    "jacobian",
    "jvp",
    "linearize",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
