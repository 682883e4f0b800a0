"""Data sets of others, read where they are: the folder `NEGOTIATE_SHARED`, else skipped."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("formulaic")


@pytest.fixture
def shared() -> Callable[[str], str]:
    folder = Path(os.environ.get("NEGOTIATE_SHARED", Path(__file__).parents[3] / "shared"))

    def find(name: str) -> str:
        path = folder / "estimation" / name
        if not path.is_file():
            pytest.skip(f"{name} is not here")
        return str(path)

    return find
