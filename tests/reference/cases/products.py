"""Products of vectors and matrices."""

from tests.reference.cases.case import case

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
}  # fmt: skip
