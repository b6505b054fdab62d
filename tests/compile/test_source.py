"""The source of a program runs on NumPy alone and gives what the function does; so does a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd_core import (
    GraphError,
    SnapshotError,
    compile,  # noqa: A004  the field's name for it
    primitive,
    relu,
    scope,
    sigmoid,
    softmax,
    value_and_grad,
)
from autograd_core.compile import load
from autograd_core.structure import flatten
from tests.compile.traces import numbers


def layers(p: Any, x: Any, t: Any) -> Any:
    h = relu(x @ p["W1"] + p["b1"])
    y = softmax(h @ p["W2"] + p["b2"])
    return -np.sum(np.log(y) * t) / len(x)


def step(p: Any, x: Any, t: Any) -> Any:
    """A step of gradient descent."""
    loss, gradient = value_and_grad(layers)(p, x, t)
    return {name: p[name] - 0.1 * gradient[name] for name in p}, loss


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def recurrent(W: Any, U: Any, xs: Any) -> Any:
    h = np.zeros(3)
    for x in xs:
        h = np.tanh(x @ W + h @ U)
    return np.sum(h**2)


def many(x: Any) -> Any:
    """Operations that NumPy has no sign for, and rules that it has no function for."""
    return (
        np.linalg.det(np.outer(x, x) + np.eye(4)) + np.linalg.norm(x) + np.log(np.max(x))
        + np.sum(np.sort(x) * np.cumsum(x) * sigmoid(x)) + np.sum(x[[0, 0, 2]]) * np.prod(x)
        + np.sum(np.clip(x, 0.7, 1.2) ** -1.5) + np.sum(np.where(x > 1, x**2, x.astype("f")))
    )  # fmt: skip


def embedded(table: Any, places: Any) -> Any:
    """Rows that are picked by an argument, some of them twice."""
    return np.sum(np.tanh(table[places])) + np.sum(table[places[:, 0], 1] ** 3)


def looked_up(x: Any, heights: Any) -> Any:
    """Between knots that are a constant array, which traced places pick from."""
    return np.sum(np.interp(x, np.linspace(0.0, 2.0, 5), heights) ** 2)


def pendulum(k: Any, start: Any) -> Any:
    """Steps in time, into an array made before."""
    path = np.zeros_like(k, shape=(6, 2))
    path[0] = start
    for i in range(5):
        angle, speed = path[i, 0], path[i, 1]
        path[i + 1, 0] = angle + 0.1 * speed
        path[i + 1, 1] = speed - 0.1 * (k[0] * np.sin(angle) + k[1] * speed)
    path[[0, 2, 0]] += k
    return np.sum(path[::2] ** 2) + np.median(path) + np.sum(path[[1, 1, 4]])


def net(W: Any, x: Any) -> Any:
    with scope("net"):
        with scope("affine1"):
            h = x @ W
        with scope("tanh1"):
            return np.sum(np.tanh(h) * 2)


WEIGHTS = {
    "W1": numbers(4, 5, dtype="f"), "b1": numbers(5, dtype="f"),
    "W2": numbers(5, 3, seed=1, dtype="f"), "b2": numbers(3, seed=1, dtype="f"),
}  # fmt: skip
BATCH = numbers(6, 4, seed=2, dtype="f"), np.eye(3, dtype="f")[[0, 1, 2, 0, 1, 2]]
CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "a training step": (step, (WEIGHTS, *BATCH)),
    "softmax regression": (value_and_grad(lambda W, x, t: -np.sum(np.log(softmax(x @ W)) * t)),
                           (numbers(4, 3, dtype="f"), *BATCH)),
    "Rosenbrock": (value_and_grad(rosenbrock), (numbers(6),)),
    "a loop": (value_and_grad(recurrent, argnums=(0, 1)),
               (numbers(2, 3), numbers(3, 3), [numbers(2, seed=i) for i in range(4)])),
    "many operations": (value_and_grad(many), (numbers(4),)),
    "rows": (value_and_grad(embedded), (numbers(5, 3), np.array([[0, 3], [3, 3], [1, 0]]))),
    "a table": (value_and_grad(looked_up, argnums=(0, 1)), (numbers(4), numbers(5, seed=1))),
    "assignment": (value_and_grad(pendulum, argnums=(0, 1)), (numbers(2), numbers(2, seed=1))),
    "no derivative": (lambda x, n: [np.exp(x) ** n, None, {"k": x.T}], (numbers(2, 3), 2)),
    "a number": (value_and_grad(lambda x: x**3 / (1 - x)), (3.0,)),
    "scopes": (value_and_grad(net), (numbers(4, 2), numbers(3, 4))),
}  # fmt: skip


def compare(found: Any, expected: Any) -> None:
    """Equal structures of arrays of equal dtypes and of close numbers."""
    (leaves, form), (others, other) = flatten(found), flatten(expected)
    assert form.paths() == other.paths()
    for x, y in zip(leaves, others, strict=True):
        assert np.asarray(x).dtype == np.asarray(y).dtype
        np.testing.assert_allclose(x, y, rtol=2e-5 if np.asarray(y).dtype == "f" else 1e-12)


def run(code: str) -> Callable[..., Any]:
    """The last function of a file."""
    space: dict[str, Any] = {}
    exec(code, space)
    functions = [x for name, x in space.items() if callable(x) and not name.startswith("_")]
    return functions[-1]  # type: ignore[no-any-return]


@pytest.mark.parametrize("case", CASES)
def test_the_source_computes_what_the_function_does(case: str) -> None:
    f, args = CASES[case]
    code = compile(f).source(*args)
    assert "autograd_core" not in code
    assert "import nn" not in code
    compare(run(code)(*args), f(*args))


def test_the_source_reads_as_one_would_write_it() -> None:
    code = compile(step).source(WEIGHTS, *BATCH)
    body = code.partition("def step(p, x, t):\n")[2]
    assert "    W1 = p['W1']\n" in body
    forward, _, backward = body.partition("    # ── backward ─")
    assert "np.maximum(x @ W1 + b1, 0)" in forward
    assert "new_W1 = W1 - 0.1 * (x.T @ " in backward
    assert "return ({'W1': new_W1, 'b1': new_b1, 'W2': new_W2, 'b2': new_b2}, " in backward


def test_gradients_and_scopes_have_names() -> None:
    code = compile(value_and_grad(net)).source(numbers(4, 2), numbers(3, 4))
    forward, _, backward = code.partition("# ── backward")
    assert "    # net/affine1\n    affine1 = x @ W\n    # net/tanh1\n" in forward
    assert "    tanh1 = np.tanh(affine1)\n" in forward
    assert "    # net/affine1\n    d_W = x.T @ " in backward


def test_the_source_runs_without_this_library(tmp_path: Path) -> None:
    f, args = CASES["many operations"]
    np.save(tmp_path / "x.npy", args[0])
    file = tmp_path / "made.py"
    file.write_text(
        compile(f).source(*args)
        + "import sys\n"
        + "x = np.load('x.npy'); value, slope = [f for n, f in globals().items()"
        + " if callable(f) and n[0] != '_'][-1](x)\n"
        + "assert not [m for m in sys.modules if m.split('.')[0] in ('autograd_core', 'nn')]\n"
        + "np.save('slope.npy', slope)\n",
        encoding="utf-8",
    )
    subprocess.run([sys.executable, "-I", file], check=True, cwd=tmp_path)
    np.testing.assert_allclose(np.load(tmp_path / "slope.npy"), f(*args)[1], rtol=1e-12)


def test_variables_of_a_function_around_are_what_they_are_now() -> None:
    scale = 3.0
    scaled = primitive(
        "scaled_example", lambda x: np.array(x.tolist()) * scale, vjp=(lambda g: g * scale,)
    )
    code = compile(value_and_grad(lambda x: np.sum(scaled(x)))).source(numbers(3))
    assert "* 3.0" in code
    x = numbers(3)
    value, slope = run(code)(x)
    np.testing.assert_allclose(value, 3 * x.sum())
    np.testing.assert_array_equal(slope, [3.0, 3.0, 3.0])


def test_a_function_that_changes_variables_around_it_is_refused() -> None:
    calls = 0

    def counted(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return np.array(x.tolist())

    counting = primitive("counted_around_example", counted, vjp=(lambda g: g,))
    with pytest.raises(GraphError, match="changes variables of a function around it"):
        compile(lambda x: np.sum(counting(x))).source(numbers(3))


def test_large_constants_are_refused() -> None:
    table = numbers(100, 100)
    with pytest.raises(GraphError, match=r"constant of float64 \(100, 100\) is too large"):
        compile(lambda x: x @ table).source(numbers(100))


# ── files ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("case", CASES)
def test_a_saved_function_comes_back(case: str, tmp_path: Path) -> None:
    f, args = CASES[case]
    path = compile(f).save(tmp_path / "f.json", *args)
    compare(load(path)(*args), f(*args))


def test_a_saved_function_needs_none_of_the_code(tmp_path: Path) -> None:
    compile(value_and_grad(rosenbrock)).save(tmp_path / "f.json", numbers(6))
    code = (
        "import numpy as np; from autograd_core.compile import load;"
        "print(repr(load('f.json')(np.arange(6.0))[0]))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert found.stdout.strip() == f"np.float64({rosenbrock(np.arange(6.0))})"


def test_donated_arguments_are_written_over(tmp_path: Path) -> None:
    path = compile(step, donate="p").save(tmp_path / "f.json", WEIGHTS, *BATCH)
    given = {name: value.copy() for name, value in WEIGHTS.items()}
    new, _ = load(path)(given, *BATCH)
    assert new["W1"] is given["W1"]
    np.testing.assert_allclose(new["W1"], step(WEIGHTS, *BATCH)[0]["W1"], rtol=2e-5)


def test_other_arguments_are_refused(tmp_path: Path) -> None:
    f, args = CASES["no derivative"]
    loaded = load(compile(f).save(tmp_path / "f.json", *args))
    for other in ((numbers(2, 4), 2), (args[0], 3), (args[0].astype("f"), 2)):
        with pytest.raises(GraphError, match=r"it takes x: float64\[2, 3\]\. Save one"):
            loaded(*other)


def test_where_the_function_is_needed_it_says_so(tmp_path: Path) -> None:
    slope = compile(value_and_grad(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0))))
    loaded = load(slope.save(tmp_path / "f.json", numbers(3)))
    with np.errstate(all="ignore"), pytest.raises(GraphError, match="only the function that"):
        loaded(np.array([1.0, 0.0, 2.0]))


@pytest.mark.parametrize("text", ["", "{}", '{"version": 1}', "[1]"])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(text, encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"f\.json was not written by save"):
        load(tmp_path / "f.json")
