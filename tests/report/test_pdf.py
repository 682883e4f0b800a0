"""PDF: every text survives Typst, the file is tagged, and two runs give the same bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.drawing.text import clean
from negotiate.errors import MissingExtraError
from negotiate.report import blocks as b
from negotiate.report.writers.math import string, typst_math
from negotiate.report.writers.pdf import pdf, typst_source
from tests.report.sample import EVIL, document

typst = pytest.importorskip("typst")


def test_two_runs_give_the_same_bytes() -> None:
    assert pdf(document()) == pdf(document())


def test_the_file_is_tagged_dated_and_claims_the_accessible_profile() -> None:
    made = pdf(document())
    assert made.startswith(b"%PDF-1.7") and b"/MarkInfo" in made
    assert b"D:20200305" in made
    assert b"pdfuaid" in made


def test_hostile_text_is_set_and_not_obeyed() -> None:
    made = pdf(document(EVIL))
    assert made.startswith(b"%PDF")
    source, _ = typst_source(document(EVIL))
    assert "\u202e" not in source


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_a_string_literal_is_that_string(text: str) -> None:
    shown = clean(text)
    answer = typst.eval(b"", string(shown), format="json", ignore_system_fonts=True)
    assert json.loads(answer) == shown


@given(st.text(alphabet=st.sampled_from("ab#$\\\"*_`<>@[](){};:/~=-+.,'| \n1é中"), max_size=24))
@settings(max_examples=25, deadline=None)
def test_any_text_anywhere_compiles_to_its_words(text: str) -> None:
    blocks = (
        b.Paragraph((text, b.Strong(text), text)),
        b.Bullets([text]),
        b.Code(text),
        b.Table([text], [[text]], text),
        b.Definitions([(text, text)]),
        b.Math(b.tex_text(text), text),
    )
    source, _ = typst_source(b.Document(text, (b.Section("s", text, blocks),)))
    inputs = {
        "main.typ": source.encode()
        + b"\n#metadata([#"
        + string(clean(text)).encode()
        + b"; x]) <m>",
        "paper.typ": (Path(b.__file__).parent / "writers" / "paper.typ").read_bytes(),
    }
    found = json.loads(typst.query(inputs, "<m>", ignore_system_fonts=True))
    body = found[0]["value"]
    parts = body.get("children", [body])
    assert "".join(part.get("text", " ") for part in parts) == clean(text) + " x"


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"\frac{a}{b}", "frac(a, b)"),
        (r"\sqrt{x}", "sqrt(x)"),
        (r"\mathrm{base}_i", 'upright("base")'),
        (r"\ln x", 'op("ln") x'),
        (r"a < b", r"a \< b"),
        (r"\max_{x}", 'limits(op("max"))'),
    ],
)
def test_formulas_in_typst(tex: str, wanted: str) -> None:
    assert wanted in (typst_math(tex, display=True) or "")


@pytest.mark.parametrize(
    "tex",
    [
        r"\sum_{k=1}^{K} w_{ik} v_{ik}(x_k)", r"f=\begin{cases}1&x>0\\0&\text{else}\end{cases}",
        r"\left(\frac ab\right)^2", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\binom{n}{k}",
        r"\left\{ a \right.", r"\underbrace{a+b}_{c}", r"\hat x\bar y\tilde z\vec w",
        r"\begin{aligned}a&=b\\c&=d\end{aligned}", r"\{a,b\};[c)", r"\arg\max_x f",
        r"a\,b\;c\quad d",
        r"\int_0^\infty e^{-rt}\,dt", r"\mathbb{R}\mathcal{F}\mathbf{x}", r"\sqrt[3]{x}", "''\"",
    ],
)  # fmt: skip
def test_formulas_compile(tex: str) -> None:
    made = typst_math(tex, display=True)
    assert made is not None
    typst.compile(
        {"main.typ": f"$ {made} $".encode()},
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=False),
    )


def test_a_wide_table_turns_the_page_and_a_narrow_one_does_not() -> None:
    def source(columns: int) -> str:
        table = b.Table(["h"] * columns, [["0.12, 0.34"] * columns], "c", align="r" * columns)
        return typst_source(b.Document("t", (b.Section("s", "s", (table,)),)))[0]

    assert "flipped: true" in source(18) and "flipped: true" not in source(5)


def test_without_typst_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtraError, match=r"negotiate-toolkit\[pdf\]"):
        pdf(document())
