"""The text of an answer that a candidate has begun to write."""

from django.db import models
from django.utils.translation import gettext

from interviews.models.response import InterviewResponse
from screener.encryption.fields import EncryptedTextField
from screener.models import BaseModel


class AnswerDraft(BaseModel):
    """A text that the candidate has not sent. It is shown to them alone, is no answer, and goes with its question."""

    response = models.OneToOneField(InterviewResponse, on_delete=models.CASCADE, related_name="draft")
    text = EncryptedTextField()

    def __str__(self) -> str:
        return gettext("Draft of question %(number)s") % {"number": self.response.position + 1}
