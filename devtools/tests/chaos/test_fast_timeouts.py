from importlib import import_module

import pytest

from devtools.chaos.fast_timeouts_worker import SHORT_TIMEOUTS


@pytest.mark.parametrize("path", SHORT_TIMEOUTS)
def test_timeout_is_shortened(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert SHORT_TIMEOUTS[path] < getattr(import_module(module), name)
