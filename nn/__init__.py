"""nn: the layers, losses, optimisers and data of *Deep Learning from Scratch* on autograd_core."""

from nn import datasets, init, plot
from nn.compiled import CompiledStep
from nn.data import Batches, Dataset
from nn.history import History
from nn.layers import (
    Affine,
    AvgPool2d,
    Conv2d,
    Dense,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from nn.losses import MeanSquaredError, SoftmaxWithLoss
from nn.module import Module, Sequential
from nn.optim import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSprop,
    clip_gradients,
)
from nn.random import seed
from nn.train import accuracy, evaluate, fit

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Affine",
    "AvgPool2d",
    "Batches",
    "CompiledStep",
    "Conv2d",
    "Dataset",
    "Dense",
    "Flatten",
    "History",
    "Linear",
    "MaxPool2d",
    "MeanSquaredError",
    "Module",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SoftmaxWithLoss",
    "Tanh",
    "accuracy",
    "clip_gradients",
    "datasets",
    "evaluate",
    "fit",
    "init",
    "plot",
    "seed",
]
