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

from screener.background.leases import Lease, row_lock
from screener.background.queue import RowTaskHandle
from screener.background.steps import Step
from screener.costs.metering import metered_synthesis
from screener.models import LeasableQuerySet, SpokenLine
from screener.services.errors import ServiceError
from screener.services.speech_synthesis.protocol import MP3, WAV
from screener.services.speech_synthesis.selection import configured_synthesizer

log = logging.getLogger(__name__)

SPEAK = RowTaskHandle("screener.speak", queue="rest", argument="line_id")
RETRY_LATER = timedelta(hours=1)
"""After a permanent error, or transient ones for most of a day."""
ADDRESS_LASTS = timedelta(days=2)
FOLDER = "speech"
SUFFIX = {MP3: "mp3", WAV: "wav"}

_signer = Signer(salt="screener.spoken")


def key_of(text: str, language: str) -> str:
    """The same for the same sentence in the same voice."""
    parts = (text, language, settings.VOICE_MODEL, settings.VOICE_NAME)
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def want(texts: Iterable[str], language: str, *, job_id: UUID) -> None:
    """Have the worker speak those that nobody has spoken yet, at the expense of this job."""
    if not configured_synthesizer():
        return
    wanted = {key_of(text, language): text for text in texts}
    known = set(SpokenLine.objects.filter(key__in=wanted).values_list("key", flat=True))
    made_by = {"language": language, "model": settings.VOICE_MODEL, "voice": settings.VOICE_NAME, "job_id": job_id}
    lines = [SpokenLine(key=key, text=text, **made_by) for key, text in wanted.items() if key not in known]
    with transaction.atomic():
        SpokenLine.objects.bulk_create(lines, ignore_conflicts=True)
        for line in lines:
            SPEAK.defer(line.pk)


def _unspoken() -> LeasableQuerySet[SpokenLine]:
    return SpokenLine.objects.unsynthesised() if configured_synthesizer() else SpokenLine.objects.none()


def _synthesize(lease: Lease[SpokenLine]) -> str:
    """Writes the audio of a prompt into our storage. Returns its name there."""
    line = SpokenLine.objects.get(pk=lease.pk)
    audio = metered_synthesis(line.text, job_id=line.job_id)
    name = f"{FOLDER}/{uuid4().hex}.{SUFFIX[audio.content_type]}"
    return str(line.file.storage.save(name, ContentFile(audio.data)))


def _save_file(line: SpokenLine, name: str) -> None:
    line.release(file=name, error="")


def _retry_later(line: SpokenLine, error: ServiceError) -> None:
    """Prompts are never given up."""
    line.release(error=str(error), retry_at=timezone.now() + RETRY_LATER)


def _delete_file(name: str) -> None:
    storages["private"].delete(name)


SYNTHESIZE_STEP = Step(
    ready=_unspoken,
    work=_synthesize,
    lock=row_lock(SpokenLine.objects.all()),
    save=_save_file,
    give_up=_retry_later,
    discard=_delete_file,
    error_field="error",
)


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
    texts = {key_of(text, language): text for text in texts} if configured_synthesizer() else {}
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
