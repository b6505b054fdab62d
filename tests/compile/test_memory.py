"""What a plan uses over time: counted by hand for a chain, and drawn."""

from xml.etree import ElementTree as ET

import numpy as np

from autograd_core import checkpoint, compile, grad  # noqa: A004  the field's name for it

X = np.ones((8, 8))
SIZE = X.nbytes


def test_results_count_until_their_last_reader_has_run():
    f = compile(lambda x: np.sum((x @ x) @ np.tanh(x @ x)), backend="numpy")
    found = f.memory(X)
    # x·x; its tanh beside it; their product beside both; the sum of that alone
    assert found.used == (SIZE, 2 * SIZE, 3 * SIZE, SIZE)
    assert found.peak == found.allocated == 3 * SIZE
    assert found.names == ("matmul", "tanh", "matmul", "sum")


def test_it_prints_and_draws_itself(tmp_path):
    found = compile(grad(lambda x: np.sum(np.tanh(x @ x) @ x)), backend="numpy").memory(X)
    text = str(found)
    assert f"at most {found.peak / 1000:.3g} kB in use" in text
    assert len(text.splitlines()) == 1 + len(found.used)
    svg = found.save(tmp_path / "memory.svg").read_text(encoding="utf-8")
    ET.fromstring(svg)
    assert f"{len(found.used)} steps" in svg


def test_a_program_without_buffers_uses_nothing():
    assert compile(lambda x: x * 2.0).memory(3.0).peak == 0


def test_a_checkpoint_keeps_only_its_arguments():
    def layers(h, Ws):
        for W in Ws:
            h = np.tanh(h @ W)
        return h

    def net(segment):
        return grad(lambda Ws, h: np.sum(segment(segment(segment(h, Ws[:3]), Ws[3:6]), Ws[6:])))

    Ws = [np.cos(i + np.arange(16.0)).reshape(4, 4) for i in range(9)]
    h = np.sin(np.arange(4000.0)).reshape(1000, 4)
    plain = compile(net(layers), backend="numpy")
    saving = compile(net(checkpoint(layers)), backend="numpy")
    for found, expected in zip(saving(Ws, h), net(layers)(Ws, h), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    # 9 results; or 3, the 3 that are computed again, and what the chain rule needs beside them
    assert plain.memory(Ws, h).peak > 9 * h.nbytes
    assert saving.memory(Ws, h).peak < 7 * h.nbytes
