"""MNIST: the subset in the package, the full files, and everything that can be wrong with them."""

import gzip
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from autograd_core.errors import DatasetError, DTypeError, MissingExtraError
from nn import datasets
from nn.datasets import FULL_SHA256, SUBSET, SUBSET_SHA256, mnist
from nn.idx import read_idx, sha256, write_idx
from tools import make_mnist_subset

FULL = Path(os.environ.get("NN_MNIST") or Path(__file__).parents[3] / "shared/data/mnist")
needs_full = pytest.mark.skipif(
    not FULL.is_dir(), reason="the full MNIST files are not here; NN_MNIST may name their folder"
)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder with four small files that count as the full MNIST."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in FULL_SHA256:
        n = 3 if name.startswith("train") else 2
        shape = (n, 28, 28) if "images" in name else (n,)
        array = rng.integers(0, 256 if "images" in name else 10, shape, dtype=np.uint8)
        write_idx(folder / f"{name}.gz", array)
        monkeypatch.setitem(FULL_SHA256, name, sha256(array))
    monkeypatch.delenv("NN_MNIST", raising=False)
    return folder


def test_the_subset_has_600_and_100_images_of_each_digit():
    train, test = mnist()
    assert np.bincount(train.labels).tolist() == [600] * 10
    assert np.bincount(test.labels).tolist() == [100] * 10
    assert (train.images.shape, train.images.dtype) == ((6000, 784), np.float32)
    assert (test.labels.shape, test.labels.dtype) == ((1000,), np.int64)


def test_any_first_part_of_the_subset_is_mixed():
    train, test = mnist()
    assert np.bincount(train.labels[:300]).min() >= 15
    assert np.bincount(test.labels[:300]).min() >= 15


def test_the_package_carries_at_most_a_megabyte_and_a_half():
    assert sum(file.stat().st_size for file in SUBSET.iterdir()) < 1_500_000


def test_images_are_pixels_over_255():
    pixels = read_idx(SUBSET / "t10k-images-idx3-ubyte.gz")
    images = mnist()[1].images
    np.testing.assert_array_equal(images, pixels.reshape(-1, 784).astype(np.float32) / 255)
    assert (images.min(), images.max()) == (0, 1)


def test_forms():
    raw = mnist(flatten=False, normalize=False)[1]
    assert (raw.images.shape, raw.images.dtype) == ((1000, 1, 28, 28), np.uint8)
    exact = mnist(dtype=np.float64, one_hot=True)[1]
    np.testing.assert_array_equal(exact.images, raw.images.reshape(-1, 784) / 255)
    assert (exact.labels.shape, exact.labels.dtype) == ((1000, 10), np.float64)
    np.testing.assert_array_equal(exact.labels.argmax(axis=1), raw.labels)
    assert exact.labels.sum() == 1000


def test_a_dtype_that_is_not_floating():
    with pytest.raises(DTypeError, match=r"dtype must be floating, not int8.*\n.*normalize=False"):
        mnist(dtype=np.int8)


@needs_full
def test_the_full_files():
    train, test = mnist(FULL, normalize=False)
    assert (train.images.shape, test.images.shape) == ((60000, 784), (10000, 784))
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]


@needs_full
def test_the_subset_is_made_of_the_full_images_with_their_labels():
    for part, whole in zip(
        mnist(normalize=False), mnist(FULL, normalize=False, verify=False), strict=True
    ):
        known = {
            image.tobytes(): label for image, label in zip(whole.images, whole.labels, strict=True)
        }
        found = [known.get(image.tobytes()) for image in part.images]
        assert found == part.labels.tolist()
        assert len({image.tobytes() for image in part.images}) == len(part)


@needs_full
def test_the_tool_makes_the_same_subset_again(tmp_path, monkeypatch):
    monkeypatch.setattr(make_mnist_subset, "SUBSET", tmp_path)
    make_mnist_subset.main(FULL)
    for name, digest in SUBSET_SHA256.items():
        assert sha256(read_idx(tmp_path / f"{name}.gz")) == digest


@pytest.mark.parametrize("packed", [True, False])
def test_a_path_means_the_full_data(tiny, packed):
    if not packed:
        for file in tiny.iterdir():
            file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
            file.unlink()
    assert [len(part) for part in mnist(tiny)] == [3, 2]
    assert [len(part) for part in mnist(str(tiny), full=True)] == [3, 2]


