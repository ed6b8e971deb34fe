from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0060_calendar_files")]

    operations = [
        migrations.AlterField(
            model_name="candidatemessage",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_mail_server", "No mail server is configured"),
                    ("no_address", "The candidate has no e-mail address"),
                    ("do_not_contact", "The candidate is on the do-not-call list"),
                    ("erased", "The candidate's data was erased"),
                    ("invitation_closed", "The invitation was revoked, or has expired"),
                    ("interview_over", "The interview is over"),
                    ("not_needed", "No longer needed"),
                    ("replaced", "Another message took its place"),
                    ("outdated", "The decision has changed"),
                    ("address_bounced", "Mails to this address do not arrive"),
                    ("address_complained", "The candidate reported a mail as unwanted, or unsubscribed"),
                    ("unsubscribed", "The candidate unsubscribed"),
                    ("refused", "The candidate's mail server refused the mail"),
                    ("undelivered", "The mail could not be delivered. Another one may arrive"),
                    ("given_up", "The mail server did not take the mail for hours"),
                    ("limit", "The interview has had as many messages as allowed"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="candidatemessage",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Waits to be sent"),
                    ("sent", "Sent"),
                    ("deferred", "Sent, and delayed on its way"),
                    ("delivered", "Delivered"),
                    ("rejected", "Not delivered"),
                    ("bounced", "Did not arrive"),
                    ("complained", "Unwanted"),
                    ("not_sent", "Not sent"),
                    ("failed", "Failed"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        AddIndexConcurrently(
            model_name="candidatemessage",
            index=models.Index(
                condition=Q(
                    ("kind", "invitation"),
                    Q(
                        ("status__in", ("rejected", "bounced", "complained", "failed")),
                        Q(("problem__in", ("address_bounced", "address_complained")), ("status", "not_sent")),
                        _connector="OR",
                    ),
                ),
                fields=["interview"],
                name="undelivered_invitations",
            ),
        ),
    ]
