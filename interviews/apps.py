from django.apps import AppConfig


class InterviewsConfig(AppConfig):
    name = "interviews"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
        from interviews.calling import checks  # noqa: F401
        from interviews.conversation.languages import languages
        from jobs.interview_languages import interview_languages

        interview_languages.update(languages())
