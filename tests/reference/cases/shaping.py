"""Rearranging, joining and picking.  All results are squared, so that second derivatives count."""

import numpy as np

from tests.reference.cases.case import case

MASK = np.array([[True, False, True], [False, False, True]])


def each(call, *operands):
    """One case of the squares of what the call returns, of several arrays one after the other."""

    def f(xp, *xs):
        results = call(xp, *xs)
        if not isinstance(results, (tuple, list)):
            return results**2
        return xp.concatenate([xp.ravel(r) ** 2 for r in results])

    return case(f, *operands)


def windows(xp, x):
    if xp is np:
        return np.lib.stride_tricks.sliding_window_view(x, 2, axis=1)
    return xp.stack([x[:, i : i + 2] for i in range(x.shape[1] - 1)], axis=1)


def sized(xp, size):
    """JAX wants to be told how many elements a condition picks."""
    return {} if xp is np else {"size": size}


CASES = {
    # the same elements in another arrangement
    "reshape": [each(lambda xp, x: xp.reshape(x, (3, -1)), (2, 3)),
                each(lambda xp, x: xp.reshape(x, (3, -1), order="F"), (2, 3)),
                each(lambda xp, x: xp.reshape(x, -1, order="F"), (2, 3))],
    "flatten": [each(lambda xp, x: x.flatten(), (2, 3))],
    "ravel": [each(lambda xp, x: xp.ravel(x), (2, 3)),
              each(lambda xp, x: xp.ravel(x, order="F"), (2, 3, 2))],
    "transpose": [each(lambda xp, x: xp.transpose(x), (2, 3)),
                  each(lambda xp, x: xp.transpose(x, (2, 0, 1)), (2, 3, 1))],
    "swapaxes": [each(lambda xp, x: xp.swapaxes(x, 0, 2), (2, 1, 3))],
    "moveaxis": [each(lambda xp, x: xp.moveaxis(x, 0, -1), (2, 1, 3)),
                 each(lambda xp, x: xp.moveaxis(x, (0, 1), (-1, 0)), (2, 1, 3))],
    "rollaxis": [each(lambda xp, x: xp.rollaxis(x, 2, 1), (2, 1, 3))],
    "matrix_transpose": [each(lambda xp, x: xp.matrix_transpose(x), (2, 1, 3))],
    "expand_dims": [each(lambda xp, x: xp.expand_dims(x, (0, 2)), (2, 3))],
    "squeeze": [each(lambda xp, x: xp.squeeze(x, 1), (2, 1, 3))],
    "atleast_1d": [each(lambda xp, x: xp.atleast_1d(x), ())],
    "atleast_2d": [each(lambda xp, x, y: xp.atleast_2d(x, y), (3,), ())],
    "atleast_3d": [each(lambda xp, x, y: xp.atleast_3d(x, y), (3,), (2, 2))],
    "flip": [each(lambda xp, x: xp.flip(x), (2, 3)), each(lambda xp, x: xp.flip(x, 1), (2, 3))],
    "fliplr": [each(lambda xp, x: xp.fliplr(x), (2, 3))],
    "flipud": [each(lambda xp, x: xp.flipud(x), (2, 3))],
    "roll": [each(lambda xp, x: xp.roll(x, 2), (2, 3)),
             each(lambda xp, x: xp.roll(x, (1, -1), (0, 1)), (2, 3))],
    "rot90": [each(lambda xp, x, k=k: xp.rot90(x, k), (2, 3)) for k in (1, 2, -1)],
    "broadcast_to": [each(lambda xp, x: xp.broadcast_to(x, (2, 2, 3)), (2, 1))],
    "broadcast_arrays": [each(lambda xp, x, y: xp.broadcast_arrays(x, y), (2, 1), (3,))],
    "tile": [each(lambda xp, x: xp.tile(x, (2, 1, 2)), (2, 3))],
    "repeat": [each(lambda xp, x: xp.repeat(x, 2), (2, 3)),
               each(lambda xp, x: xp.repeat(x, np.array([2, 0, 1]), axis=1), (2, 3))],
    "resize": [each(lambda xp, x: xp.resize(x, (3, 3)), (2, 2))],
    "sliding_window_view": [each(windows, (2, 4))],
    # joining and splitting
    "concat": [each(lambda xp, x, y: xp.concat([x, y]), (2, 1), (3, 1))],
    "concatenate": [each(lambda xp, x, y: xp.concatenate([x, y], axis=1), (2, 1), (2, 3)),
                    each(lambda xp, x, y: xp.concatenate([x, y], axis=None), (2, 1), (3,))],
    "append": [each(lambda xp, x, y: xp.append(x, y), (2, 2), (3,)),
               each(lambda xp, x, y: xp.append(x, y, axis=0), (2, 2), (1, 2))],
    "stack": [each(lambda xp, x, y: xp.stack([x, y, x], axis=1), (2, 2), (2, 2))],
    "hstack": [each(lambda xp, x, y: xp.hstack([x, y]), *shapes)
               for shapes in ([(2,), (3,)], [(2, 1), (2, 2)])],
    "vstack": [each(lambda xp, x, y: xp.vstack([x, y]), *shapes)
               for shapes in ([(3,), (3,)], [(2, 2), (2,)])],
    "dstack": [each(lambda xp, x, y: xp.dstack([x, y]), *shapes)
               for shapes in ([(3,), (3,)], [(2, 2), (2, 2, 1)])],
    "column_stack": [each(lambda xp, x, y: xp.column_stack([x, y]), *shapes)
                     for shapes in ([(3,), (3,)], [(2, 2), (2,)])],
    "block": [each(lambda xp, x, y: xp.block([[x, y], [y, x]]), (2, 2), (2, 2)),
              each(lambda xp, x, y: xp.block([x, y]), (2,), (1, 2)),
              each(lambda xp, x: xp.block(x), (2,))],
    "split": [each(lambda xp, x: xp.split(x, 2), (4, 2)),
              each(lambda xp, x: xp.split(x, [1, 3], axis=-1), (2, 4))],
    "array_split": [each(lambda xp, x: xp.array_split(x, 3), (4,))],
    "hsplit": [each(lambda xp, x: xp.hsplit(x, 2), (2, 4)),
               each(lambda xp, x: xp.hsplit(x, 2), (4,))],
    "vsplit": [each(lambda xp, x: xp.vsplit(x, 2), (2, 3))],
    "dsplit": [each(lambda xp, x: xp.dsplit(x, [1]), (1, 2, 3))],
    "unstack": [each(lambda xp, x: xp.unstack(x, axis=1), (2, 3))],
    # picking
    "getitem": [each(lambda xp, x, i=i: x[i], (3, 2))
                for i in (1, slice(None, None, -1), np.array([0, 2, 0]), (..., None, 0),
                          np.array([True, False, True]))],
    "take": [each(lambda xp, x: xp.take(x, np.array([0, 5, 0])), (2, 3)),
             each(lambda xp, x: xp.take(x, np.array([[7, -5]]), axis=1, mode="wrap"), (2, 3)),
             each(lambda xp, x: xp.take(x, np.array([7, -5]), axis=0, mode="clip"), (2, 3))],
    "take_along_axis": [each(lambda xp, x: xp.take_along_axis(x, np.array([[2, 0], [1, 1]]), 1),
                             (2, 3)),
                        each(lambda xp, x: xp.take_along_axis(x, np.array([[0, 0, 1]]), 0),
                             (2, 3))],
    "compress": [each(lambda xp, x: xp.compress(MASK[0], x, axis=1, **sized(xp, 2)), (2, 3))],
    "extract": [each(lambda xp, x: xp.extract(MASK, x, **sized(xp, 3)), (2, 3))],
    "delete": [each(lambda xp, x: xp.delete(x, np.array([0, 2]), axis=1), (2, 3)),
               each(lambda xp, x: xp.delete(x, 1), (2, 2))],
    "insert": [each(lambda xp, x, y: xp.insert(x, 1, y, axis=0), (2, 3), (3,)),
               each(lambda xp, x, y: xp.insert(x, np.array([0, 2]), y, axis=1), (2, 3), (2, 2)),
               each(lambda xp, x, y: xp.insert(x, 3, y), (2, 2), ())],
    "choose": [each(lambda xp, x, y: xp.choose(MASK.astype(int), [x, y], mode="clip"),
                    (2, 3), (3,))],
    "select": [each(lambda xp, x, y: xp.select([MASK, x > 1], [x * y, y], 2.0), (2, 3), (3,)),
               each(lambda xp, x, y: xp.select([MASK], [x], y), (2, 3), (2, 3))],
    "piecewise": [each(lambda xp, x: xp.piecewise(x, [x < -1, x > 1],
                                                  [lambda v: v**3, lambda v: xp.sin(v), 2.0]),
                       (2, 3))],
}  # fmt: skip
