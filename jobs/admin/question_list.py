"""The questions of a question set, with their warnings and their sound, as HTML."""

from django.template.loader import render_to_string

from jobs.models import QuestionSet, TemplateUse
from screener.tts import prompt_cache


def render_questions(question_set: QuestionSet | None) -> str | None:
    if question_set is None:
        return None
    audio_paths = prompt_cache.audio_paths(
        [question.text for question in question_set.questions], question_set.language
    )
    warnings = {warning.position: warning for warning in question_set.warnings}
    question_rows = [
        (question, audio_paths.get(question.text), warnings.get(position))
        for position, question in enumerate(question_set.questions)
    ]
    use = TemplateUse.objects.filter(question_set=question_set).select_related("version__template").first()
    context = {"set": question_set, "rows": question_rows, "use": use}
    return render_to_string("admin/jobs/questions.html", context)