def test_the_environment_variable_is_for_full_only_and_a_path_goes_first(tiny, monkeypatch):
    monkeypatch.setenv("NN_MNIST", str(tiny))
    assert len(mnist()[0]) == 6000
    assert len(mnist(full=True)[0]) == 3
    monkeypatch.setenv("NN_MNIST", str(tiny / "elsewhere"))
    assert len(mnist(tiny)[0]) == 3
    with pytest.raises(DatasetError, match=r"elsewhere has neither train-images-idx3-ubyte.gz nor"):
        mnist(full=True)


def test_a_missing_file(tiny):
    (tiny / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(
        DatasetError, match=r"neither t10k-labels-idx1-ubyte.gz.*\n.*or the variable"
    ):
        mnist(tiny)


def test_another_content(tiny):
    path = tiny / "t10k-labels-idx1-ubyte.gz"
    write_idx(path, np.array([1, 1], np.uint8))
    with pytest.raises(DatasetError, match="is not MNIST's t10k-labels-idx1-ubyte: the SHA-256"):
        mnist(tiny)
    assert mnist(tiny, verify=False)[1].labels.tolist() == [1, 1]


def test_a_truncated_file(tiny):
    path = tiny / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(
        DatasetError, match=r"train-images-idx3-ubyte.gz: the gzip stream is damaged"
    ):
        mnist(tiny)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-images-idx3-ubyte", np.zeros(3, np.uint8), r"holds uint8 of shape \(3,\), where"),
        ("train-images-idx3-ubyte", np.zeros((3, 32, 32), np.uint8), r"images of shape \(n, 28"),
        ("train-images-idx3-ubyte", np.zeros((3, 28, 28), np.float32), "holds float32"),
        ("train-images-idx3-ubyte", np.zeros((0, 28, 28), np.uint8), r"shape \(0, 28, 28\)"),
        ("train-images-idx3-ubyte", np.array(3, np.uint8), r"shape \(\), where"),
        ("train-labels-idx1-ubyte", np.array(3, np.uint8), r"shape \(\), where"),
        ("train-labels-idx1-ubyte", np.array([0, 10], np.uint8), "labels from 0 to 9"),
        ("train-labels-idx1-ubyte", np.zeros((3, 28, 28), np.uint8), "Is it another file"),
        ("train-labels-idx1-ubyte", np.zeros(4, np.uint8), "3 images and 4 labels in the train"),
    ],
)
def test_wrong_arrays_are_found_without_the_check_sum(tiny, name, array, message):
    write_idx(tiny / f"{name}.gz", array)
    with pytest.raises(DatasetError, match=message):
        mnist(tiny, verify=False)


@pytest.fixture
def mirror(tiny, tmp_path, monkeypatch):
    """Three mirrors, /lost/, /wrong/ and /good/, of which the last has the files; and a cache."""
    requested = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requested.append(self.path)
            _, kind, name = self.path.split("/")
            self.send_response(404 if kind == "lost" else 200)
            self.end_headers()
            if kind == "good":
                self.wfile.write((tiny / name).read_bytes())
            if kind == "wrong":
                self.wfile.write(b"<html>Sorry</html>")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def use(*kinds):
        requested.clear()
        monkeypatch.setattr(datasets, "MIRRORS", tuple(f"{address}/{kind}/" for kind in kinds))
        return requested

    yield use
    server.shutdown()
    thread.join()
    server.server_close()


pooch = pytest.mark.skipif(sys.platform != "linux", reason="the cache is redirected by XDG only")


@pooch
def test_the_next_mirror_is_tried_and_the_cache_kept(mirror):
    requested = mirror("lost", "wrong", "good")
    assert [len(part) for part in mnist(full=True)] == [3, 2]
    assert len(requested) == 12
    requested = mirror("lost")
    assert [len(part) for part in mnist(full=True)] == [3, 2]
    assert requested == []


@pooch
def test_a_broken_file_in_the_cache_is_fetched_again(mirror, tmp_path):
    mirror("good")
    mnist(full=True)
    (cached,) = (tmp_path / "cache").rglob("t10k-labels*")
    cached.write_bytes(cached.read_bytes()[:-3])
    requested = mirror("good")
    assert len(mnist(full=True)[1]) == 2
    assert requested == ["/good/t10k-labels-idx1-ubyte.gz"]


@pooch
def test_no_mirror_gives_the_file(mirror):
    mirror("lost", "wrong")
    with pytest.raises(DatasetError) as error:
        mnist(full=True)
    text = str(error.value)
    assert text.startswith("mnist: no mirror gives train-images-idx3-ubyte.gz:\n")
    assert "404" in text
    assert "not an idx file" in text
    assert "the subset in the package: mnist()" in text


def test_a_download_needs_pooch(monkeypatch):
    monkeypatch.delenv("NN_MNIST", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError, match=r"pooch is not installed.*autograd-core\[train\]"):
        mnist(full=True)
