"""The coverage page is what the manifest says, and the manifest leaves nothing of the union out."""

import json
from pathlib import Path

import pytest

from tests.manifest import Manifest, page
from tests.union import LEFT_OUT, UNION

DOCS = Path(__file__).parent.parent / "docs"
CLAIMS = json.loads((DOCS / "coverage.json").read_text(encoding="utf-8"))


def test_the_page_is_the_manifest():
    assert (DOCS / "coverage.md").read_text(encoding="utf-8") == page(CLAIMS)


@pytest.mark.parametrize("family", UNION)
def test_every_function_of_the_union_is_covered_in_every_mode(family):
    modes = {"reverse", "forward", "second order"}
    missing = {name: modes - {*CLAIMS.get(name, ())} for name in UNION[family]}
    assert {name: m for name, m in missing.items() if m and name not in LEFT_OUT} == {}


def test_nothing_is_left_out_that_is_covered():
    assert {name for name in LEFT_OUT if "reverse" in CLAIMS.get(name, ())} == set()


def test_a_claim_needs_a_test_that_passed_and_none_that_failed(tmp_path):
    manifest = Manifest()
    manifest.add("f", "reverse", holds=True)
    manifest.add("f", "reverse", holds=False)
    manifest.add("f", "forward", holds=True)
    manifest.add("f", "forward", holds=True)
    with pytest.raises(AssertionError, match="none of"):
        manifest.add("f", "perfect", holds=True)
    manifest.write(tmp_path / "claims.json")
    assert json.loads((tmp_path / "claims.json").read_text()) == {"f": ["forward"]}
