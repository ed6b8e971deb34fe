"""Remember the keys of the entries of earlier versions, so that a lost key is noticed."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import migrations


def add_canaries(apps: Any, schema_editor: Any) -> None:
    """Entries do not say which of these keys they were hashed with, so all of them are needed from now on."""
    if not apps.get_model("candidates", "DoNotCall").objects.exists():
        return
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        canary = hmac.new(key.encode(), b"do-not-call canary", hashlib.sha256).hexdigest()
        apps.get_model("candidates", "DoNotCallKey").objects.get_or_create(canary=canary)


class Migration(migrations.Migration):
    dependencies = [("candidates", "0005_do_not_call_kinds")]

    operations = [migrations.RunPython(add_canaries, migrations.RunPython.noop)]
