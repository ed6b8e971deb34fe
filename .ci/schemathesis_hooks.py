"""Hooks for schemathesis, beside schemathesis.toml."""

from typing import Any

import schemathesis

# The URL or a header is too long for the web server, so the request never reached the API.
REJECTED_BY_WEB_SERVER = {414, 431}


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    return response.status_code not in REJECTED_BY_WEB_SERVER
