"""Sentences that are spoken ahead of time: each is made, and paid for, once, whoever says it and however often."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from screener.background.leases import claim_lease
from screener.background.queue import MAX_STEP_TRIES, RowTaskHandle, retry_delay
from screener.costs.metering import paid_speech
from screener.models import SpokenLine
from screener.services.errors import NotSent, PermanentError, ServiceError, TransientError
from screener.services.speech_synthesis import synthesizer

log = logging.getLogger(__name__)

SYNTHESIZE = RowTaskHandle("screener.speak", queue="rest", argument="line_id")
NOW_AND_THEN = timedelta(hours=1)
"""Until what only a person can change is tried again, or what has failed for most of a day. It is never given up."""
ADDRESS_LASTS = timedelta(days=2)
FOLDER = "speech"
SUFFIX = {synthesizer.MP3: "mp3", synthesizer.WAV: "wav"}

_signer = Signer(salt="screener.spoken")


def key_of(text: str, language: str) -> str:
    """The same for the same sentence in the same voice."""
    parts = (text, language, settings.VOICE_MODEL, settings.VOICE_NAME)
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def want(texts: Iterable[str], language: str, *, job_id: UUID) -> None:
    """Have the worker speak those that nobody has spoken yet, at the expense of this job."""
    if not synthesizer.is_on():
        return
    wanted = {key_of(text, language): text for text in texts}
    known = set(SpokenLine.objects.filter(key__in=wanted).values_list("key", flat=True))
    made_by = {"language": language, "model": settings.VOICE_MODEL, "voice": settings.VOICE_NAME, "job_id": job_id}
    lines = [SpokenLine(key=key, text=text, **made_by) for key, text in wanted.items() if key not in known]
    with transaction.atomic():
        SpokenLine.objects.bulk_create(lines, ignore_conflicts=True)
        for line in lines:
            SYNTHESIZE.defer(line.pk)


def speak(line_id: UUID) -> None:
    """Have a sentence spoken and put it away. Running it twice pays once."""
    with claim_lease(SpokenLine.objects.unspoken(), line_id) as token:
        if token:
            _speak(line_id, token)


def _speak(line_id: UUID, token: UUID) -> None:
    line = SpokenLine.objects.get(pk=line_id)
    try:
        audio = paid_speech(line.text, job_id=line.job_id)
    except NotSent as reason:
        SpokenLine.objects.postpone(line.pk, token, reason.wait, counts=False)
    except TransientError as error:
        tired = line.tries >= MAX_STEP_TRIES
        _try_again(line, token, error, NOW_AND_THEN if tired else retry_delay(line.tries, at_least=error.retry_after))
    except PermanentError as error:
        _try_again(line, token, error, NOW_AND_THEN)
    else:
        _put_away(line, token, audio)


def _try_again(line: SpokenLine, token: UUID, error: ServiceError, pause: timedelta) -> None:
    SpokenLine.objects.filter(pk=line.pk, lease=token).update(error=str(error))
    SpokenLine.objects.postpone(line.pk, token, pause)


def _put_away(line: SpokenLine, token: UUID, audio: bytes) -> None:
    name = f"{FOLDER}/{uuid4().hex}.{SUFFIX[synthesizer.content_type(audio)]}"
    name = line.file.storage.save(name, ContentFile(audio))
    done = {"file": name, "error": "", "lease": None, "lease_until": None, "retry_at": None, "tries": 0}
    if not SpokenLine.objects.filter(pk=line.pk, lease=token).update(updated_at=timezone.now(), **done):
        line.file.storage.delete(name)


def abandoned() -> list[UUID]:
    """Sentences that still have to be spoken and on which nobody is working."""
    if not synthesizer.is_on():
        return []
    return list(SpokenLine.objects.unspoken().abandoned().values_list("pk", flat=True)[:100])


def forget_lost_files() -> int:
    """Delete the rows whose file is gone from the storage, and return their number.

    Until a prompt is wanted and made again, the carrier's voice says it.
    """
    rows = dict(SpokenLine.objects.exclude(file="").values_list("pk", "file"))  # first: a file is older than its row
    stored = _stored_files() if rows else set()
    lost = [pk for pk, file in rows.items() if file not in stored]
    if lost:
        log.warning("speech synthesis: %d files are gone from the storage", len(lost))
        SpokenLine.objects.filter(pk__in=lost).delete()
    return len(lost)


def _stored_files() -> set[str]:
    try:
        _, names = storages["private"].listdir(FOLDER)
    except FileNotFoundError:
        return set()
    return {f"{FOLDER}/{name}" for name in names}


def addresses(texts: Iterable[str], language: str) -> dict[str, str]:
    """The paths of those of these texts that have been spoken, by text. One query; none without a voice."""
    texts = {key_of(text, language): text for text in texts} if synthesizer.is_on() else {}
    if not texts:
        return {}
    spoken = SpokenLine.objects.filter(key__in=texts).exclude(file="").values_list("key", flat=True)
    return {texts[key]: address(key) for key in spoken}


def address(key: str) -> str:
    """The same all day, so that whoever fetches it may keep it; it opens this one sentence, for two days."""
    return reverse("speech", args=[_signer.sign(f"{key}.{timezone.now().toordinal()}")])


def line_at(token: str) -> SpokenLine | None:
    """The sentence that this address opens, if it is one of ours and has not run out."""
    with suppress(BadSignature):
        key, day = _signer.unsign(token).split(".")
        if int(day) + ADDRESS_LASTS.days > timezone.now().toordinal():
            return SpokenLine.objects.filter(key=key).exclude(file="").first()
    return None
