"""The pages that show all figures: one in HTML, for a browser, one in Markdown, for docs/."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from textwrap import fill

from examples.gallery.figure import Figure

INTRODUCTION = (
    "Computation graphs of Deep Learning from Scratch (Saito), chapter 5, and of its second "
    "volume, with three larger nets at the end. Each is drawn from the code below it. Above "
    "every line stands the number that flows forward, below it the gradient that flows back."
)

STYLE = """
:root{color-scheme:light dark;
--ink:#1f2328;--soft:#57606a;--line:#d0d7de;--paper:#fff;--code:#f6f8fa}
@media(prefers-color-scheme:dark){
:root{--ink:#e6e9ed;--soft:#9aa4af;--line:#363c44;--paper:#16191d;--code:#1f242a}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1rem 4rem;max-width:72rem;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,sans-serif}
h1{margin:0 0 .3em;line-height:1.2}
.lead{max-width:46rem;color:var(--soft)}
nav ul{padding:0;list-style:none;columns:16rem;line-height:1.9}
nav li{break-inside:avoid}
article{padding:2.2rem 0 1.4rem;border-top:1px solid var(--line)}
h2{margin:0;font-size:1.25rem}
article p{max-width:46rem;margin:.4em 0 1em}
.source{color:var(--soft);font-size:.9rem}
.picture{overflow-x:auto;border:1px solid var(--line);border-radius:8px;padding:.5rem}
img{display:block;margin:auto}
pre{overflow-x:auto;margin:1em 0 0;padding:.8rem 1rem;border-radius:8px;background:var(--code);
font:13px/1.5 ui-monospace,monospace}
a{color:inherit;text-underline-offset:.2em}
:focus-visible{outline:2px solid currentColor;outline-offset:3px}
"""


def html_index(figures: Iterable[Figure]) -> str:
    """A page without scripts that loads nothing but the pictures beside it."""
    figures = list(figures)
    links = "".join(f'<li><a href="#{f.name}">{escape(f.title)}</a></li>\n' for f in figures)
    policy = f"default-src 'none'; img-src 'self' file:; style-src '{_hash(STYLE)}'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Gallery of computation graphs</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>Gallery of computation graphs</h1>
<p class="lead">{escape(INTRODUCTION)}</p>
</header>
<nav aria-label="Figures">
<ul>
{links}</ul>
</nav>
<main>
{"".join(map(_article, figures))}</main>
</body>
</html>
"""


def _article(figure: Figure) -> str:
    name, title = escape(figure.name), escape(figure.title)
    alt = escape(f"Computation graph: {figure.title}")
    return f"""<article id="{name}">
<h2>{title}</h2>
<p class="source">{escape(figure.place)} · <a href="{name}.html">Play: {title}</a></p>
<p>{escape(figure.sees)}</p>
<div class="picture" tabindex="0" role="group" aria-label="{title}, picture">
<img src="{name}.svg" alt="{alt}">
</div>
<pre tabindex="0" aria-label="{title}, code">{escape(figure.code)}</pre>
</article>
"""


def _hash(text: str) -> str:
    """How a content security policy names a text that it allows."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def markdown_index(figures: Iterable[Figure], pictures: str) -> str:
    """The same for a reader of the repository."""
    return "\n".join(
        [
            "# Gallery",
            "",
            fill(INTRODUCTION, 100),
            "",
            "`python -m examples.gallery` makes all of it, and for each figure a page to step",
            "through. `examples/gallery/` has the code.",
            "",
            *(_section(figure, pictures) for figure in figures),
        ]
    )


def _section(figure: Figure, pictures: str) -> str:
    return f"""## {figure.title}

{fill(f"{figure.place}. {figure.sees}", 100)}

![{figure.title}]({pictures}/{figure.name}.svg)

```python
{figure.code}
```
"""
