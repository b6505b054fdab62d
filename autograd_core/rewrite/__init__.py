"""Rewriting: equations, used from left to right on recorded graphs, step by step."""

from typing import TYPE_CHECKING

from autograd_core.late import names_of
from autograd_core.rewrite.algebra import ALGEBRA
from autograd_core.rewrite.engine import Step, rewrite, simplified, substitute
from autograd_core.rewrite.rule import EXACT, ROUNDING, SIGN_OF_ZERO, Rule

if TYPE_CHECKING:
    from autograd_core.rewrite.checking import Agreement, Evaluation, check
    from autograd_core.rewrite.definitions import all_rules
    from autograd_core.rewrite.derivative import gradients
    from autograd_core.rewrite.recorded import Recorded, Recorder, from_tensor, to_tensor

__all__ = [
    "ALGEBRA",
    "EXACT",
    "ROUNDING",
    "SIGN_OF_ZERO",
    "Agreement",
    "Evaluation",
    "Recorded",
    "Recorder",
    "Rule",
    "Step",
    "all_rules",
    "check",
    "from_tensor",
    "gradients",
    "rewrite",
    "simplified",
    "substitute",
    "to_tensor",
]

# the compiler needs the equations and the engine alone
__getattr__ = names_of(
    __name__,
    {
        "checking": "Agreement Evaluation check",
        "definitions": "all_rules",
        "derivative": "gradients",
        "recorded": "Recorded Recorder from_tensor to_tensor",
    },
)
