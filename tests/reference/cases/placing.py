"""Margins, diagonals, triangles, evenly spaced numbers, and writing into arrays."""

import numpy as np

from tests.reference.cases.case import case
from tests.reference.cases.shaping import MASK, each

PLACES = np.array([[2], [0]])


def padded(mode, *widths, **options):
    return [each(lambda xp, x, w=w: xp.pad(x, w, mode, **options), (2, 3)) for w in widths]


def written(function, changed):
    """A function of NumPy that writes y into an array, as JAX says it: changed(array, y)."""

    def f(xp, x, y):
        if xp is not np:
            return changed(x, y) ** 2
        z = np.copy(x)
        function(z, y)
        return z**2

    return f


CASES = {
    "pad": [*padded("constant", 1, ((1, 2), (0, 1))), *padded("constant", 2, constant_values=3.0),
            each(lambda xp, x, y: xp.pad(x, 1, constant_values=y), (2, 2), ()),
            *padded("edge", 1, ((5, 1), (0, 4))), *padded("wrap", 1, ((5, 1), (0, 4))),
            *padded("reflect", 1, ((5, 1), (0, 4))), *padded("symmetric", 1, ((5, 1), (0, 4))),
            *padded("reflect", 1, reflect_type="odd"), *padded("symmetric", 2, reflect_type="odd"),
            *padded("linear_ramp", 2, end_values=1.5), *padded("mean", 1),
            *padded("mean", ((1, 2), (2, 1)), stat_length=2), *padded("maximum", 2),
            *padded("minimum", 1), *padded("median", 1)],
    "tril": [each(lambda xp, x: xp.tril(x, -1), (3, 3))],
    "triu": [each(lambda xp, x: xp.triu(x, 1), (2, 2, 3))],
    "diag": [each(lambda xp, x: xp.diag(x, 1), (2,)), each(lambda xp, x: xp.diag(x, -1), (3, 2))],
    "diagonal": [each(lambda xp, x: xp.diagonal(x, 1, 0, 2), (2, 2, 3))],
    "diagflat": [each(lambda xp, x: xp.diagflat(x, -1), (2, 2))],
    "trace": [each(lambda xp, x: xp.trace(x), (3, 3)),
              each(lambda xp, x: xp.trace(x, -1, 1, 2), (2, 3, 2))],
    "linspace": [each(lambda xp, x, y: xp.linspace(x, y, 4), (), ()),
                 each(lambda xp, x, y: xp.linspace(x, y, 3, endpoint=False, axis=1), (2, 1), (3,))],
    "logspace": [each(lambda xp, x, y: xp.logspace(x, y, 3), (), ()),
                 each(lambda xp, x: xp.logspace(x, 1.0, 3, base=2.0), (2,))],
    "geomspace": [case(lambda xp, x, y: xp.geomspace(x, y, 4).astype(x.dtype), (2,), (2,),
                       domain=(0, np.inf))],
    "meshgrid": [each(lambda xp, x, y: xp.meshgrid(x, y), (2,), (3,)),
                 each(lambda xp, x, y: xp.meshgrid(x, y, indexing="ij", sparse=True), (2,), (3,))],
    "vander": [case(lambda xp, x: xp.vander(x).astype(x.dtype), (3,)),
               case(lambda xp, x: xp.vander(x, 4, increasing=True).astype(x.dtype), (2,))],
    # writing
    "copyto": [case(written(lambda z, y: np.copyto(z, y), lambda x, y: x.at[...].set(y)),
                    (2, 3), (3,)),
               case(written(lambda z, y: np.copyto(z, y, where=MASK),
                            lambda x, y: x.at[MASK].set(y[MASK])), (2, 3), (2, 3))],
    "put": [case(written(lambda z, y: np.put(z, [4, 0], y),
                         lambda x, y: x.at[[1, 0], [1, 0]].set(y)), (2, 3), (2,))],
    "place": [case(written(lambda z, y: np.place(z, MASK, y),
                           lambda x, y: x.at[MASK].set(y[np.array([0, 1, 0])])), (2, 3), (2,))],
    "putmask": [case(written(lambda z, y: np.putmask(z, MASK, y),
                             lambda x, y: x.at[MASK].set(y[MASK])), (2, 3), (2, 3))],
    "fill_diagonal": [case(written(lambda z, y: np.fill_diagonal(z, y),
                                   lambda x, y: x.at[[0, 1], [0, 1]].set(y)), (2, 3), (2,))],
    "put_along_axis": [case(written(lambda z, y: np.put_along_axis(z, PLACES, y, 1),
                                    lambda x, y: x.at[[0, 1], [2, 0]].set(y[:, 0])),
                            (2, 3), (2, 1))],
    "add.at": [case(written(lambda z, y: np.add.at(z, [1, 0, 1], y),
                            lambda x, y: x.at[np.array([1, 0, 1])].add(y)), (2, 3), (3, 3)),
               case(written(lambda z, y: np.subtract.at(z, 1, y),
                            lambda x, y: x.at[1].add(-y)), (3,), ())],
    "multiply.at": [case(written(lambda z, y: np.multiply.at(z, [1, 0, 1], y),
                                 lambda x, y: x.at[:2].multiply(y[:2][::-1]).at[1].multiply(y[2])),
                         (3,), (3,))],
    # methods of ufuncs
    "multiply.outer": [case(lambda xp, x, y: xp.multiply.outer(x, y), (2,), (2, 1)),
                       case(lambda xp, x, y: xp.add.outer(x * x, y) ** 2, (2, 1), ())],
    "logaddexp.reduce": [case(lambda xp, x: xp.logaddexp.reduce(x, 1), (2, 3))],
}  # fmt: skip
