"""The layers: modules that turn one array into another."""

from nn.layers.activation import ReLU, Sigmoid, Softmax, Tanh
from nn.layers.affine import Affine, Dense, Linear

__all__ = ["Affine", "Dense", "Linear", "ReLU", "Sigmoid", "Softmax", "Tanh"]
