"""The page: nothing runs, nothing is fetched, every text is literal, every link lands."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.drawing.text import clean
from negotiate.errors import InputError
from negotiate.report import blocks as b
from negotiate.report.writers import figures as _figures
from negotiate.report.writers.html import html
from negotiate.report.writers.math import mathml
from negotiate.report.writers.numbering import number
from tests.report.sample import EVIL, document


class Reader(HTMLParser):
    """Tags, attributes, and the text of paragraphs."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.stack: list[str] = []
        self.paragraphs: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "p":
            self.paragraphs.append("")

    def handle_data(self, data: str) -> None:
        if self.paragraphs:
            self.paragraphs[-1] += data


def test_hostile_text_makes_no_element_and_no_link() -> None:
    reader = Reader(html(document(EVIL)))
    assert not reader.tags & {"script", "iframe", "img", "object", "embed", "link", "form", "base"}
    for tag, name, value in reader.attributes:
        assert not name.startswith("on"), (tag, name)
        if name == "href":
            assert value.startswith(("#", "https://example.org/")), value
        assert name not in ("src", "srcset", "action", "formaction", "xlink:href")


def test_the_page_fetches_nothing() -> None:
    page = html(document())
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    assert "url(" not in style and "@import" not in style
    assert "default-src 'none'" in page


def test_links_inside_the_page_land_and_identifiers_are_unique() -> None:
    for name in ("a name", EVIL):
        reader = Reader(html(document(name)))
        ids = [value for _, attribute, value in reader.attributes if attribute == "id"]
        targets = {v[1:] for t, a, v in reader.attributes if a == "href" and v.startswith("#")}
        assert len(ids) == len(set(ids))
        assert targets <= set(ids) and len(targets) >= 7


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_paragraph_reads_as_it_was_written(text: str) -> None:
    page = html(b.Document("t", (b.Section("s", "s", (b.Paragraph(text),)),)))
    assert clean(text) in [words.rstrip("\n") for words in Reader(page).paragraphs]


def test_tables_are_numbered_captioned_and_headed() -> None:
    page = html(document())
    assert re.search(r"<figcaption><b>Table 1\.</b>", page)
    assert '<th scope="col"' in page and '<th scope="row"' in page


def test_unknown_references_stay_words_and_are_reported() -> None:
    assert number(document()).lost == ("reference 'lost'", "source 'lost'")
    assert 'href="#lost"' not in html(document())


def test_numbers_follow_the_order_of_appearance() -> None:
    index = number(document())
    assert index.keys["t"].label == "Table\u00a01" and index.keys["f"].label == "Figure\u00a01"
    assert index.keys["m"].label == "Equation\u00a01" and index.keys["h"].number == "1.1"
    assert [index.sources[key].number for key in ("s1", "s2")] == ["1", "2"]


def test_formulas_keep_their_text_and_lose_what_acts() -> None:
    assert "&lt;script&gt;" in (mathml(r"\text{<script>x</script>}", "", display=True) or "")
    assert "javascript" not in (mathml(r"\href{javascript:x}{y}", "", display=True) or "")
    assert mathml(r"\frac{1}{", "", display=True) is None
    made = mathml(b.tex_text("S_4 {a} 50 % & #1 <b>"), "", display=False)
    assert made is not None and "<mtext>S_4 {a} 50 % &amp; #1 &lt;b&gt;</mtext>" in made.replace(
        "\xa0", " "
    )


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_name_in_a_formula_is_that_name(name: str) -> None:
    made = mathml("x_{" + b.tex_text(name) + "}", "", display=True)
    lookalike = str.maketrans({"\\": "\u2216", "^": "\u02c6", "~": "\u223c"})
    assert made is not None
    text = "".join(re.findall(r"<mtext>(.*?)</mtext>", made))
    shown = Reader(f"<p>{text}</p>").paragraphs[0]
    assert shown.split() == clean(name).translate(lookalike).split()


def test_foreign_svg_is_cleaned_and_its_names_made_its_own() -> None:
    foreign = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'width="72pt" height="36pt" viewBox="0 0 72 36" onload="x()"><script>x()</script>'
        '<defs><clipPath id="p1"><rect width="1" height="1"/></clipPath></defs>'
        '<g clip-path="url(#p1)" style="fill:url(http://x)"><use xlink:href="#p1"/>'
        '<use xlink:href="http://evil/x.svg#a"/><foreignObject><p>x</p></foreignObject>'
        '<a href="javascript:x()"><text>t</text></a><image href="http://x"/></g></svg>'
    )
    made = _figures.inline(foreign, "figure-3-", "alt <b>")
    assert 'id="figure-3-p1"' in made and "url(#figure-3-p1)" in made
    assert 'href="#figure-3-p1"' in made and "alt &lt;b&gt;" in made
    for bad in ("script", "onload", "http://", "foreignObject", "javascript", "<image"):
        assert bad not in made
    assert _figures.size(foreign) == pytest.approx((96, 48))  # 72 pt are one inch, 96 px


def test_matplotlib_figures_pass() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    import io

    matplotlib.use("svg")
    from matplotlib.figure import Figure

    plot = Figure(figsize=(2, 1))
    plot.subplots().plot([0, 1], [0, 1])
    out = io.StringIO()
    plot.savefig(out, format="svg", metadata={"Date": None})
    made = _figures.inline(out.getvalue(), "f-", "a line")
    assert made.count("<path") > 3 and 'href="#f-' in made


@pytest.mark.parametrize("svg", ["<svg", "<html/>", '<!DOCTYPE s [<!ENTITY a "b">]><svg>&a;</svg>'])
def test_what_is_no_svg_is_refused(svg: str) -> None:
    with pytest.raises(InputError):
        _figures.inline(svg, "f-", "")


def test_tables_refuse_ragged_rows_and_wrong_columns() -> None:
    with pytest.raises(InputError, match="row 1 has 1 cells; allowed: 2 cells"):
        b.Table(["a", "b"], [["x"]], "c")
    with pytest.raises(InputError, match="align"):
        b.Table(["a", "b"], [], "c", align="lx")
    with pytest.raises(InputError, match="units"):
        b.Table(["a", "b"], [], "c", units=["x"])
    with pytest.raises(InputError, match="kind"):
        b.note("x", kind="shout")
