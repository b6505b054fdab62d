"""Make the MNIST subset that the package carries, from the four full files.

    python tools/make_mnist_subset.py FOLDER

FOLDER holds the full idx files.  Of the images of each digit, in the order that a fixed seed
shuffles them, the first 600 (training) and 100 (test) are taken; the images stay in that order, so
that any first part of a file is a fair sample.  Prints the SHA-256 of each content, as
`nn.datasets.SUBSET_SHA256` lists them.
"""

import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nn.datasets import SUBSET, mnist
from nn.idx import sha256, write_idx

PER_DIGIT = {"train": 600, "t10k": 100}


def balanced_rows(labels: NDArray[np.int64], per_digit: int) -> NDArray[np.intp]:
    """The rows of the first `per_digit` samples of each class, in shuffled order."""
    # RandomState, since its stream never changes (NEP 19): every NumPy makes the same subset.
    order = np.random.RandomState(0).permutation(len(labels))
    digits = labels[order]
    chosen = [np.flatnonzero(digits == digit)[:per_digit] for digit in range(10)]
    return order[np.sort(np.concatenate(chosen))]


def main(folder: str | os.PathLike[str]) -> None:
    """Write the four files of the subset and print their check sums and sizes."""
    for part, data in zip(PER_DIGIT, mnist(folder, flatten=False, normalize=False), strict=True):
        rows = balanced_rows(data.labels, PER_DIGIT[part])
        for name, array in (
            (f"{part}-images-idx3-ubyte", data.images[rows, 0]),
            (f"{part}-labels-idx1-ubyte", data.labels[rows].astype(np.uint8)),
        ):
            write_idx(SUBSET / f"{name}.gz", array)
            size = (SUBSET / f"{name}.gz").stat().st_size
            print(f'"{name}": "{sha256(array)}",  # {size:,} bytes')


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    main(sys.argv[1])
