"""Tensor: what goes in, what can be asked of it, its gradient, its text and its copies."""

import copy
import pickle

import numpy as np
import pytest

from autograd_core import DTypeError, GraphError, ShapeError, Tensor, UncoveredError, no_grad


# ── construction ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("data", "dtype", "differentiable"),
    [
        (100, np.float64, True),
        (1.5, np.float64, True),
        ([1, 2], np.float64, True),
        (((1, 2), (3, 4)), np.float64, True),
        ([1.5, 2], np.float64, True),
        (1 + 2j, np.complex128, True),
        (np.float32(1), np.float32, True),
        (np.float16([1]), np.float16, True),
        (np.zeros(2, ">f4"), ">f4", True),
        (np.arange(3), np.int64, False),
        (np.int64(3), np.int64, False),
        (np.zeros(2, np.uint8), np.uint8, False),
        (True, np.bool_, False),
        ([True, False], np.bool_, False),
        (np.zeros((0, 3)), np.float64, True),
        ([], np.float64, True),
    ],
)
def test_dtype_and_requires_grad_follow_from_the_data(data, dtype, differentiable):
    t = Tensor(data)
    assert (t.dtype, t.requires_grad) == (dtype, differentiable)
    assert t.creator is None
    assert t.grad is None
    np.testing.assert_array_equal(t.data, data)


@pytest.mark.parametrize("data", [3, 3.0, [1.0], np.ones(2, np.float32)])
def test_requires_grad_may_be_refused(data):
    t = Tensor(data, requires_grad=False)
    assert not t.requires_grad
    assert not (t * 2).requires_grad
    assert t.dtype == Tensor(data).dtype


@pytest.mark.parametrize("data", [np.arange(3), np.int8(1), True, np.zeros(1, bool)])
def test_integers_have_no_derivative(data):
    with pytest.raises(DTypeError, match=r"requires_grad=True for data of dtype .*astype\(float\)"):
        Tensor(data, requires_grad=True)


@pytest.mark.parametrize(
    "data", ["1.0", b"1", None, object(), [None], ["a"], np.array([1.0], dtype=object), {},
             np.array("2020-01-01", "M8[D]"), np.zeros(1, [("a", float)])],
)  # fmt: skip
def test_what_is_no_number_is_refused(data):
    with pytest.raises(DTypeError, match=r"cannot be differentiated\. Pass numbers"):
        Tensor(data)


def test_a_tensor_of_a_tensor_is_refused():
    with pytest.raises(DTypeError, match="a Tensor already"):
        Tensor(Tensor(1.0))


def test_ragged_lists_fail_as_in_numpy():
    with pytest.raises(ValueError, match="inhomogeneous"):
        Tensor([[1.0], [1.0, 2.0]])


def test_the_data_is_copied():
    array = np.ones(3)
    t = Tensor(array)
    array[:] = 5
    assert t.data.tolist() == [1, 1, 1]
    t.data[0] = 7
    assert array[0] == 5


# ── data ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("data", [2.0, [1.0, 2.0]])
def test_data_is_an_array_that_can_be_written(data):
    t = Tensor(data)
    assert type(t.data) is np.ndarray
    t.data[...] = 9
    assert (t.data == 9).all()
    assert ((t * 2).data == 18).all()


def test_new_data_must_fit_and_keeps_the_dtype():
    t = Tensor(np.float32([1, 2]))
    new = np.array([3.0, 4.0])
    t.data = new
    new[:] = 0
    assert (t.data.tolist(), t.dtype) == ([3, 4], np.float32)
    t.data = [5, 6]
    assert t.data.tolist() == [5, 6]
    with pytest.raises(ShapeError, match=r"shape \(2,\) and the new data \(3,\)"):
        t.data = np.zeros(3)
    with pytest.raises(TypeError):
        t.data = np.array([1j, 2j])
    with pytest.raises(GraphError, match="result of multiply"):
        (t * 2).data = np.zeros(2)


def test_what_can_be_asked():
    t = Tensor(np.zeros((2, 3), np.float32), name="w")
    assert (t.shape, t.ndim, t.size, t.dtype, t.name) == ((2, 3), 2, 6, np.float32, "w")
    assert len(t) == 2
    assert t.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert type(t.size) is int
    y = (t + 1)[0, 0]
    assert (y.shape, y.ndim, y.size, y.item()) == ((), 0, 1, 1.0)
    assert type(y.item()) is float
    assert Tensor([[3.0]]).item() == 3.0
    with pytest.raises(ShapeError, match=r"shape \(2, 3\) has 6 elements, not one"):
        t.item()


def test_names_may_be_given_at_any_time():
    t = Tensor(1.0)
    y = t * 2
    t.name, y.name = "x", "y"
    assert (t.name, y.name) == ("x", "y")
    y.name = None
    assert y.name is None


def test_results_have_no_free_attributes():
    with pytest.raises(AttributeError):
        Tensor(1.0).gradient = 3


def test_tensors_are_hashed_by_identity():
    a, b = Tensor(1.0), Tensor(1.0)
    assert len({a, b}) == 2
    assert {a: 1}[a] == 1


