from typing import Any

from django.db import migrations, models


def price_the_offline_rules(apps: Any, schema_editor: Any) -> None:
    """They were recorded like models that are paid for. They cost nothing, which is not the same as an unknown cost."""
    apps.get_model("screener", "ModelCall").objects.filter(model="offline-rules").update(cost=0)


class Migration(migrations.Migration):
    dependencies = [("screener", "0002_model_notices")]

    operations = [
        migrations.AddField("modelcall", "audio_seconds", models.FloatField(blank=True, null=True)),
        migrations.AddField(
            "modelcall",
            "tokens_cached",
            models.PositiveIntegerField(blank=True, help_text="Of those in, read from the cache", null=True),
        ),
        migrations.AddField(
            "modelcall",
            "tokens_to_cache",
            models.PositiveIntegerField(blank=True, help_text="Of those in, put into the cache", null=True),
        ),
        migrations.RunPython(price_the_offline_rules, migrations.RunPython.noop, elidable=True),
    ]
