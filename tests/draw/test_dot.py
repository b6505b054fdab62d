"""DOT: what stands where; what an engine makes of it is tested in tests/reference."""

import re

from autograd_core.draw.dot import to_dot
from autograd_core.draw.snapshot.fold import fold
from tests.draw.graphs import SAMPLES, Builder, chain


def statements(dot: str) -> list[str]:
    return [line.strip() for line in dot.splitlines()]


def test_every_edge_is_split_by_a_table_of_value_line_and_gradient() -> None:
    dot = to_dot(SAMPLES["buy_apple"])
    for index, edge in enumerate(SAMPLES["buy_apple"].edges):
        assert f"v{edge.source} -> e{index}:line:w [arrowhead=none]" in statements(dot)
        assert f"e{index}:line:e -> v{edge.target}" in statements(dot)
    (table,) = [line for line in statements(dot) if line.startswith("e1 [")]
    cells = re.findall(r"<td([^>]*)>(?:<font[^>]*>([^<]*)</font>)?</td>", table)
    assert [text for _, text in cells] == ["2", "", "110"]
    assert 'port="line"' in cells[1][0]


def test_operations_are_circles_and_names_plain() -> None:
    lines = statements(to_dot(SAMPLES["buy_apple"]))
    assert 'v2 [label="×" fixedsize=true id=v2 shape=circle width=0.48]' in lines
    assert "v0 [label=apple id=v0 shape=plaintext style=solid]" in lines
    assert "v5 [label=price id=v5 shape=plaintext style=solid]" in lines


def test_scopes_are_clusters_within_clusters() -> None:
    depth, found = 0, []
    for line in statements(to_dot(SAMPLES["two_layer_net"])):
        if line.startswith("subgraph"):
            found.append((depth, line.split()[1]))
        depth += line.endswith("{") - line.startswith("}")
    assert depth == 0
    assert sorted(found) == [(1, "cluster_1"), (2, "cluster_2"), (2, "cluster_3"), (2, "cluster_4")]


def test_the_label_of_an_edge_stands_in_the_scope_of_both_ends() -> None:
    cluster = (
        to_dot(SAMPLES["sigmoid_scope"]).partition("subgraph cluster_1 {")[2].partition("}\n")[0]
    )
    inside = set(re.findall(r"^\s*(e\d+) \[", cluster, re.MULTILINE))
    assert inside == {"e1", "e2", "e3", "e4", "e5"}


def test_groups_name_their_size() -> None:
    assert r"affine1\n(2 ops)" in to_dot(fold(SAMPLES["two_layer_net"], 1))


def test_colours_have_six_digits_and_nothing_links_anywhere() -> None:
    for snapshot in SAMPLES.values():
        dot = to_dot(snapshot)
        assert all(len(digits) == 6 for digits in re.findall(r"#([0-9a-fA-F]+)\b", dot))
        assert re.search(r"\b(href|URL|target|record)\b", dot, re.IGNORECASE) is None


def test_remarks_are_the_label_of_the_graph() -> None:
    assert 'fontcolor="#656d76" label="a remark"' in statements(to_dot(SAMPLES["diamond"]))


def test_a_long_chain_needs_no_recursion() -> None:
    assert to_dot(chain(3000)).count(" -> ") == 2 * 3001


def test_entities_in_a_name_are_not_read_as_such() -> None:
    b = Builder()
    dot = to_dot(b.snapshot(b.leaf("&lt; & \\N", 1.0)))
    assert 'label="&amp;lt; &amp; \\\\N"' in dot
