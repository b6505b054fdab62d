"""Modules: what they hold, their names, their modes and their state."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd_core import DTypeError, ShapeError, Tensor, scope
from autograd_core.mode import current_mode


class Net(nn.Module):
    """Modules and Tensors in every place where they are found."""

    def __init__(self):
        self.scale = Tensor(2.0)
        self.mean = Tensor([0.5, 0.5], requires_grad=False)
        self.result = self.scale * 2
        self.first = nn.Affine(2, 3, rng=0)
        self.blocks = [nn.Sequential(nn.Affine(3, 3, rng=1), nn.ReLU()), nn.Tanh()]
        self.heads = {"digit": nn.Affine(3, 4, rng=2), "size": 5}
        self.tail = (nn.Affine(4, 1, bias=False, rng=3),)

    def forward(self, x):
        x = self.first((x - self.mean) * self.scale)
        for block in self.blocks:
            x = block(x)
        return self.tail[0](self.heads["digit"](x))


PARAMETERS = [
    "scale",
    "first.W",
    "first.b",
    "blocks.0.affine1.W",
    "blocks.0.affine1.b",
    "heads.digit.W",
    "heads.digit.b",
    "tail.0.W",
]


def two_layer_net(**options):
    return nn.Sequential(nn.Affine(4, 3, **options), nn.ReLU(), nn.Affine(3, 2, **options))


# ── names ─────────────────────────────────────────────────────────────────────────────────────
def test_parameters_are_named_by_their_path_in_order():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == PARAMETERS
    named = dict(net.named_parameters())
    assert [named[name] is p for name, p in zip(PARAMETERS, net.parameters(), strict=True)] == (
        [True] * 8
    )
    assert named["heads.digit.W"] is net.heads["digit"].W


def test_modules_are_named_by_their_path():
    assert [path for path, _ in Net().named_modules()] == [
        "",
        "first",
        "blocks.0",
        "blocks.0.affine1",
        "blocks.0.relu1",
        "blocks.1",
        "heads.digit",
        "tail.0",
    ]


def test_what_is_shared_is_one_parameter():
    class Shared(nn.Module):
        def __init__(self):
            self.encoder = nn.Affine(3, 3, rng=0)
            self.again = self.encoder
            self.decoder = nn.Affine(3, 3, rng=1)
            self.decoder.W = self.encoder.W

        def forward(self, x):
            return self.decoder(self.again(self.encoder(x)))

    net = Shared()
    assert [name for name, _ in net.named_parameters()] == ["encoder.W", "encoder.b", "decoder.b"]
    assert [path for path, _ in net.named_modules()] == ["", "encoder", "decoder"]
    # Three uses of one W: the gradient is the sum that numerical differentiation finds.
    x = np.array([0.3, -1.2, 0.8])
    net(x).sum().backward()
    W, b = net.encoder.W.data.astype(float), net.encoder.b.data.astype(float)
    h = 1e-6

    def value(element):
        moved = W.copy()
        moved[1, 2] += element
        return (((x @ moved + b) @ moved + b) @ moved + net.decoder.b.data).sum()

    slope = (value(h) - value(-h)) / (2 * h)
    assert net.encoder.W.grad[1, 2] == pytest.approx(slope, rel=1e-5)


def test_a_module_that_holds_itself_is_walked_once():
    net = Net()
    net.owner = net
    assert [name for name, _ in net.named_parameters()] == PARAMETERS


def test_operations_know_the_module_that_recorded_them():
    class TwoLayerNet(nn.Module):
        def __init__(self):
            self.hidden, self.output = nn.Affine(4, 3), nn.Affine(3, 2)

        def forward(self, x):
            return self.output(nn.ReLU()(self.hidden(x)))

    y = TwoLayerNet()(np.ones((5, 4)))
    relu, *_ = y.creator.inputs
    affine, *_ = relu.inputs
    paths = [node.scope.path for node in (y.creator, relu, affine)]
    assert paths == ["two_layer_net/output", "two_layer_net/relu", "two_layer_net/hidden"]


def test_scopes_of_a_sequential_bear_the_names_of_its_parameters():
    net = two_layer_net()
    net.name = "net"
    assert net(np.ones(4)).creator.scope.path == "net/affine2"
    assert set(net.state_dict()) == {"affine1.W", "affine1.b", "affine2.W", "affine2.b"}
    assert net(np.ones(4)).creator.scope.variables["W"] is net[2].W


def test_a_name_set_by_hand_stays():
    layer = nn.Affine(2, 2)
    layer.name = "encoder"
    net = nn.Sequential(nn.Affine(2, 2), layer)
    assert [path for path, _ in net.named_modules()] == ["", "affine1", "encoder"]


def test_one_layer_in_two_places_is_one_layer():
    shared = nn.Affine(3, 3, rng=0)
    first = nn.Sequential(shared)
    second = nn.Sequential(nn.Affine(2, 3, rng=1), shared, shared)
    assert [name for name, _ in first.named_parameters()] == ["affine1.W", "affine1.b"]
    assert [name for name, _ in second.named_parameters()] == [
        "affine1.W", "affine1.b", "affine2.W", "affine2.b",
    ]  # fmt: skip
    x = np.ones(2)
    assert (second(x).data == shared(shared(second[0](x))).data).all()
    assert second[1] is second[2] is shared


def test_scopes_of_listed_modules_bear_the_names_of_their_parameters():
    y = Net()(np.ones((5, 2)))
    digit = y.creator.inputs[0]
    assert digit.scope.path == "net/heads.digit"
    assert digit.inputs[0].scope.path == "net/blocks.1"


def test_an_error_in_forward_leaves_its_scope():
    with scope("outside") as outside:
        with pytest.raises(ShapeError):
            two_layer_net()(np.ones(7))
        assert current_mode.get().scope is outside


def test_a_sequential_is_a_row_of_modules():
    net = two_layer_net()
    assert len(net) == 3
    assert [type(module) for module in net] == [nn.Affine, nn.ReLU, nn.Affine]
    assert net[-1] is list(net)[2]
    x = np.ones((2, 4))
    assert (net(x).data == net[2](net[1](net[0](x))).data).all()
    assert nn.Sequential()(x) is x


def test_a_sequential_takes_modules_only():
    with pytest.raises(TypeError, match=r"Sequential: <ufunc 'exp'> is not a module\. Wrap a func"):
        nn.Sequential(np.exp)


def test_two_steps_of_one_name_are_refused():
    layers = [nn.Affine(2, 2), nn.Affine(2, 2)]
    for layer in layers:
        layer.name = "same"
    with pytest.raises(ValueError, match="Sequential: two modules are named 'same'"):
        nn.Sequential(*layers)


def test_a_module_without_forward():
    class Empty(nn.Module):
        pass

    with pytest.raises(TypeError, match=r"Empty has no forward method\. Define forward\(self, x\)"):
        Empty()(1.0)


def test_repr_draws_the_tree():
    net = nn.Sequential(nn.Affine(4, 3), nn.Sequential(nn.ReLU(), nn.Affine(3, 2, bias=False)))
    assert repr(net) == (
        "Sequential(\n"
        "  affine1: Affine(4, 3)\n"
        "  sequential1: Sequential(\n"
        "    relu1: ReLU()\n"
        "    affine1: Affine(3, 2, bias=False)\n"
        "  )\n"
        ")"
    )


# ── modes and gradients ───────────────────────────────────────────────────────────────────────
def test_train_and_eval_reach_every_module():
    net = Net()
    assert all(module.training for _, module in net.named_modules())
    assert net.eval() is net
    assert not any(module.training for _, module in net.named_modules())
    assert net.train() is net
    assert all(module.training for _, module in net.named_modules())
    net.train(False)
    assert not net.blocks[0][0].training


def test_zero_grad_forgets_all_gradients():
    net = Net()
    net(np.ones((2, 2))).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_seeds():
    nn.seed(3)
    first = two_layer_net().state_dict()
    other = two_layer_net().state_dict()
    nn.seed(3)
    again = two_layer_net().state_dict()
    assert all((first[name] == again[name]).all() for name in first)
    assert (first["affine1.W"] != other["affine1.W"]).any()
    # A layer with a seed or generator of its own draws from that alone.
    nn.seed(3)
    assert (nn.Affine(4, 3, rng=7).W.data == nn.Affine(4, 3, rng=7).W.data).all()
    assert (two_layer_net().state_dict()["affine1.W"] == first["affine1.W"]).all()
    rng = np.random.default_rng(7)
    assert (nn.Affine(4, 3, rng=rng).W.data == nn.Affine(4, 3, rng=7).W.data).all()


def test_copies_are_independent():
    net = two_layer_net(rng=0)
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        before = net[0].W.data.copy()
        assert (twin[0].W.data == before).all()
        twin[0].W.data[...] = 0
        assert (net[0].W.data == before).all()


# ── state ─────────────────────────────────────────────────────────────────────────────────────
def test_a_state_dict_makes_an_equal_net():
    net, other = Net(), Net()
    for p in other.parameters():
        p.data[...] = 0
    other.mean.data[...] = 7
    other.load_state_dict(net.state_dict())
    x = np.random.default_rng(0).standard_normal((5, 2))
    assert (other(x).data == net(x).data).all()
    assert list(net.state_dict()) == ["scale", "mean", *PARAMETERS[1:]]


def test_a_state_dict_shares_no_memory():
    net = two_layer_net(rng=0)
    state = net.state_dict()
    before = {name: array.copy() for name, array in state.items()}
    for p in net.parameters():
        p.data[...] = 0
    assert all((state[name] == before[name]).all() for name in state)
    net.load_state_dict(state)
    state["affine1.W"][...] = 9
    assert (net[0].W.data == before["affine1.W"]).all()


def test_loading_writes_into_the_arrays_and_keeps_their_dtype():
    net = two_layer_net(rng=0)
    arrays = [p.data for p in net.parameters()]
    state = {name: array.astype(float) + 1 / 3 for name, array in net.state_dict().items()}
    net.load_state_dict(state)
    assert all(p.data is array for p, array in zip(net.parameters(), arrays, strict=True))
    assert all(p.dtype == np.float32 for p in net.parameters())
    assert (net[2].b.data == np.float32(1 / 3)).all()


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (
            {"affine2.b": np.zeros(5)},
            ShapeError,
            r"load_state_dict: affine2\.b has shape \(2,\) here and \(5,\) in the state",
        ),
        (
            {"affine2.b": np.zeros(2, complex)},
            DTypeError,
            r"load_state_dict: affine2\.b has dtype float32 here and complex128 in the state",
        ),
        (
            {"affine3.b": np.zeros(2)},
            KeyError,
            r"missing \[\], unknown \['affine3\.b'\]\. The state must come from a module of the",
        ),
        ({"affine2.b": None}, KeyError, r"missing \['affine2\.b'\], unknown \[\]"),
    ],
)
def test_a_wrong_state_changes_nothing(change, error, text):
    net = two_layer_net(rng=0)
    before = net.state_dict()
    state = {name: array + 1 for name, array in before.items()} | change
    state = {name: array for name, array in state.items() if array is not None}
    with pytest.raises(error, match=text):
        net.load_state_dict(state)
    assert all((before[name] == array).all() for name, array in net.state_dict().items())
