"""Two apples and three oranges: where two ways meet, forwards they add, backwards they split.

Book, section 5.4.  The addition in the middle hands the derivative on as it came, to both sides;
each multiplication hands on the derivative times its other input.  Those two local rules are all
that the derivatives of this price need.

    python examples/02_buy_apple_orange.py

The picture shows the graph: numbers on the way forward above the lines, derivatives below them.
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from autograd_core import Tensor, graph


def main(out: str | Path = "pictures") -> dict[str, Any]:
    """Buy, go back through the graph, draw it, and return the price and the derivatives."""
    apple, apples = Tensor(100, name="apple"), Tensor(2, name="apples")
    orange, oranges = Tensor(150, name="orange"), Tensor(3, name="oranges")
    tax = Tensor(1.1, name="tax")

    apple_price = apple * apples
    orange_price = orange * oranges
    total = apple_price + orange_price
    price = total * tax
    apple_price.name, orange_price.name = "apple_price", "orange_price"
    total.name, price.name = "total", "price"

    price.backward(retain_grads=True)

    numbers: dict[str, Any] = {"price": price.item()}
    print("The derivatives of the price:")
    inner = (price, total, apple_price, orange_price)
    for tensor in (*inner, apple, apples, orange, oranges, tax):
        numbers[f"d {tensor.name}"] = tensor.grad
        print(f"  {tensor.name:<12} {tensor.item()!r:>17}   derivative {tensor.grad}")
    print()

    drawing = graph(price)
    print(f"{drawing}\n")
    picture = Path(out) / "02_buy_apple_orange.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    drawing.save(picture)
    print(f"picture: {picture}")
    return numbers


if __name__ == "__main__":
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument("--out", default="pictures", help="folder for the picture")
    main(**vars(options.parse_args()))
