"""`.env.example` and the settings name the same variables."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "screener/settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
PROCFILE = (ROOT / "Procfile").read_text()


def test_every_variable_that_is_read_is_explained() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS)) | set(re.findall(r"\$\{([A-Z_]+)", PROCFILE))
    assert read == set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
