"""Rearranging, joining and picking."""

import numpy as np

from tests.reference.cases.case import case

CASES = {
    "reshape": [case(lambda xp, x: xp.reshape(x, (3, -1)), (2, 3))],
    "ravel": [case(lambda xp, x: xp.ravel(x), (2, 3))],
    "transpose": [case(lambda xp, x: xp.transpose(x), (2, 3)),
                  case(lambda xp, x: xp.transpose(x, (2, 0, 1)), (2, 3, 1))],
    "swapaxes": [case(lambda xp, x: xp.swapaxes(x, 0, 2), (2, 1, 3))],
    "moveaxis": [case(lambda xp, x: xp.moveaxis(x, 0, -1), (2, 1, 3))],
    "matrix_transpose": [case(lambda xp, x: xp.matrix_transpose(x), (2, 1, 3))],
    "expand_dims": [case(lambda xp, x: xp.expand_dims(x, (0, 2)), (2, 3))],
    "squeeze": [case(lambda xp, x: xp.squeeze(x, 1), (2, 1, 3))],
    "broadcast_to": [case(lambda xp, x: xp.broadcast_to(x, (2, 2, 3)), (2, 1))],
    "concatenate": [case(lambda xp, x, y: xp.concatenate([x, y], axis=1), (2, 1), (2, 3)),
                    case(lambda xp, x, y: xp.concatenate([x, y], axis=None), (2, 1), (3,))],
    "stack": [case(lambda xp, x, y: xp.stack([x, y, x], axis=1), (2, 2), (2, 2))],
    "copy": [case(lambda xp, x: xp.copy(x), (2, 3))],
    "full_like": [case(lambda xp, x: xp.full_like(x, x[0]), (3,))],
    "getitem": [case(lambda xp, x, i=i: x[i], (3, 2))
                for i in (1, slice(None, None, -1), np.array([0, 2, 0]), (..., None, 0),
                          np.array([True, False, True]))],
}  # fmt: skip
