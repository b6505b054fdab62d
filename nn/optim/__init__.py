"""Optimisers: rules that move parameters against their gradients, and gradient clipping."""

from nn.optim.adaptive import AdaGrad, Adam, AdamW, RMSprop
from nn.optim.base import Optimizer
from nn.optim.clipping import clip_gradients
from nn.optim.descent import SGD, Momentum, Nesterov

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "clip_gradients",
]