def test_detach_is_a_constant_with_the_same_array():
    t = Tensor([1.0, 2.0])
    y = t * 2
    d = y.detach()
    assert np.shares_memory(d.data, y.data)
    assert d.creator is None
    assert not d.requires_grad
    (d * t).sum().backward()
    assert t.grad.tolist() == [2.0, 4.0]


# ── gradients ─────────────────────────────────────────────────────────────────────────────────
def test_grad_is_an_array_of_the_datas_shape_and_dtype():
    for data in (2.0, np.float32(2), np.array(2.0), np.ones((2, 1), np.float32), np.zeros((0, 2))):
        t = Tensor(data)
        assert t.grad is None
        for _ in range(2):
            (t * 3).sum().backward()
            assert type(t.grad) is np.ndarray
            assert (t.grad.shape, t.grad.dtype) == (t.shape, t.dtype)
        assert (t.grad == 6).all()
        t.zero_grad()
        assert t.grad is None


def test_a_gradient_that_is_set_is_copied_and_checked():
    t = Tensor(np.float32([1, 2]))
    g = np.array([3.0, 4.0])
    t.grad = g
    assert (t.grad.tolist(), t.grad.dtype) == ([3, 4], np.float32)
    g.setflags(write=False)
    t.grad = g
    (t * 2).sum().backward()
    assert t.grad.tolist() == [5, 6]
    assert g.tolist() == [3, 4]
    with pytest.raises(ShapeError, match=r"shape \(2,\) and the gradient \(1,\)"):
        t.grad = np.zeros(1)
    t.grad = None
    assert t.grad is None


def test_two_leaves_given_one_gradient_do_not_share_it():
    a, b = Tensor([1.0]), Tensor([2.0])
    a.grad = b.grad = np.ones(1)
    a.grad *= 5
    assert b.grad.tolist() == [1.0]


# ── text ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("t", "text"),
    [
        (Tensor(100), "Tensor(100.0)"),
        (Tensor(100, name="apple"), "Tensor(100.0, name='apple')"),
        (Tensor([1.0, 2.0]), "Tensor([1., 2.])"),
        (Tensor(np.float32([1])), "Tensor([1.], dtype=float32)"),
        (Tensor(np.array([1])), "Tensor([1], dtype=int64, requires_grad=False)"),
        (Tensor(1.5, requires_grad=False), "Tensor(1.5, requires_grad=False)"),
        (Tensor(1.0) * 2, "Tensor(2.0, from multiply)"),
        (Tensor([[1.0, 2.0], [3.0, 4.0]]), "Tensor([[1., 2.],\n        [3., 4.]])"),
    ],
)
def test_repr(t, text):
    assert repr(t) == str(t) == text


def test_long_tensors_are_abbreviated():
    assert len(repr(Tensor(np.zeros((1000, 1000))))) < 300


def test_format():
    assert f"{Tensor(2.0):.3f}" == "2.000"
    assert f"{Tensor([[2.0]]) * 2:5.1f}" == "  4.0"
    assert f"{Tensor([1.0, 2.0])}" == "Tensor([1., 2.])"


# ── copies ────────────────────────────────────────────────────────────────────────────────────
COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda t: pickle.loads(pickle.dumps(t)),
}


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("data", [2.0, np.float32([1, 2]), np.zeros((0, 2)), np.arange(3)])
def test_a_leaf_is_copied_with_its_gradient_and_shares_nothing(make, data):
    t = Tensor(data, name="w")
    if t.requires_grad:
        (t * 3).sum().backward()
    c = make(t)
    assert c is not t
    assert (c.name, c.dtype, c.requires_grad) == ("w", t.dtype, t.requires_grad)
    np.testing.assert_array_equal(c.data, t.data)
    assert not np.shares_memory(c.data, t.data)
    if t.requires_grad:
        np.testing.assert_array_equal(c.grad, t.grad)
        assert not np.shares_memory(c.grad, t.grad)
        (c * 2).sum().backward()
        assert (t.grad == 3).all()


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_a_result_is_not_copied_with_its_graph(make):
    y = Tensor(1.0)
    for _ in range(10_000):
        y = y + 1
    with pytest.raises(GraphError, match=r"result of add.*cannot be copied.*t\.detach\(\)"):
        make(y)
    assert make(y.detach()).item() == 10_001


def test_the_text_of_a_deep_graph_is_short():
    y = Tensor(1.0)
    for _ in range(10_000):
        y = y * 1.0
    assert repr(y) == "Tensor(1.0, from multiply)"
    assert repr(y.creator).startswith("<node ")


# ── what a Tensor is not ──────────────────────────────────────────────────────────────────────
def test_assignment_says_what_to_do_instead():
    t = Tensor([1.0, 2.0])
    with pytest.raises(UncoveredError, match=r"copy, z = np\.copy\(t\)"):
        t[0] = 3.0


def test_changed_data_does_not_reach_results_of_before():
    t = Tensor([1.0, 2.0])
    y = t * 1
    t.data = [5.0, 6.0]
    with no_grad():
        t += 1
    assert y.data.tolist() == [1.0, 2.0]
