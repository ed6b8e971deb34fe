"""The way of an answer: each task of it, with the steps that it runs one after another."""

from typing import Any

from interviews.answers import audio, transcription
from interviews.scoring import assessment, result
from interviews.task_handles import ASSESS, CONCLUDE, DELETE_AT_CARRIER, FETCH_AUDIO, TRANSCRIBE
from screener.background.queue import RowTaskHandle
from screener.background.steps import Step

PIPELINE: dict[RowTaskHandle, tuple[Step[Any, Any, Any], ...]] = {
    FETCH_AUDIO: (audio.FETCH_STEP, transcription.TRANSCRIBE_STEP, assessment.ASSESS_STEP),
    TRANSCRIBE: (transcription.TRANSCRIBE_STEP, assessment.ASSESS_STEP),
    ASSESS: (assessment.ASSESS_STEP,),
    CONCLUDE: (result.CONCLUDE_STEP,),
    DELETE_AT_CARRIER: (audio.DELETE_STEP,),
}
