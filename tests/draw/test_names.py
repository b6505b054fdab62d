"""Names from users and files: whatever they hold, they are text and nothing else."""

import re
import unicodedata
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from autograd_core.draw.dot import to_dot
from autograd_core.draw.names import LONGEST, clean
from autograd_core.draw.picture import Graph
from autograd_core.draw.snapshot import Snapshot, Value
from autograd_core.draw.snapshot.fold import fold
from autograd_core.draw.snapshot.wellformed import wellformed
from autograd_core.draw.svg import to_svg
from autograd_core.draw.text import Style, steps, tree
from tests.draw.graphs import SAMPLES

PAYLOADS = [
    "<lambda>",
    "<b>",
    "<>",
    ">",
    "C:\\new",
    "ends in \\",
    "\\\\",
    "\\N",
    "\\G \\E \\T \\H \\L",
    "\\n\\l\\r",
    "fc1:weight",
    "a:b:ne",
    "a -> b",
    'x" ]; evil [ label="y',
    'x\\" ]; evil [ label=\\"y',
    "a\n]; evil;",
    "a\r\nb",
    "a // b /* c */ # d",
    "{a|b|<p> c}",
    "node",
    "digraph",
    "strict",
    "-1.5",
    "&",
    "&amp;",
    "&lt;b&gt;",
    "&#60;script&#62;",
    "&nbsp",
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</text></g><g onload='alert(1)'>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[x]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE svg [<!ENTITY x 'y'>]>",
    "&x;",
    "' onclick='alert(1)",
    '" onclick="alert(1)',
    "</style><style>*{display:none}",
    "</td></tr></table>>",
    '<font color="red">x</font>',
    '<img src="http://example.org/x.png"/>',
    "javascript:alert(1)",
    "url(http://example.org)",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\b\b\b\x7f",
    "\x00",
    "a\x0bb\x0cc",
    "\ufffe\uffff",
    "\ud800",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "\u200b\u200d\ufeff",
    "\u2028\u2029\x85",
    "e\u0301\u0302\u0303",
    "名前",
    "🙂🙂",
    "  ",
    "",
    "x" * 100_000,
    "日" * 40,
    "%s %n {0} $(x) `x`",
    "↑ n7",
]


def named(snapshot: Snapshot, name: str) -> Snapshot:
    """The graph with this name in every place that takes a text from outside."""
    value = Value((2, 2), name, None, mean=0.5, std=0.5)
    strange = Value((), name, name)
    vertices = [
        replace(
            v, label=v.label and name, name=v.name and name, primitive=name, line=name,
            params={name: name}, value=strange if index % 2 else value, gradient=value,
        )
        for index, v in enumerate(snapshot.vertices)
    ]  # fmt: skip
    return replace(
        snapshot,
        vertices=tuple(vertices),
        edges=tuple(replace(e, gradient=strange) for e in snapshot.edges),
        scopes=tuple(replace(s, name=name) for s in snapshot.scopes),
        notes=(name, name),
    )


def harmless(payload: str) -> str:
    """A name to compare with: none where nothing of the payload can be seen."""
    return "harmless" if clean(payload) else ""


HOSTS = [SAMPLES["sigmoid_scope"], fold(SAMPLES["two_layer_net"], 1), SAMPLES["square"]]
payloads = pytest.mark.parametrize("payload", PAYLOADS)
hosts = pytest.mark.parametrize("host", HOSTS)


def structure(element: ET.Element) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Every element, with the attributes that are not places or sizes."""
    places = {"x", "y", "cx", "cy", "r", "rx", "d", "width", "height", "viewBox", "class"}
    return [
        (part.tag, tuple((k, v) for k, v in part.attrib.items() if k not in places))
        for part in element.iter()
        if part.tag.rpartition("}")[2] not in ("rect", "circle")  # a sign's length decides
    ]


@payloads
@hosts
def test_svg_keeps_its_structure(payload: str, host: Snapshot) -> None:
    root = ET.fromstring(to_svg(named(host, payload)))
    assert structure(root) == structure(ET.fromstring(to_svg(named(host, harmless(payload)))))
    signs = [t.text for t in root.iter() if str(t.get("class")).split()[0] == "sign"]
    assert set(signs) <= {clean(payload) or None}


@payloads
@hosts
def test_dot_keeps_its_structure(payload: str, host: Snapshot) -> None:
    hostile = to_dot(named(host, payload))
    assert skeleton(hostile) == skeleton(to_dot(named(host, harmless(payload))))
    tables = re.findall(r"label=<(<table.*?</table>)>", hostile)
    assert len(tables) == len(host.edges)
    for table in tables:
        assert {part.tag for part in ET.fromstring(table).iter()} == {"table", "tr", "td", "font"}


def skeleton(dot: str) -> str:
    """DOT with every label's content taken out, by the grammar of DOT's quoted strings."""
    dot = re.sub(r"label=<<table.*?</table>>", "label=S", dot)
    dot = re.sub(r'label=(?:"(?:[^"\\]|\\.)*"|[^\s\]"]+)', "label=S", dot)
    dot = re.sub(r"shape=(circle|box)|style=\"?[\w,]+\"?|fixedsize=true|width=[\d.]+", "", dot)
    return re.sub(r"[ \t]+", " ", dot)


@payloads
@hosts
def test_text_keeps_its_lines(payload: str, host: Snapshot) -> None:
    for write in (tree, steps):
        for style in (Style(), Style(ascii=True), Style(width=40)):
            written = write(named(host, payload), style)
            assert written.count("\n") == write(host, style).count("\n") + 3  # two remarks
            kinds = {unicodedata.category(c) for c in written if c != "\n"}
            assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


@payloads
@hosts
def test_json_brings_it_back(payload: str, host: Snapshot) -> None:
    snapshot = named(host, payload)
    assert wellformed(Snapshot.from_json(snapshot.to_json().encode())) == snapshot


@payloads
def test_messages_and_repr_stay_on_one_line(payload: str) -> None:
    shown = repr(Graph(named(SAMPLES["square"], payload)))
    assert shown.isprintable()
    assert len(shown) < 100


@payloads
def test_a_clean_name_is_printable_and_short(payload: str) -> None:
    assert clean(payload).isprintable()
    assert len(clean(payload)) <= LONGEST
    assert clean(clean(payload)) == clean(payload)


def test_clean_keeps_what_can_be_read() -> None:
    assert clean("W₁ <λ> & \\N") == "W₁ <λ> & \\N"
    assert clean("a\tb\n c") == "a b c"
    assert clean("x" * 40) == "x" * 31 + "…"


def test_an_unescaped_name_would_be_seen() -> None:
    svg = to_svg(named(SAMPLES["square"], "<g/>"))
    assert structure(ET.fromstring(svg.replace("&lt;g/&gt;", "<g/>"))) != structure(
        ET.fromstring(svg)
    )
    dot = to_dot(named(SAMPLES["square"], 'x" y="'))
    assert skeleton(dot.replace('\\"', '"')) != skeleton(dot)
