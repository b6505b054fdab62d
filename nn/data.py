"""Samples with their labels, and the batches that training draws from them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import index
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_core.errors import ShapeError

Batch = tuple[NDArray[Any], NDArray[Any]]
Seed = int | np.random.Generator | np.random.SeedSequence | None


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples with their labels: `labels[i]` belongs to `images[i]`.

    `images` is an array of shape (n, ...), `labels` one of shape (n,) with class indices or
    (n, classes) with one-hot rows, or whatever a loss takes as its target.  Raises `ShapeError` if
    they differ in length.

    An integer picks one sample as `(image, label)`; a slice, a mask or an array of rows gives a
    smaller dataset.  A slice shares memory with the whole.

    >>> data = Dataset(np.zeros((5, 784), np.float32), np.arange(5))
    >>> data[:3]
    <Dataset of 3: images (3, 784) float32, labels (3,) int64>
    >>> image, label = data[4]
    >>> int(label)
    4
    """

    images: NDArray[Any]
    labels: NDArray[Any]

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise ShapeError(
                f"Dataset: {len(self.images)} images and {len(self.labels)} labels; every image "
                f"needs its label.\n  The shapes are {self.images.shape} and {self.labels.shape}."
            )

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, rows: int) -> Batch: ...
    @overload
    def __getitem__(self, rows: slice | list[int] | NDArray[Any]) -> Dataset: ...
    def __getitem__(self, rows: int | slice | list[int] | NDArray[Any]) -> Batch | Dataset:
        if isinstance(rows, int | np.integer):
            return self.images[rows], self.labels[rows]
        return Dataset(self.images[rows], self.labels[rows])

    def __repr__(self) -> str:
        images, labels = self.images, self.labels
        return (
            f"<Dataset of {len(self)}: images {images.shape} {images.dtype}, "
            f"labels {labels.shape} {labels.dtype}>"
        )


class Batches:
    """Random batches `(x, t)` of samples and labels, drawn by a seeded generator.

    Iterating gives one epoch: every sample once, in a fresh order each time; the last batch is
    smaller where `batch_size` does not divide the number of samples, or left out with
    `drop_last=True`.  `shuffle=False` keeps the order of the samples.  `len` is the number of
    batches in an epoch.  `sample()` draws one batch by itself, as the book does in every step.

    `seed` is an integer, a `numpy.random.Generator`, or None for a different order in every run.
    The same seed gives the same batches; `state_dict` saves the place in the sequence.

    Every batch is a new array, so a recorded graph may keep it.  Writing each batch into one
    buffer instead was measured and is not faster (39 µs against 35 for 100 rows of 784 float32).

    Raises `ShapeError` if x and t differ in length or are empty, `ValueError` for a batch size
    that is below 1, or above the number of samples with `drop_last`.

    >>> batches = Batches(np.arange(5.0), np.arange(5), batch_size=2, seed=0)
    >>> [len(t) for x, t in batches]
    [2, 2, 1]
    >>> sorted(int(label) for x, t in batches for label in t)
    [0, 1, 2, 3, 4]
    >>> x, t = batches.sample()
    >>> bool((x == t).all())
    True
    """

    def __init__(
        self,
        x: ArrayLike,
        t: ArrayLike,
        batch_size: int = 100,
        *,
        seed: Seed = None,
        shuffle: bool = True,
        drop_last: bool = False,
    ) -> None:
        self.x, self.t = np.asarray(x), np.asarray(t)
        self.batch_size = index(batch_size)
        self.generator = np.random.default_rng(seed)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self._epoch: Mapping[str, Any] | None = None  # the state that an epoch under way began with
        self._done = 0
        self._skip = 0
        self._check()

    def _check(self) -> None:
        if self.x.ndim == 0 or self.t.ndim == 0 or not 0 < len(self.x) == len(self.t):
            raise ShapeError(
                f"Batches: x has shape {self.x.shape} and t {self.t.shape}; both need the same "
                f"number of rows, at least one.\n  One sample is x[None], t[None]."
            )
        if self.batch_size < 1 or (self.drop_last and self.batch_size > len(self.x)):
            raise ValueError(
                f"Batches: batch_size={self.batch_size} for {len(self.x)} samples gives no batch."
                f"\n  Choose from 1 to {len(self.x)}."
            )

    def __len__(self) -> int:
        whole = len(self.x) / self.batch_size
        return math.floor(whole) if self.drop_last else math.ceil(whole)

    def __iter__(self) -> Iterator[Batch]:
        """One epoch; after `load_state_dict`, what the saved epoch has left."""
        self._epoch = self.generator.bit_generator.state
        n = len(self.x)
        order = self.generator.permutation(n) if self.shuffle else np.arange(n)
        first, self._skip = self._skip, 0
        for i in range(first, len(self)):
            self._done = i + 1
            yield self._rows(order[i * self.batch_size : (i + 1) * self.batch_size])
        self._epoch = None

    def sample(self) -> Batch:
        """One batch whose rows are drawn independently: a row may occur twice.

        It is the book's `np.random.choice(n, batch_size)`, and drawn anew by each call:

            for step in range(10_000):
                x, t = batches.sample()
        """
        self._epoch = None
        return self._rows(self.generator.integers(0, len(self.x), self.batch_size))

    def _rows(self, rows: NDArray[np.intp]) -> Batch:
        return self.x.take(rows, axis=0), self.t.take(rows, axis=0)

    def state_dict(self) -> dict[str, Any]:
        """Where the sequence of batches stands: the generator's state and the batches done.

        Within an epoch it is the state that the epoch began with, so `sample()` between two
        batches of one epoch is not part of it.
        """
        if self._epoch is None:
            return {"generator": self.generator.bit_generator.state, "done": 0}
        return {"generator": self._epoch, "done": self._done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken: the next epoch is the rest of the saved one.

        Raises `ValueError` if the generator is of another kind than the saved one.
        """
        self.generator.bit_generator.state = state["generator"]
        self._epoch, self._skip = None, state["done"]
