"""The cache of synthesised prompts: each text is synthesised, and paid for, once in each voice."""

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

SYNTHESIZE = RowTaskHandle("screener.speak", queue="rest", argument="line_id")
RETRY_LATER = timedelta(hours=1)
"""After a permanent error, or transient ones for most of a day."""
AUDIO_PATH_LASTS = timedelta(days=2)
FOLDER = "speech"
FILE_SUFFIXES = {MP3: "mp3", WAV: "wav"}

_signer = Signer(salt="screener.spoken")


def prompt_key(text: str, language: str) -> str:
    """The cache key of a text in the configured voice."""
    parts = (text, language, settings.VOICE_MODEL, settings.VOICE_NAME)
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def request_audio(texts: Iterable[str], language: str, *, job_id: UUID) -> None:
    """Have the worker synthesise the texts that are not in the cache. This job bears the costs."""
    if not configured_synthesizer():
        return
    by_key = {prompt_key(text, language): text for text in texts}
    cached = set(SpokenLine.objects.filter(key__in=by_key).values_list("key", flat=True))
    voice = {"language": language, "model": settings.VOICE_MODEL, "voice": settings.VOICE_NAME}
    lines = [SpokenLine(key=key, text=by_key[key], job_id=job_id, **voice) for key in by_key if key not in cached]
    with transaction.atomic():
        SpokenLine.objects.bulk_create(lines, ignore_conflicts=True)
        for line in lines:
            SYNTHESIZE.defer(line.pk)


def _prompts_to_synthesize() -> LeasableQuerySet[SpokenLine]:
    return SpokenLine.objects.unsynthesised() if configured_synthesizer() else SpokenLine.objects.none()


def _synthesize(lease: Lease[SpokenLine]) -> str:
    """Stores the audio of a prompt. Returns the name of its file."""
    line = SpokenLine.objects.get(pk=lease.pk)
    audio = metered_synthesis(line.text, line.language, job_id=line.job_id)
    name = f"{FOLDER}/{uuid4().hex}.{FILE_SUFFIXES[audio.content_type]}"
    return str(line.file.storage.save(name, ContentFile(audio.data)))


def _save_file(line: SpokenLine, name: str) -> None:
    line.release(file=name, error="")


def _retry_later(line: SpokenLine, error: ServiceError) -> None:
    """Prompts are never given up."""
    line.release(error=str(error), retry_at=timezone.now() + RETRY_LATER)


def _delete_file(name: str) -> None:
    storages["private"].delete(name)


SYNTHESIZE_STEP = Step(
    ready=_prompts_to_synthesize,
    work=_synthesize,
    lock=row_lock(SpokenLine.objects.all()),
    save=_save_file,
    give_up=_retry_later,
    discard=_delete_file,
    error_field="error",
)


def delete_lost_prompts() -> int:
    """Delete the rows whose file is gone from the storage. Returns their number.

    Until such a prompt is requested again, the carrier's voice says it.
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


def audio_paths(texts: Iterable[str], language: str) -> dict[str, str]:
    """The paths of the audio, by text. Texts without audio are omitted. One query; none without a synthesizer."""
    texts = {prompt_key(text, language): text for text in texts} if configured_synthesizer() else {}
    if not texts:
        return {}
    keys = SpokenLine.objects.filter(key__in=texts).exclude(file="").values_list("key", flat=True)
    return {texts[key]: audio_path(key) for key in keys}


def audio_path(key: str) -> str:
    """A signed path that opens the audio of this prompt for two days. Cacheable, as it is the same all day."""
    return reverse("speech", args=[_signer.sign(f"{key}.{timezone.now().toordinal()}")])


def find_prompt(token: str) -> SpokenLine | None:
    """The prompt that a signed path opens. None where the signature is invalid or has expired."""
    with suppress(BadSignature):
        key, day = _signer.unsign(token).split(".")
        if int(day) + AUDIO_PATH_LASTS.days > timezone.now().toordinal():
            return SpokenLine.objects.filter(key=key).exclude(file="").first()
    return None
