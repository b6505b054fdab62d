"""While nothing is drawn, drawing costs nothing: training makes the same calls, one for one, as
before anything of it was loaded.  Calls are counted, so there is no clock in it."""

import subprocess
import sys

TRAINING = """
import gc, sys
import numpy as np
import nn
from autograd_core import Tensor

rng = np.random.default_rng(0)
net = nn.Sequential(nn.Affine(8, 6, rng=rng), nn.ReLU(), nn.Affine(6, 3, rng=rng), name="net")
loss_of, optimizer = nn.SoftmaxWithLoss(), nn.SGD(net.parameters(), lr=0.1)
x, t = rng.normal(size=(4, 8)), np.array([0, 1, 2, 0])

def train():
    loss = loss_of(net(x), t)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss

def calls():
    seen = []
    def note(frame, event, argument):
        if event == "call":
            seen.append((frame.f_globals.get("__name__"), frame.f_code.co_qualname))
        elif event == "c_call":
            seen.append(argument.__qualname__)
    sys.setprofile(note)
    train()
    sys.setprofile(None)
    return seen

train()
gc.disable()
drawing = ("autograd_core.draw", "autograd_core.explain", "autograd_core.symbolic")
before = calls()
assert not [name for name in sys.modules if name.startswith(drawing)]
from autograd_core import graph
drawn = graph(train())
assert "net" in drawn.to_html()
after = calls()
assert len(before) > 100
entered = [call[0] for call in after if type(call) is tuple and call[0].startswith(drawing)]
assert not entered, "drawing was entered"
assert before == after, "the calls differ"
"""


def run(script: str) -> str:
    """What a script says as it fails."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, check=False, text=True).stderr


def test_training_makes_the_same_calls_before_and_after_drawing() -> None:
    assert run(TRAINING) == ""


def test_a_graph_that_is_drawn_meanwhile_would_be_noticed() -> None:
    drawing = TRAINING.replace("    return loss\n", "    graph(loss)\n    return loss\n")
    script = drawing.replace("import gc, sys\n", "import gc, sys\ngraph = id\n")
    assert "AssertionError: drawing was entered" in run(script)
    assert "AssertionError: the calls differ" in run(script.replace("assert not entered", "True"))
