"""docs/explaining.md: what it prints is what its code prints."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from autograd_core import REGISTRY

PAGE = Path(__file__).parent.parent.parent / "docs" / "explaining.md"


def test_the_page_shows_what_its_code_prints():
    names: dict[str, Any] = {}
    blocks = re.findall(
        r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?",
        PAGE.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert len(blocks) > 4
    try:
        for code, shown in blocks:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(code, names)
            assert printed.getvalue() == shown
    finally:
        REGISTRY.pop("spring", None)  # which the page declares
