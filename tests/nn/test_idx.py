"""The idx format: exact files are read, every broken one raises `DatasetError`."""

import gzip
import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core.errors import DatasetError, DTypeError
from nn.idx import read_idx, sha256, write_idx

# Two rows of three uint8, written out by hand from the format's description.
SMALL = bytes.fromhex("00000802 00000002 00000003 010203 040506")


def saved(folder, content, name="a.idx"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [SMALL, gzip.compress(SMALL)], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", ["a.idx", "a.idx.gz"])
def test_reads_by_content_not_by_name(tmp_path, content, name):
    array = read_idx(saved(tmp_path, content, name))
    assert array.dtype == np.uint8
    assert array.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert array.flags.writeable


@pytest.mark.parametrize(
    ("code", "letter", "dtype"),
    [
        (0x08, "B", "uint8"),
        (0x09, "b", "int8"),
        (0x0B, "h", "int16"),
        (0x0C, "i", "int32"),
        (0x0D, "f", "float32"),
        (0x0E, "d", "float64"),
    ],
)
def test_every_type_is_big_endian_in_the_file_and_native_in_memory(tmp_path, code, letter, dtype):
    values = [1, 2, 100]
    content = struct.pack(f">4BI3{letter}", 0, 0, code, 1, 3, *values)
    array = read_idx(saved(tmp_path, content))
    assert array.dtype == np.dtype(dtype)
    assert array.dtype.isnative
    assert array.tolist() == values
    write_idx(tmp_path / "b.idx", array)
    assert (tmp_path / "b.idx").read_bytes() == content


@pytest.mark.parametrize("shape", [(), (0,), (0, 28, 28), (2, 1, 3)])
def test_any_shape_round_trips(tmp_path, shape):
    array = np.arange(np.prod(shape, dtype=int), dtype=np.int32).reshape(shape)
    write_idx(tmp_path / "a.idx.gz", array)
    np.testing.assert_array_equal(read_idx(tmp_path / "a.idx.gz"), array, strict=True)


def test_strided_arrays_are_written_in_c_order(tmp_path):
    array = np.arange(12, dtype=np.int16).reshape(3, 4).T[::2]
    write_idx(tmp_path / "a.idx", array)
    np.testing.assert_array_equal(read_idx(tmp_path / "a.idx"), array)


def test_sha256_is_that_of_the_file_before_gzip(tmp_path):
    array = np.arange(6, dtype=np.int32).reshape(2, 3)
    write_idx(tmp_path / "a.gz", array)
    content = gzip.decompress((tmp_path / "a.gz").read_bytes())
    assert sha256(array) == hashlib.sha256(content).hexdigest()


def test_equal_arrays_give_equal_files(tmp_path):
    for name in ("a.gz", "b.gz"):
        write_idx(tmp_path / name, np.zeros(5, np.uint8))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def header(code, *sizes):
    return struct.pack(f">4B{len(sizes)}I", 0, 0, code, len(sizes), *sizes)


BROKEN = {
    "empty": (b"", "begins with nothing"),
    "short magic": (b"\0\0", "begins with 00 00,"),
    "html": (b"<html>not found</html>", "not an idx file: it begins with 3c 68 74 6d"),
    "unknown type": (b"\0\0\x0a\1\0\0\0\1\0", "not an idx file: it begins with 00 00 0a 01"),
    "pickle": (b"\x80\x04\x95\x00", "not an idx file"),
    "too many axes": (b"\0\0\x08\xff" + bytes(255 * 4), "claims 255 axes"),
    "cut in header": (SMALL[:9], "ends within its header"),
    "truncated": (
        SMALL[:-1],
        "claims 6 bytes of elements, shape (2, 3), and the file holds only 5",
    ),
    "no elements": (SMALL[:12], "holds only 0"),
    "oversized": (
        SMALL + b"\0",
        "claims 6 bytes of elements, shape (2, 3), and the file holds more",
    ),
    "huge claim": (header(8, 2**32 - 1, 2**32 - 1), "more than the 1,073,741,824 bytes"),
    "within the limit": (header(8, 2**30), "holds only 0"),
    "zero beside huge": (
        header(8, 0, 2**32 - 1, 2**32 - 1, 2**32 - 1),
        "claims uint8 of shape (0, 4294967295",
    ),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_files_name_the_file_and_what_is_wrong(tmp_path, content, message, pack):
    path = saved(tmp_path, pack(content), "broken.gz")
    with pytest.raises(DatasetError) as error:
        read_idx(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


PACKED = gzip.compress(bytes.fromhex("00000801 00000400") + bytes(range(256)) * 4)


@pytest.mark.parametrize(
    "content",
    [
        PACKED[:2],
        PACKED[:-9],
        PACKED[:-1],
        PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:],
        PACKED[:-1] + b"\1",
        PACKED[:40] + b"\xff\xff\xff" + PACKED[43:],
        PACKED + b"junk",
    ],
    ids=["magic only", "cut", "cut in size", "wrong CRC", "wrong size", "damaged", "trailing"],
)
def test_damaged_gzip(tmp_path, content):
    with pytest.raises(DatasetError, match=r"the gzip stream is damaged or cut off|holds"):
        read_idx(saved(tmp_path, content))


@given(data=st.data())
def test_no_damage_escapes_the_documented_error(tmp_path_factory, data):
    content = bytearray(data.draw(st.sampled_from([SMALL, PACKED])))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    path = saved(tmp_path_factory.getbasetemp(), bytes(content[:cut]))
    try:
        result = read_idx(path)
    except DatasetError as error:
        result = str(error)
    assert isinstance(result, np.ndarray) or str(path) in result


def test_memory_follows_what_is_there_not_what_is_claimed(tmp_path):
    import tracemalloc

    bomb = gzip.compress(header(8, 100) + bytes(50_000_000))
    claim = header(8, 2**30 - 1) + b"\0"
    tracemalloc.start()
    for content in (bomb, claim):
        path = saved(tmp_path, content)
        tracemalloc.reset_peak()
        with pytest.raises(DatasetError):
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_the_limit_can_be_chosen(tmp_path):
    path = saved(tmp_path, SMALL)
    assert read_idx(path, limit=6).size == 6
    with pytest.raises(DatasetError, match="pass read_idx a larger limit"):
        read_idx(path, limit=5)


def test_a_missing_file_is_the_usual_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "none")


def test_a_type_that_the_format_lacks(tmp_path):
    with pytest.raises(
        DTypeError, match=r"the format has no int64; it has uint8, int8, .* float64"
    ):
        write_idx(tmp_path / "a", np.zeros(3, np.int64))
