"""Periodic tasks that synthesise prompts ahead of time."""

from procrastinate.contrib.django import app

from webhooks.twilio import prompt_prerendering


@app.periodic(cron="* * * * * */10")
@app.task(name="webhooks.speak_new", queue="rest")
def speak_new(timestamp: int) -> None:
    prompt_prerendering.request_recent_prompts()


@app.periodic(cron="7 * * * *")
@app.task(name="webhooks.speak_all", queue="rest")
def speak_all(timestamp: int) -> None:
    prompt_prerendering.request_all_prompts()


@app.periodic(cron="*/5 * * * *")
@app.task(name="webhooks.speak_lost", queue="rest")
def speak_lost(timestamp: int) -> None:
    prompt_prerendering.request_lost_prompts()
