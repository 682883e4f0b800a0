"""Tables in and out, and what is said of bad ones."""

from __future__ import annotations

import numpy as np
import pytest

from negotiate.errors import CaseError, FileFormatError, InputError, TooLargeError
from negotiate.spatial import tables
from negotiate.spatial.positions import Scale, model

EXCHANGE = """#A;x;X;
#A;y;Y;
#P;toll;height of the toll
#M;toll;0.5;low
#M;toll;7;high
#/;a remark
#D;x;toll;3;0.7;1.0
#D;y;toll;0.5;0.5;0.5
"""


def same(a, b):
    assert a.parties == b.parties and a.issue_names == b.issue_names
    for name in ("position", "salience", "capability", "has"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    assert [(i.low, i.high) for i in a.issues] == [(i.low, i.high) for i in b.issues]


@pytest.mark.parametrize("cut", ["\t", ";", ","])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_exchange_format_in_any_dress(cut, quote):
    text = "\n".join(
        cut.join(f"{quote}{cell}{quote}" for cell in row.split(";"))
        for row in EXCHANGE.splitlines()
    )
    found = tables.loads(text)
    scale = found.issues[0]
    assert (float(scale.low), float(scale.high)) == (0.5, 7)
    assert scale.title == "height of the toll" and scale.levels[0][1] == "low"
    assert float(found.salience[0, 0]) == 0.7 and found.is_exact
    same(found, tables.loads(text.replace("\n", "\r\n")))


def test_the_shared_tables(shared):
    paris = tables.read(shared / "spatial/cop21.tsv")
    assert (len(paris.parties), len(paris.issues), int(paris.has.sum())) == (15, 13, 181)
    copenhagen = tables.read(shared / "spatial/copenhagen.tsv")
    assert (len(copenhagen.parties), len(copenhagen.issues)) == (11, 7)
    for m in (paris, copenhagen):
        same(m, tables.loads(tables.dumps(m)))
        same(m, tables.loads(tables.dumps(m, format="exchange")))


def test_written_files_read_back(tmp_path):
    m = model(
        {"a, b": {"p": "0.25"}, 'c "d"': {"p": 3}},
        scales=[Scale("p", 0, 4, outcome=1)],
        salience="0.3",
        capability="7.5",
    )
    for name in ("t.csv", "t.tsv"):
        tables.write(m, tmp_path / name)
        same(m, tables.read(tmp_path / name))
    assert tables.read(tmp_path / "t.csv").issues[0].outcome == 1


def test_ktab_format():
    text = (
        "Demo,two parties,2,2,\nActor,Description,Power,Reform,Sal,Speed,Sal,\n"
        "A,first,100,30,40,10,20,\nB,second,50,90,80,100,10,\n"
    )
    found = tables.loads(text)
    assert found.issue_names == ("Reform", "Speed") and found.title == "Demo"
    assert [[float(x) for x in row] for row in found.salience] == [[0.4, 0.2], [0.8, 0.1]]
    assert "percentages" in found.notes[0]
    with pytest.raises(CaseError, match="3 parties are announced and 2 follow"):
        tables.loads(text.replace(",2,2,", ",3,2,"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("#D;x;toll;3;", "#D;x;toll;3,5;"), "position of x on toll is '3,5'"),
        (("#D;x;toll;3;", "#D;x;toll;3,5;"), "write a point, not a comma"),
        (("#D;x;toll;3;", "#D;z;toll;3;"), ":7: there is no party 'z'"),
        (("#D;x;toll;3;", "#D;x;tool;3;"), "there is no issue 'tool'"),
        (("#D;x;toll;3;", "#D;x;toll;9;"), "position of x on toll is 9; allowed: 0.5 to 7"),
        (("#D;x;toll;3;", "#D;x;toll;nan;"), "position of x on toll is 'nan'"),
        (("#D;x;toll;3;", "#D;x;toll;1e300;"), "decimals of ordinary size"),
        (("#D;x;toll;3;", "#D;x;toll;1e99999999999;"), "position of x on toll"),
        (("0.7;1.0", "0.7"), "#D has 4 entries; allowed: at least 5"),
        (("0.7;1.0", "0.7;-1"), "capability of x on toll is -1"),
        (("#A;y;Y;", "#A;x;Y;"), "a second party 'x'"),
        (("#/;a remark", "#Q;a remark"), "row begins with '#Q'"),
        (("#M;toll;7;high\n", ""), "issue toll has one level"),
        (("#D;y;toll;0.5;", "#D;x;toll;0.5;"), "a second position of x on toll"),
    ],
)
def test_bad_rows(change, says):
    with pytest.raises((CaseError, InputError)) as caught:
        tables.loads(EXCHANGE.replace(*change), path="toll.csv")
    assert says in str(caught.value)


def test_all_findings_of_a_table_come_together():
    text = EXCHANGE.replace("3;0.7", "x;0.7").replace("0.5;0.5;0.5", "0.5;0.5;y")
    with pytest.raises(CaseError) as caught:
        tables.loads(text, path="toll.csv")
    assert "2 errors" in str(caught.value)
    text = EXCHANGE.replace("3;0.7;1.0", "9;0.7;-1").replace("#D;y", "#D;z")
    with pytest.raises(CaseError) as wide:
        tables.loads(text, path="toll.csv")
    assert "3 errors" in str(wide.value) and "toll.csv:7: position of x" in str(wide.value)
    assert "toll.csv:7" in str(caught.value) and "toll.csv:8" in str(caught.value)


def test_not_a_table(tmp_path):
    with pytest.raises(FileFormatError, match="no column of party, position"):
        tables.loads("one,two\n1,2\n")
    with pytest.raises(FileFormatError, match="empty"):
        tables.loads("\n\n")
    with pytest.raises(FileFormatError, match="NUL"):
        tables.loads("a\x00b")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"party,position\n\xff\xfe")
    with pytest.raises(FileFormatError, match="UTF-8"):
        tables.read(bad)
    with pytest.raises(InputError, match="no such file"):
        tables.read(tmp_path / "none.csv")
    with pytest.raises(TooLargeError, match="200,0"):
        tables.loads("party,position,salience,capability\n" * 200_002)


def test_conflicting_ends_of_a_scale():
    text = "party,issue,position,salience,power,low,high\na,p,1,1,1,0,5\nb,p,2,1,1,0,6\n"
    with pytest.raises(CaseError, match="high of p was 5 before"):
        tables.loads(text)
