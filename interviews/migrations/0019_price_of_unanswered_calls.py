from django.db import migrations

UNANSWERED = ("busy", "no-answer", "failed", "canceled")


def price_unanswered_calls(apps, schema_editor):  # type: ignore[no-untyped-def]
    calls = apps.get_model("interviews", "Call").objects.filter(price__isnull=True)
    calls.filter(ended_at__isnull=False, status__in=UNANSWERED).update(price=0)


class Migration(migrations.Migration):
    """Uses the partial index `calls_without_price`. New calls get their price when they end."""

    dependencies = [("interviews", "0018_reword_help_texts")]

    operations = [migrations.RunPython(price_unanswered_calls, migrations.RunPython.noop, elidable=True)]
