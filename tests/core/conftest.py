"""What all tests of the core share."""

from collections.abc import Iterator

import pytest

from autograd_core.primitive import REGISTRY, UFUNCS


@pytest.fixture(autouse=True)
def declarations_end_with_their_test() -> Iterator[None]:
    """What a test declares is gone after it: no test changes what NumPy calls in another."""
    before = [(table, dict(table)) for table in (REGISTRY, UFUNCS)]
    yield
    for table, entries in before:
        if table != entries:
            table.clear()
            table.update(entries)
