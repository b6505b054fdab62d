"""The layers: modules that turn one array into another."""

from nn.layers.activation import ReLU, Sigmoid, Softmax, Tanh
from nn.layers.affine import Affine, Dense, Linear
from nn.layers.convolution import Conv2d
from nn.layers.pooling import AvgPool2d, Flatten, MaxPool2d

__all__ = [
    "Affine",
    "AvgPool2d",
    "Conv2d",
    "Dense",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
