"""Two apples at 100 each and 10 % tax: what does the price depend on, and how strongly?

Book, section 5.1.  The purchase is a graph of two multiplications.  From left to right it computes
the price, from right to left the derivatives of the price: how much the price would change with
every number that went into it.

    python examples/01_buy_apple.py

The picture shows the graph: numbers on the way forward above the lines, derivatives below them.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from autograd_core import Tensor, graph


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Buy, go back through the graph, draw it, and return the price and the derivatives."""
    apple = Tensor(100, name="apple")
    count = Tensor(2, name="count")
    tax = Tensor(1.1, name="tax")

    apple_price = apple * count
    price = apple_price * tax
    apple_price.name, price.name = "apple_price", "price"

    price.backward(retain_grads=True)

    numbers: dict[str, Any] = {"price": price.item()}
    print("The derivatives of the price:")
    for tensor in (price, apple_price, apple, count, tax):
        numbers[f"d {tensor.name}"] = tensor.grad
        print(f"  {tensor.name:<12} {tensor.item()!r:>19}   derivative {tensor.grad}")
    print("An apple that costs 1 more makes the price 2.2 higher; one apple more, 110 higher.\n")

    drawing = graph(price)
    print(f"{drawing}\n")
    picture = Path(out) / "01_buy_apple.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    drawing.save(picture)
    print(f"picture: {picture}")
    return numbers


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
