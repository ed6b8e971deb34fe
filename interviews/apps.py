from django.apps import AppConfig


class InterviewsConfig(AppConfig):
    name = "interviews"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
        from candidates.data_rights.parts import register_deleter, register_part
        from candidates.models import ErasedItem
        from interviews.calling import checks  # noqa: F401
        from interviews.conversation.languages import languages
        from interviews.data_rights.interview_part import InterviewPart, delete_recording_at_carrier
        from interviews.data_rights.personal_part import PersonalQuestionsPart
        from interviews.messages.sms import checks as sms_checks  # noqa: F401
        from interviews.reports.recent_events import recent_events
        from jobs.interview_languages import interview_languages
        from screener.metrics.figures import sources

        sources.append(recent_events)
        register_part(InterviewPart())
        register_part(PersonalQuestionsPart())
        register_deleter(ErasedItem.Kind.CARRIER_RECORDING, delete_recording_at_carrier)
        interview_languages.update(languages())
