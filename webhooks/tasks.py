"""Periodic tasks that synthesise prompts ahead of time, and the tasks that send events to other systems."""

from procrastinate.contrib.django import app

from screener.background.sweeps import add_sweep, bind_steps, sweep_rows
from webhooks import prompt_prerendering
from webhooks.archiving import archive_old_webhooks
from webhooks.models import DELIVER, NOTIFY_DISABLED
from webhooks.outgoing.delivering import deliver, subscriptions_to_serve
from webhooks.outgoing.disabling_mail import NOTICE_STEP
from webhooks.outgoing.publishing import publish_events
from webhooks.outgoing.retention import delete_old_events

DELIVER.bind(deliver)
bind_steps(NOTIFY_DISABLED, (NOTICE_STEP,))
add_sweep("webhooks.publish", publish_events)
sweep_rows(DELIVER, subscriptions_to_serve)


@app.periodic(cron="11 3 * * *")
@app.task(name="webhooks.archive_old", queue="rest")
def archive_webhooks(timestamp: int) -> None:
    archive_old_webhooks()


@app.periodic(cron="37 4 * * *")
@app.task(name="webhooks.delete_old_events", queue="rest")
def delete_events(timestamp: int) -> None:
    delete_old_events()


@app.periodic(cron="* * * * * */10")
@app.task(name="webhooks.speak_new", queue="rest")
def request_recent_prompts(timestamp: int) -> None:
    prompt_prerendering.request_recent_prompts()


@app.periodic(cron="7 * * * *")
@app.task(name="webhooks.speak_all", queue="rest")
def request_all_prompts(timestamp: int) -> None:
    prompt_prerendering.request_all_prompts()


@app.periodic(cron="*/5 * * * *")
@app.task(name="webhooks.speak_lost", queue="rest")
def request_lost_prompts(timestamp: int) -> None:
    prompt_prerendering.request_lost_prompts()
