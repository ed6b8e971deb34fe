import pytest


@pytest.fixture(autouse=True)
def wording_changes(other_wording: None) -> None:
    """All tests of calling run with other labels and sentences, because calling must not depend on them."""
