"""A document with every kind of block, each text hostile if asked."""

from __future__ import annotations

from negotiate.display import figures
from negotiate.report._blocks import (
    Block,
    Bullets,
    Callout,
    Cite,
    Code,
    Definitions,
    Document,
    Emph,
    Figure,
    Heading,
    Link,
    Math,
    Mono,
    Paragraph,
    Ref,
    Reference,
    References,
    Section,
    Strong,
    Table,
    TeX,
    Text,
    Under,
    tex_text,
)

EVIL = (
    "<script>alert(1)</script> <!-- ]]> &amp; \"q\" 'a' `code` *b* _c_ ~~d~~ | $x$ $$y$$ "
    "#set page(width: 1pt) #panic() @ref <label> \\ // /* [l](javascript:x) ![i](http://x) "
    "{{ 7*7 }} {% raw %} \u202eabc\u202c \x07\x1b[31m \ud800 https://evil.example www.evil.example "
    "1. x هيئة 中文 \U0001f600"
)


def document(name: str = "a name") -> Document:
    """Every block once or twice, with ``name`` wherever a text may stand."""
    drawing = figures.tornado([name, "b"], [0, 1], [2, 1.5], 1, quantity=name)
    rich: Text = (
        name, " ", Emph(name), Strong((name, Under(name))), Mono(name), TeX(tex_text(name), name),
        Cite("s1", "s2", place=name), Ref("t"), Ref("t", name), Ref("lost"), Cite("lost"),
        Link(name, "https://example.org/a?b=c&d=<e>"), Link(name, "javascript:alert(1)"),
    )  # fmt: skip
    first: list[Block] = [
        Heading(rich, 2, key="h"),
        Heading(name, 3),
        Paragraph(rich),
        Paragraph(name),
        Math(r"\max_{x\in S}\prod_i (u_i(x)-d_i)", name, key="m"),
        Math(r"\frac{1}{", name),
        Math(tex_text(name) + "^2", name),
        Math(name, name),
        Table([name, rich], [[name, rich], [1, 0.5], [name, "–"]], rich, key="t", units=["", name],
              strong=frozenset([1]), rules=frozenset([1]), note=rich),
        Table([name], [], name),
        Figure(drawing, name, rich, key="f"),
        Figure(drawing, name, name),
    ]  # fmt: skip
    second: list[Block] = [
        Bullets([name, rich]),
        Bullets([name, rich], ordered=True),
        Callout((Paragraph(rich), Bullets([name])), kind="finding", title=name),
        Callout((Paragraph(name),), kind="error"),
        Code(f"{name}\n```\n  {name}\n", name),
        Definitions([(name, rich), (rich, name)]),
        References([Reference("s1", rich, "https://example.org/x_(y)"), Reference("s2", name),
                    Reference(name, name, "javascript:alert(1)")]),
    ]  # fmt: skip
    return Document(
        name,
        (Section("one", name, tuple(first)), Section("two", name, tuple(second))),
        subtitle=name,
        facts=((name, name),),
        computed=1583366400,
        failures=((name, name),),
    )
