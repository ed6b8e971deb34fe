"""Files that a form keeps until it is saved, so that no error makes the user choose them again."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.signing import BadSignature, TimestampSigner
from django.db import models
from django.utils import timezone

from candidates.models.candidate import delete_on_commit, private_storage
from screener.models import BaseModel

UPLOADS_KEPT = timedelta(hours=12)
UPLOAD_FOLDER = "uploads"
MAX_NAME_LENGTH = 200


def _upload_path(upload: "KeptUpload", filename: str) -> str:
    """A generated name without a suffix: the file is only ever read by the program."""
    return f"{UPLOAD_FOLDER}/{uuid.uuid4().hex}"


class KeptUploadQuerySet(models.QuerySet["KeptUpload"]):
    def expired(self) -> Self:
        return self.filter(created_at__lt=timezone.now() - UPLOADS_KEPT)

    def keep_file(self, file: "File[Any]", *, user_id: Any) -> "KeptUpload":
        """Store a file that was validated. Only this user can use it."""
        upload = KeptUpload(user_id=user_id, name=str(file.name)[-MAX_NAME_LENGTH:], size=file.size)
        file.seek(0)
        upload.file.save("", file, save=False)
        upload.save()
        return upload

    def find_upload(self, handle: str, *, user_id: Any) -> "KeptUpload | None":
        """Return the upload of this handle, unless it is forged, expired, used or of another user."""
        try:
            upload_id = _signer().unsign(handle, max_age=UPLOADS_KEPT)
        except BadSignature:
            return None
        return self.filter(pk=upload_id, user=user_id).first()


class KeptUpload(BaseModel):
    """A file in private storage that belongs to a form which is not saved yet."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_uploads")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    size = models.PositiveIntegerField()
    file = models.FileField(storage=private_storage, upload_to=_upload_path, max_length=100)

    objects = models.Manager.from_queryset(KeptUploadQuerySet)()

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """The signed id, which a form holds in place of the file."""
        return _signer().sign(str(self.pk))

    def read_file(self) -> "ContentFile[bytes]":
        """The content, with the name that the file had."""
        with self.file.open("rb") as file:
            return ContentFile(file.read(), self.name)

    def discard(self) -> None:
        """Delete the row, and the file when that is committed."""
        self.delete()
        delete_on_commit(self.file.name)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="candidates.kept_upload")
