"""``negotiate course schema -o FILE`` writes the file that the documentation keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from negotiate.cli import main

KEPT = Path(__file__).parents[2] / "docs" / "schema" / "exercise.schema.json"


def test_the_schema_is_written_as_it_is_kept(tmp_path: Path, capsys: Any) -> None:
    made = tmp_path / "exercise.schema.json"
    assert main(["course", "schema", "-o", str(made)]) == 0
    assert made.read_text(encoding="utf-8") == KEPT.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["course", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(made.read_text(encoding="utf-8"))
