"""Names that would do harm where a page does not escape them, by the context that they attack.

Each calls f(), or makes a request to evil.test, when it stands unescaped in the page `CONTROL` of
its kind: test_hostile.py shows that it does.  In our page none may, wherever it stands.
"""

CONTROL = {
    "text": "<p>{}</p>",
    "attribute": "<img alt=\"{0}\"><img alt='{0}'><img alt={0}>",
    "title": "<title>{}</title>",
    # as a script, as data, and as a script that escapes quotes but not backslashes
    "json": '<script>data = "{0}"</script>'
    '<script type="application/json">"{0}"</script>'
    '<script>data = "{1}"</script><script>data = `{0}`</script>',
    "style": '<style>p::after {{ content: "{0}" }} p {{ color: {0} }}</style>'
    '<p style="color: {0}">x</p>',
    "url": '<iframe src="{0}"></iframe><script src="{0}"></script><img src="{0}">',
}

# Every frame has its own f, which tells the page.
WATCH = "window.f = () => { top.fired = true; }"


def control(kind: str, payload: str) -> str:
    """A page that trusts its names."""
    body = CONTROL[kind].format(payload, payload.replace('"', '\\"'))
    return f"<!DOCTYPE html><meta charset=utf-8>{body}"


PAYLOADS: dict[str, list[str]] = {
    "text": [
        "<script>f()</script>",
        "<script src=x onerror=f()></script>",
        "<ScRiPt >f()</ScRiPt >",
        "<<script>f()</script>",
        "--><script>f()</script>",
        "]]><script>f()</script>",
        "<img src=x onerror=f()>",
        "<img src=x onerror='f()'>",
        "<IMG SRC=x ONERROR=f()>",
        "<img/src='x'/onerror=f()>",
        "<img\tsrc=x\tonerror=f()>",
        "<img\nsrc=x\nonerror=f()>",
        "<img src=x onerror=f&#40;&#41;>",
        "<img src=x onerror=f()//",
        "<image src=x onerror=f()>",
        "<svg onload=f()>",
        "<svg/onload=f()>",
        "<svg><script>f()</script>",
        "<svg><script>&#102()</script>",
        "<svg><image href=x onerror=f()>",
        "<svg><style><img src=x onerror=f()>",
        "</text></svg><svg onload=f()>",
        "</p></div></main><svg onload=f()>",
        "<math><style><img src=x onerror=f()>",
        "<body onload=f()>",
        "<style onload=f()></style>",
        "<iframe onload=f()>",
        "<iframe src=javascript:f()>",
        "<iframe srcdoc='<svg onload=f()>'>",
        "<video src=x onerror=f()>",
        "<audio src=x onerror=f()>",
        "<video><source onerror=f()>",
        "<details open ontoggle=f()>",
        "<input autofocus onfocus=f()>",
        "<select autofocus onfocus=f()>",
        "<textarea autofocus onfocus=f()>",
        "<b autofocus tabindex=1 onfocus=f()>",
        "<link rel=stylesheet href=x onerror=f()>",
        "<img src=//evil.test>",
        "<object data=//evil.test>",
        "<link rel=stylesheet href=//evil.test>",
    ],
    "attribute": [
        '"><script>f()</script>',
        '"><img src=x onerror=f()>',
        '"><svg onload=f()>',
        '" src=x onerror=f() "',
        '"src=x onerror=f()>',
        '"/src="x"/onerror="f()',
        "'><script>f()</script>",
        "'><svg onload=f()>",
        "' src=x onerror=f() '",
        "x src=x onerror=f()",
        "><script>f()</script>",
        '" srcset=//evil.test "',
    ],
    "title": [
        "</title><script>f()</script>",
        "</title><svg onload=f()>",
        "</title><img src=x onerror=f()>",
        "</TITLE ><script>f()</script>",
        "</title/><svg onload=f()>",
        "</title\n><svg onload=f()>",
        "<!--</title><svg onload=f()>-->",
    ],
    "json": [
        "</script><script>f()</script>",
        "</script><svg onload=f()>",
        "</SCRIPT ><svg onload=f()>",
        "</script/><img src=x onerror=f()>",
        "<!--</script><svg onload=f()>",
        '"+f()+"',
        '";f();"',
        '"-f()-"',
        '"\nf()\n"',
        '\\";f()//',
        "${f()}",
        "`+f()+`",
    ],
    "style": [
        "</style><script>f()</script>",
        "</style><svg onload=f()>",
        "</STYLE ><img src=x onerror=f()>",
        "<!--</style><svg onload=f()>",
        '"} p {background: url(//evil.test)} a{"',
        "red} p {background: url(//evil.test)",
        "red; background: url(//evil.test)",
        '"; background: url(//evil.test); "',
    ],
    "url": [
        "javascript:f()",
        "JavaScript:f()",
        "java\tscript:f()",
        "java\nscript:f()",
        " javascript:f()",
        "\x01javascript:f()",
        "&#106;avascript:f()",
        "javascript&colon;f()",
        "javascript:%66()",
        "javascript://%0af()",
        "data:,f()",
        "data:text/javascript,f()",
        "data:;base64,ZigpOw==",
        "//evil.test",
        "\\\\evil.test",
        "https:evil.test",
    ],
}
