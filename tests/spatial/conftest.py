"""Shared material of tests: the folder of reference cases, skipped where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DEFAULT = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("NEGOTIATE_SHARED", DEFAULT))
    if not (folder / "spatial").is_dir():
        pytest.skip("the folder of reference cases is not here (NEGOTIATE_SHARED)")
    return folder
