"""Print the API's OpenAPI document, without a server and without a database."""

from __future__ import annotations

import json
import sys
from typing import cast

from treadle.api.app import create_app
from treadle.api.config import ApiConfig
from treadle.engine.engine import WorkflowEngine

app = create_app(cast(WorkflowEngine, None), ApiConfig())
json.dump(app.openapi(), sys.stdout, sort_keys=True, indent=1)
