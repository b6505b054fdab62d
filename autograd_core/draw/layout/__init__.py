"""Where everything stands: layers, their order, the places in them, and scopes within scopes."""

from autograd_core.draw.layout.nested import (
    Box,
    Extent,
    Layout,
    Sizes,
    aside,
    boxed,
    lay_out,
)

__all__ = [
    "Box",
    "Extent",
    "Layout",
    "Sizes",
    "aside",
    "boxed",
    "lay_out",
]
