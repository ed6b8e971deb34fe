"""What schemathesis is told beside schemathesis.toml."""

from typing import Any

import schemathesis

# The address or a header is too long for the web server: no operation of the API has seen the request.
REFUSED_BEFORE_US = {414, 431}


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    return response.status_code not in REFUSED_BEFORE_US
