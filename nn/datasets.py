"""MNIST: a real subset inside the package, and the full 60,000 + 10,000 images.

The images and labels were made by Yann LeCun, Corinna Cortes and Christopher J. C. Burges; the
licence stands beside the data, in `nn/mnist_subset/README.md`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_core.errors import DatasetError, DTypeError, MissingExtraError
from nn.data import Dataset
from nn.idx import read_idx, sha256

__all__ = ["mnist"]

SUBSET = Path(__file__).with_name("mnist_subset")
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

# Of the files before gzip: every mirror compresses differently.
FULL_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
SUBSET_SHA256 = {
    "train-images-idx3-ubyte": "011018ffc907b00167bfda6108ef867838828cb99a62a85a01899cef331bd60c",
    "train-labels-idx1-ubyte": "4eb33ddc2f9fa593762eec91b9fcddc99ed7ce4b8a5190cf8677ce163bc2b0d3",
    "t10k-images-idx3-ubyte": "51ce113eec71cfb57941eb56ab32be883fee2be507577e2ed20243c81e66c66a",
    "t10k-labels-idx1-ubyte": "170105ed09a67b349b11af7f04ec97bceda2d49f39a05d33d468ffed74155c25",
}


def mnist(
    path: str | os.PathLike[str] | None = None,
    full: bool = False,
    *,
    flatten: bool = True,
    normalize: bool = True,
    one_hot: bool = False,
    dtype: DTypeLike = np.float32,
    verify: bool = True,
) -> tuple[Dataset, Dataset]:
    """Handwritten digits with their labels, as `train, test`.

    Without arguments it is the subset in the package: 600 training and 100 test images of each
    digit.  `full=True` is all of MNIST, 60,000 and 10,000 images, from the first of

    1. the folder `path` (naming one implies `full`),
    2. the folder that the environment variable `NN_MNIST` names,
    3. the user's cache, filled by a download on first use (needs `pooch`: the extra `train`).

    A folder holds the four idx files under their usual names, with or without `.gz`.

    Images are (n, 784), or (n, 1, 28, 28) with `flatten=False`; of `dtype` between 0 and 1, or
    uint8 between 0 and 255 with `normalize=False`.  Labels are class indices, int64 of shape (n,),
    or rows of `dtype`, shape (n, 10), with `one_hot=True`.

    Every file is compared with the known SHA-256 of its content; `verify=False` allows other data
    in the same form, such as Fashion-MNIST, in a folder of one's own.  Raises `DatasetError` for a
    file that is missing, truncated, oversized, damaged or not MNIST, or that no mirror gives;
    `DTypeError` for a dtype that is not floating; `MissingExtraError` where `pooch` is needed and
    not there.

    >>> train, test = mnist()
    >>> train
    <Dataset of 6000: images (6000, 784) float32, labels (6000,) int64>
    >>> np.bincount(test.labels).tolist()
    [100, 100, 100, 100, 100, 100, 100, 100, 100, 100]
    """
    if np.dtype(dtype).kind != "f":
        raise DTypeError(
            f"mnist: dtype must be floating, not {np.dtype(dtype)}.\n"
            f"  normalize=False gives the pixels as integers, 0 to 255."
        )
    load = _source(path, full, verify)

    def dataset(part: str) -> Dataset:
        images, labels = load(f"{part}-images-idx3-ubyte"), load(f"{part}-labels-idx1-ubyte")
        if len(images) != len(labels):
            raise DatasetError(
                f"mnist: {len(images)} images and {len(labels)} labels in the {part} files.\n"
                f"  They are of different data sets: put files of one set into the folder."
            )
        x = images.reshape(-1, 784) if flatten else images[:, None]
        return Dataset(
            np.divide(x, 255, dtype=dtype) if normalize else x,
            np.eye(10, dtype=dtype)[labels] if one_hot else labels.astype(np.int64),
        )

    return dataset("train"), dataset("t10k")


def _source(
    path: str | os.PathLike[str] | None, full: bool, verify: bool
) -> Callable[[str], NDArray[np.uint8]]:
    """The function that gives the array of one of the four file names."""
    if path is None and not full:
        return lambda name: _read(SUBSET / f"{name}.gz", name, SUBSET_SHA256[name])
    folder = path if path is not None else os.environ.get("NN_MNIST")
    if not folder:
        return _cached
    known = FULL_SHA256 if verify else {}
    return lambda name: _read(_in_folder(Path(folder), name), name, known.get(name))


def _in_folder(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise DatasetError(
        f"mnist: the folder {folder} has neither {name}.gz nor {name}.\n"
        f"  Name the folder that holds the four idx files, by path= or the variable NN_MNIST."
    )


def _read(path: Path, name: str, digest: str | None) -> NDArray[np.uint8]:
    array = read_idx(path)
    images = "images" in name
    fits = array.shape[1:] == (28, 28) if images else array.ndim == 1 and array.max(initial=0) < 10
    if not fits or array.dtype != np.uint8 or len(array) == 0:
        raise DatasetError(
            f"{path}: holds {array.dtype} of shape {array.shape}, where {name} holds uint8 "
            f"{'images of shape (n, 28, 28)' if images else 'labels from 0 to 9 of shape (n,)'}.\n"
            f"  Is it another file under this name?"
        )
    if digest and (found := sha256(array)) != digest:
        raise DatasetError(
            f"{path}: is not MNIST's {name}: the SHA-256 of its content is {found} and should be "
            f"{digest}.\n  Download it again, or pass verify=False if it is meant to be other data."
        )
    return array


def _cached(name: str) -> NDArray[np.uint8]:
    """The file from the user's cache; if it is not there, or broken, from the first good mirror."""
    try:
        import pooch
    except ImportError as error:
        raise MissingExtraError(
            "mnist: pooch is not installed. Install it with: pip install 'autograd-core[train]'\n"
            "  Or name a folder that holds the four idx files, by path= or the variable NN_MNIST."
        ) from error
    folder = Path(pooch.os_cache("autograd-core")) / "mnist"
    file = f"{name}.gz"
    with suppress(FileNotFoundError, DatasetError):
        return _read(folder / file, name, FULL_SHA256[name])
    failures = []
    for mirror in MIRRORS:
        (folder / file).unlink(missing_ok=True)
        try:
            fetched = pooch.create(folder, mirror, registry={file: None}).fetch(file)
            return _read(Path(fetched), name, FULL_SHA256[name])
        except (OSError, DatasetError) as error:
            failures.append(f"  {mirror}: {error}")
    raise DatasetError(
        f"mnist: no mirror gives {name}.gz:\n" + "\n".join(failures) + "\n"
        "  Name a folder that holds the four idx files, by path= or the variable NN_MNIST, or use "
        "the subset in the package: mnist()."
    )
