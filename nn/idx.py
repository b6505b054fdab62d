"""The idx file format: a NumPy array behind a header of a few bytes.

    00 00 | type | number of axes | one size for each axis | the elements in C order

A type is one byte (08 is uint8, 0D is float32, …), a size four; every number is big-endian.
MNIST is published in this format, usually gzipped.  Source: LeCun, Cortes and Burges,
*The MNIST database of handwritten digits*, section "the idx file format".
"""

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from autograd_core.errors import DatasetError, DTypeError, ShapeError

_DTYPES = {
    code: np.dtype(name)
    for code, name in {
        0x08: ">u1",
        0x09: ">i1",
        0x0B: ">i2",
        0x0C: ">i4",
        0x0D: ">f4",
        0x0E: ">f8",
    }.items()
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_AXES = 64  # NumPy's own limit
_CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str], *, limit: int = 1 << 30) -> NDArray[Any]:
    """Read an idx file, gzipped or not, as a writable array in the machine's byte order.

    Whether a file is gzipped is read from its first bytes: some browsers unpack a download and
    keep the name.  The file must be exactly as long as its header says, and never more than
    `limit` bytes (1 GiB) are unpacked, so that neither a false header nor a small file that
    unpacks to a huge one can fill the memory.

    Raises `DatasetError` for a file that is not idx, truncated, oversized or damaged, and
    `OSError` for one that cannot be opened.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_idx(Path(folder, "a.idx.gz"), np.array([[1, 2], [3, 4]], np.int16))
    ...     read_idx(Path(folder, "a.idx.gz"))
    array([[1, 2],
           [3, 4]], dtype=int16)
    """
    with _opened(Path(path)) as file:
        dtype, shape = _read_header(file, path)
        # Without its zeros, since NumPy refuses (0, 2**40) as it does (1, 2**40).
        if math.prod(length or 1 for length in shape) * dtype.itemsize > limit:
            raise DatasetError(
                f"{path}: the header claims {dtype.name} of shape {shape}, more than the "
                f"{limit:,} bytes that are read.\n"
                f"  If the file is right, pass read_idx a larger limit."
            )
        size = math.prod(shape) * dtype.itemsize
        elements = _read(file, size + 1)
    if len(elements) != size:
        found = f"only {len(elements):,}" if len(elements) < size else "more"
        raise DatasetError(
            f"{path}: the header claims {size:,} bytes of elements, shape {shape}, "
            f"and the file holds {found}.\n"
            f"  Download it again: the copy is incomplete or was changed."
        )
    return np.frombuffer(elements, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def write_idx(path: str | os.PathLike[str], array: NDArray[Any]) -> None:
    """Write an array as an idx file, gzipped if the name ends in `.gz`.

    The dtype must be one that the format knows: uint8, int8, int16, int32, float32, float64;
    any other raises `DTypeError`, an axis of 2**32 elements or more `ShapeError`.
    Equal arrays give equal files: no time is stored.
    """
    content = _header(array) + _elements(array)
    packed = str(path).endswith(".gz")
    Path(path).write_bytes(gzip.compress(content, mtime=0) if packed else content)


def sha256(array: NDArray[Any]) -> str:
    """The SHA-256 of the idx file that holds this array, as hexadecimal digits.

    It is that of the file before gzip, whose output differs from one writer to the next.
    """
    digest = hashlib.sha256(_header(array))
    digest.update(_elements(array))
    return digest.hexdigest()


def _header(array: NDArray[Any]) -> bytes:
    dtype = array.dtype.newbyteorder(">")
    if dtype not in _CODES:
        raise DTypeError(
            f"idx: the format has no {array.dtype}; it has "
            f"{', '.join(known.name for known in _CODES)}.\n"
            f"  Convert first: array.astype(np.float32)."
        )
    if any(size >= 1 << 32 for size in array.shape):
        raise ShapeError(
            f"idx: shape {array.shape} has an axis of 2**32 elements or more, "
            f"which the format cannot state.\n  Split the array."
        )
    return bytes([0, 0, _CODES[dtype], array.ndim]) + np.array(array.shape, ">u4").tobytes()


def _elements(array: NDArray[Any]) -> bytes:
    return array.astype(array.dtype.newbyteorder(">"), copy=False).tobytes()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        packed = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        raw.seek(0)
        try:
            yield gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[misc]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DatasetError(
                f"{path}: the gzip stream is damaged or cut off ({error}).\n  Download it again."
            ) from error


def _read_header(
    file: BinaryIO, path: str | os.PathLike[str]
) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = _read(file, 4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES:
        raise DatasetError(
            f"{path}: not an idx file: it begins with {magic.hex(' ') or 'nothing'}, "
            f"where an idx file has 00 00, a type "
            f"({', '.join(f'{code:02x}' for code in _DTYPES)}) and the number of "
            f"axes.\n  Is it the right file, or a saved error page?"
        )
    if magic[3] > _MAX_AXES:
        raise DatasetError(
            f"{path}: the header claims {magic[3]} axes; an array has at most "
            f"{_MAX_AXES}.\n  Is it the right file?"
        )
    sizes = _read(file, 4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DatasetError(
            f"{path}: the file ends within its header, which claims {magic[3]} axes."
            f"\n  Download it again: the copy is incomplete."
        )
    return _DTYPES[magic[2]], tuple(np.frombuffer(sizes, ">u4").tolist())


def _read(file: BinaryIO, size: int) -> bytearray:
    """At most `size` bytes; memory grows with what is there, not with what is asked for."""
    content = bytearray()
    while len(content) < size and (chunk := file.read(min(_CHUNK, size - len(content)))):
        content += chunk
    return content
