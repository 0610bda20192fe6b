"""Print the API's OpenAPI document, without a server and without a database."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import cast

from treadle.api.app import create_app
from treadle.api.config import ApiConfig
from treadle.engine.engine import WorkflowEngine

NOTHING_STORED = cast(WorkflowEngine, SimpleNamespace(store=SimpleNamespace(tokens=None)))

app = create_app(NOTHING_STORED, ApiConfig())
json.dump(app.openapi(), sys.stdout, sort_keys=True, indent=1)
