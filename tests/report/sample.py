"""A document with every kind of block, each text hostile if asked."""

from __future__ import annotations

from negotiate.drawing import figures
from negotiate.report import blocks as b

EVIL = (
    "<script>alert(1)</script> <!-- ]]> &amp; \"q\" 'a' `code` *b* _c_ ~~d~~ | $x$ $$y$$ "
    "#set page(width: 1pt) #panic() @ref <label> \\ // /* [l](javascript:x) ![i](http://x) "
    "{{ 7*7 }} {% raw %} \u202eabc\u202c \x07\x1b[31m \ud800 https://evil.example www.evil.example "
    "1. x هيئة 中文 \U0001f600"
)


def document(name: str = "a name") -> b.Document:
    """Every block once or twice, with ``name`` wherever a text may stand."""
    drawing = figures.tornado([name, "b"], [0, 1], [2, 1.5], 1, quantity=name)
    rich: b.Text = (
        name, " ", b.Emph(name), b.Strong((name, b.Under(name))), b.Mono(name),
        b.TeX(b.tex_text(name), name),
        b.Cite("s1", "s2", place=name), b.Ref("t"), b.Ref("t", name), b.Ref("lost"), b.Cite("lost"),
        b.Link(name, "https://example.org/a?b=c&d=<e>"), b.Link(name, "javascript:alert(1)"),
    )  # fmt: skip
    first: list[b.Block] = [
        b.Heading(rich, 2, key="h"),
        b.Heading(name, 3),
        b.Paragraph(rich),
        b.Paragraph(name),
        b.Math(r"\max_{x\in S}\prod_i (u_i(x)-d_i)", name, key="m"),
        b.Math(r"\frac{1}{", name),
        b.Math(b.tex_text(name) + "^2", name),
        b.Math(name, name),
        b.Table([name, rich], [[name, rich], [1, 0.5], [name, "–"]], rich, key="t",
                units=["", name], strong=frozenset([1]), rules=frozenset([1]), note=rich),
        b.Table([name], [], name),
        b.Figure(drawing, name, rich, key="f"),
        b.Figure(drawing, name, name),
    ]  # fmt: skip
    second: list[b.Block] = [
        b.Bullets([name, rich]),
        b.Bullets([name, rich], ordered=True),
        b.Callout((b.Paragraph(rich), b.Bullets([name])), kind="finding", title=name),
        b.Callout((b.Paragraph(name),), kind="error"),
        b.Code(f"{name}\n```\n  {name}\n", name),
        b.Definitions([(name, rich), (rich, name)]),
        b.References(
            [
                b.Reference("s1", rich, "https://example.org/x_(y)"),
                b.Reference("s2", name),
                b.Reference(name, name, "javascript:alert(1)"),
            ]
        ),
    ]
    return b.Document(
        name,
        (b.Section("one", name, tuple(first)), b.Section("two", name, tuple(second))),
        subtitle=name,
        facts=((name, name),),
        computed=1583366400,
        failures=((name, name),),
    )
