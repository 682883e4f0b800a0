"""Markdown: read back by an independent parser, each text is what was written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.drawing.text import clean
from negotiate.report import blocks as b
from negotiate.report.writers.markdown import markdown
from tests.report.sample import EVIL, document

markdown_it = pytest.importorskip("markdown_it")


def parse(text: str) -> list[Any]:
    return list(markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text))


def one(*blocks: b.Block) -> list[Any]:
    text, _ = markdown(b.Document("t", (b.Section("s", "s", blocks),)), "x")
    tokens = parse(text)
    start = [i for i, token in enumerate(tokens) if token.type == "heading_close"][1]
    end = [i for i, token in enumerate(tokens) if token.type == "hr"][-1]
    return tokens[start + 1 : end]


def words(token: Any) -> str:
    """The text of an inline token that holds nothing but text."""
    assert all(child.type in ("text", "text_special") for child in token.children), token.children
    return "".join(child.content for child in token.children)


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=150, deadline=None)
def test_a_paragraph_reads_as_it_was_written(text: str) -> None:
    tokens = one(b.Paragraph(text))
    wanted = clean(text).strip()
    if not wanted:
        return
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    # blanks beyond ASCII at the ends are trimmed by the format itself
    assert words(tokens[1]).strip() == wanted


@given(
    st.text(
        alphabet=st.sampled_from("a1.)-+*_#>|`~=[]()<!&\\:;$ {}^@\"'/"), min_size=1, max_size=20
    )
)
@settings(max_examples=300, deadline=None)
def test_syntax_is_only_text(text: str) -> None:
    tokens = one(b.Paragraph(text), b.Bullets([text]))
    wanted = clean(text).strip()
    if not wanted:
        return
    inline = [token for token in tokens if token.type == "inline"]
    assert [words(token) for token in inline] == [wanted, wanted]


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_table_cells_read_as_they_were_written(cells: list[str]) -> None:
    tokens = one(b.Table(["a", "b"], [cells], "c.", align="lr"))
    inline = [token for token in tokens if token.type == "inline"]
    assert [words(token).strip() for token in inline[-2:]] == [clean(c).strip() for c in cells]


def test_hostile_text_makes_no_element_no_link_and_no_picture() -> None:
    text, files = markdown(document(EVIL), "r_figures")
    for token in parse(text):
        for child in [token, *(token.children or [])]:
            if child.type in ("html_inline", "html_block"):
                assert re.fullmatch(
                    r'\s*(<a id="[a-z0-9-]+">(</a>)?|</?(em|strong|ins|code|a)>)+\s*', child.content
                ), child.content
            for name in ("href", "src"):
                target = child.attrs.get(name, "")
                assert target.startswith(("#", "https://example.org/", "r_figures/")) or not target
    assert set(files) == {"figure-1.svg", "figure-2.svg"}
    assert not set(text) & set("\x07\u202e")


def test_code_with_fences_stays_code() -> None:
    tokens = one(b.Code("a\n````\n<b>\n", "toml"))
    assert [(t.type, t.content) for t in tokens] == [("fence", "a\n````\n<b>\n")]


def test_emphasis_is_read_as_emphasis() -> None:
    tokens = one(b.Paragraph(("x", b.Strong("bold"), "y", b.Emph(" (odd) "), "z")))
    types = [child.type for child in tokens[1].children]
    assert "strong_open" in types and "<em>" in [c.content for c in tokens[1].children]


def test_links_inside_the_text_land() -> None:
    text, _ = markdown(document(), "x")
    anchors = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
