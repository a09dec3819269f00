"""Fixtures of the door's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.door.deliveries import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty landing folder and lake."""
    return House(tmp_path)
