"""A house with one worker for each pattern, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine_house import House, open_house


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened
