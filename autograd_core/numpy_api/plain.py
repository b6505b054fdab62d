"""NumPy's functions that have no derivative but are useful: on Tensors they give plain arrays."""

from __future__ import annotations

import numpy as np

from autograd_core.dispatch import PLAIN_FUNCTIONS, PLAIN_UFUNCS

PLAIN_UFUNCS |= {
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.isfinite, np.isinf, np.isnan, np.signbit, np.floor, np.ceil, np.rint, np.trunc,
    np.floor_divide, np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
}  # fmt: skip
PLAIN_FUNCTIONS |= {
    np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.all, np.any, np.allclose,
    np.isclose, np.array_equal, np.array_equiv, np.isreal, np.iscomplex, np.fix,
    np.result_type, np.can_cast, np.min_scalar_type, np.common_type, np.iscomplexobj, np.isrealobj,
    np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.searchsorted, np.round, np.around,
    np.array2string, np.array_repr, np.array_str, np.may_share_memory, np.shares_memory,
    np.unravel_index, np.ravel_multi_index, np.broadcast_shapes, np.isposinf, np.isneginf,
    np.diag_indices_from, np.tril_indices_from, np.triu_indices_from,
    np.save, np.savez, np.savez_compressed, np.savetxt,
}  # fmt: skip
