"""Products of vectors, matrices and arrays."""

from operator import attrgetter

from tests.reference.cases.case import case


def products(name, *shapes, **options):
    """One case for each list of operands."""
    find = attrgetter(name)
    return [case(lambda xp, *xs: find(xp)(*xs, **options), *s) for s in shapes]


SUMS = {
    "ij,jk": [(2, 3), (3, 2)],
    "...ij,...j->...i": [(2, 1, 2), (2,)],
    "ii": [(3, 3)],
    "iij,j->ij": [(2, 2, 3), (3,)],
    "i,j,k->jik": [(2,), (1,), (2,)],
    "ij,ij": [(2, 2), (2, 2)],
    "ij->": [(2, 2)],
}
AXES = [(1, [(2, 3), (3,)]), (0, [(2,), (2,)]), (([2, 0], [0, 1]), [(2, 1, 3), (3, 2, 2)])]
OVERLAPS = [("full", (3,), (2,)), ("same", (2,), (4,)), ("valid", (4,), (2,)), ("same", (4,), (2,))]

CASES = {
    "matmul": [
        case(lambda xp, x, y: x @ y, *shapes)
        for shapes in ([(2, 3), (3, 2)], [(3,), (3,)], [(2, 1, 3), (2, 3, 1)], [(3,), (2, 3, 1)],
                       [(2, 2, 3), (3,)], [(2, 2), (2, 2, 2)])
    ],
    "dot": [
        case(lambda xp, x, y: xp.dot(x, y), *shapes)
        for shapes in ([(2, 3), (3, 2)], [(3,), (3,)], [(3,), (3, 2)], [(2, 3), (3,)], [(), (2, 3)],
                       [(2, 1, 2), (2, 2)], [(1, 2), (2, 2, 1)], [(2, 1, 2), (2,)])
    ],
    "inner": products("inner", [(2, 2), (3, 2)], [(2,), (2,)], [(), (2,)]),
    "outer": products("outer", [(2,), (3,)], [(2, 2), (2,)]),
    "vdot": products("vdot", [(2, 2), (2, 2)]),
    "vecdot": products("vecdot", [(2, 3), (3,)]),
    "matvec": products("matvec", [(2, 2, 3), (3,)]),
    "vecmat": products("vecmat", [(2, 1, 2), (2, 3)]),
    "tensordot": [c for axes, shapes in AXES for c in products("tensordot", shapes, axes=axes)],
    "einsum": [case(lambda xp, *xs, s=s: xp.einsum(s, *xs), *shapes) for s, shapes in SUMS.items()]
              + [case(lambda xp, x, y: xp.einsum(x, [0, 1], y, [1, 2], [2, 0]), (2, 2), (2, 1)),
                 case(lambda xp, x, y, z: xp.einsum("ij,jk,kl", x, y, z, optimize=True),
                      (2, 2), (2, 2), (2, 1))],
    "kron": products("kron", [(2, 2), (1, 2)], [(2,), (2, 2)]),
    "cross": products("cross", [(3,), (3,)], [(2, 3), (3,)]) + products(
        "cross", [(3, 2), (2, 3)], axisa=0, axisb=1, axisc=0),
    "convolve": [c for mode, *shapes in OVERLAPS for c in products("convolve", shapes, mode=mode)],
    "correlate": [c for mode, *shapes in OVERLAPS
                  for c in products("correlate", shapes, mode=mode)],
    "linalg.multi_dot": [case(lambda xp, *xs: xp.linalg.multi_dot(xs), (2,), (2, 3), (3, 1))],
    "linalg.matrix_power": [case(lambda xp, x, n=n: xp.linalg.matrix_power(x, n), (2, 2))
                            for n in (0, 1, 3, -2)],
    "linalg.matmul": products("linalg.matmul", [(2, 2), (2, 1)]),
    "linalg.outer": products("linalg.outer", [(2,), (3,)]),
    "linalg.tensordot": products("linalg.tensordot", [(2, 2), (2, 2)]),
    "linalg.vecdot": products("linalg.vecdot", [(3, 2), (3, 1)], axis=0),
    "linalg.cross": products("linalg.cross", [(3, 2), (3, 1)], axis=0),
}  # fmt: skip
