"""The script of a job's interviews without a candidate, for prompts that do not depend on the candidate."""

from collections.abc import Callable

from interviews.conversation import engine
from interviews.conversation.script import Question, Script, prompt_texts
from interviews.models.eligibility.answer import as_spoken
from interviews.reception.employer import employer_of
from jobs.models import QuestionSet
from screener.judge import JudgeKind, configured_judge


def anonymous_script(question_set: QuestionSet, *, clean: Callable[[str], str] = str) -> Script:
    """Return a script with these questions and without a candidate's name. `clean`: applied to texts of users."""
    return Script(
        candidate_name="",
        job_title=clean(question_set.job.title_to_say),
        employer=employer_of(question_set.job),
        judged_by_person=configured_judge() is JudgeKind.PERSON,
        language=question_set.language,
        questions=tuple(
            Question(clean(question.text), question.max_seconds, clean(question.competency))
            for question in question_set.questions
        ),
        remaining=len(question_set.questions),
        eligibility=[as_spoken(question, position) for position, question in enumerate(question_set.eligibility)],
    )


def usual_course(question_set: QuestionSet) -> list[str]:
    """The prompts of a usual call after the greeting by name: disclosure, eligibility questions, questions, goodbye.

    Raises EmployerUnknown.
    """
    script = anonymous_script(question_set)
    prompts: list[engine.Prompt] = [engine.AskConsent()]
    for position in range(len(script.eligibility)):
        requirement_lead = engine.EligibilityLead.NEXT if position else engine.EligibilityLead.FIRST
        prompts.append(engine.AskEligibility(position, requirement_lead))
    for position in range(len(script.questions)):
        prompts.append(engine.AskQuestion(position, engine.LeadIn.NEXT if position else engine.LeadIn.FIRST))
    prompts.append(engine.Goodbye(engine.Ending.FINISHED))
    return [text for prompt in prompts for text in prompt_texts(prompt, script)]
