"""Periodic tasks that synthesise prompts ahead of time."""

from procrastinate.contrib.django import app

from webhooks import prompt_prerendering


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
