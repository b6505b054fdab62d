"""Datasets and the batches drawn from them."""

import json

import numpy as np
import pytest

from autograd_core.errors import ShapeError
from nn.data import Batches, Dataset

X, T = np.arange(20.0).reshape(10, 2), np.arange(10)


def labels(batches):
    return [t.tolist() for x, t in batches]


def test_indexing_a_dataset():
    data = Dataset(X, T)
    assert len(data) == 10
    image, label = data[3]
    assert (image.tolist(), label) == ([6, 7], 3)
    assert data[np.int64(-1)][1] == 9
    for rows in ([1, 4], np.array([1, 4]), np.isin(T, [1, 4])):
        part = data[rows]
        assert isinstance(part, Dataset)
        assert part.labels.tolist() == [1, 4]
    assert np.shares_memory(data[2:5].images, X)
    assert [label for image, label in data] == T.tolist()


def test_a_dataset_of_unequal_lengths():
    with pytest.raises(ShapeError, match=r"10 images and 9 labels.*\n.*\(10, 2\) and \(9,\)"):
        Dataset(X, T[:9])


@pytest.mark.parametrize(
    ("batch_size", "drop_last", "sizes"),
    [(5, False, [5, 5]), (4, False, [4, 4, 2]), (4, True, [4, 4]), (30, False, [10])],
)
def test_an_epoch_has_every_sample_once(batch_size, drop_last, sizes):
    batches = Batches(X, T, batch_size, seed=0, drop_last=drop_last)
    assert len(batches) == len(sizes)
    orders = []
    for _ in range(3):
        drawn = list(batches)
        assert [len(t) for x, t in drawn] == sizes
        assert all((x == X[t]).all() for x, t in drawn)
        order = np.concatenate([t for x, t in drawn]).tolist()
        assert len(set(order)) == sum(sizes)
        orders.append(order)
    assert orders[0] != orders[1] != orders[2]


def test_without_shuffling_the_order_is_kept():
    assert labels(Batches(X, T, 4, shuffle=False)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_the_same_seed_gives_the_same_batches():
    a, b = Batches(X, T, 3, seed=5), Batches(X, T, 3, seed=np.random.default_rng(5))
    assert labels(a) == labels(b)
    assert labels(a) == labels(b)
    assert a.sample()[1].tolist() == b.sample()[1].tolist()
    assert labels(a) != labels(Batches(X, T, 3, seed=6))


def test_samples_are_drawn_evenly_with_replacement():
    batches = Batches(X, T, 50, seed=0)
    x, t = batches.sample()
    assert (x == X[t]).all()
    counts = sum(np.bincount(batches.sample()[1], minlength=10) for _ in range(400))
    # 20,000 draws: each label 2,000 times with a standard deviation of 42
    assert abs(counts - 2000).max() < 5 * 42


def test_a_batch_is_never_overwritten():
    batches = Batches(X, T, 2, seed=0)
    drawn = list(batches) + [batches.sample() for _ in range(3)]
    arrays = [X, T, *(array for batch in drawn for array in batch)]
    for i, a in enumerate(arrays):
        assert not any(np.shares_memory(a, b) for b in arrays[:i])


def test_dtypes_and_further_axes_are_kept():
    x = np.zeros((6, 1, 4, 4), np.float32)
    drawn, t = Batches(x, np.zeros((6, 3), np.float32), 4, seed=0).sample()
    assert (drawn.shape, drawn.dtype) == ((4, 1, 4, 4), np.float32)
    assert (t.shape, t.dtype) == ((4, 3), np.float32)


@pytest.mark.parametrize("done", range(5))
def test_the_place_in_the_sequence_can_be_saved(done):
    batches = Batches(X, T, 3, seed=1)
    labels(batches)
    epoch = iter(batches)
    for _ in range(done):
        next(epoch)
    state = json.loads(json.dumps(batches.state_dict()))
    expected = labels(epoch) + labels(batches) + [batches.sample()[1].tolist()]
    other = Batches(X, T, 3, seed=99)
    other.load_state_dict(state)
    # A saved epoch that was not begun, or was ended, is a fresh one.
    assert labels(other) + labels(other) + [other.sample()[1].tolist()] == expected


def test_the_place_among_samples_can_be_saved():
    batches = Batches(X, T, 3, seed=1)
    next(iter(batches))
    batches.sample()
    state = batches.state_dict()
    expected = [batches.sample()[1].tolist() for _ in range(3)]
    batches.load_state_dict(state)
    assert [batches.sample()[1].tolist() for _ in range(3)] == expected


def test_an_epoch_broken_off_does_not_shorten_the_next():
    batches = Batches(X, T, 3, seed=1)
    next(iter(batches))
    assert sorted(np.concatenate(labels(batches)).tolist()) == T.tolist()


@pytest.mark.parametrize(
    ("x", "t"), [(X, T[:5]), (X[:0], T[:0]), (np.float64(1), T), (X, 3)], ids=str
)
def test_shapes_that_give_no_batches(x, t):
    with pytest.raises(ShapeError, match=r"Batches: x has shape .* and t .*; both need the same"):
        Batches(x, t)


@pytest.mark.parametrize(("batch_size", "drop_last"), [(0, False), (-1, False), (11, True)])
def test_batch_sizes_that_give_no_batch(batch_size, drop_last):
    with pytest.raises(ValueError, match=r"for 10 samples gives no batch.\n  Choose from 1 to 10"):
        Batches(X, T, batch_size, drop_last=drop_last)


def test_a_batch_size_is_an_integer():
    with pytest.raises(TypeError, match="float"):
        Batches(X, T, 2.5)
