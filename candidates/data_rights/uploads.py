"""Deletes files that a form kept and that were not used."""

from django.utils import timezone

from candidates.data_rights.private_files import delete_file, stored_files, was_stored_before
from candidates.models import KeptUpload
from candidates.models.kept_upload import UPLOAD_FOLDER, UPLOADS_KEPT


def delete_expired_uploads() -> None:
    """Delete expired uploads, and files without a row: their user was deleted, or a process died between both."""
    for upload in KeptUpload.objects.expired():
        upload.discard()
    expired_at = timezone.now() - UPLOADS_KEPT
    for name in list(stored_files(UPLOAD_FOLDER)):
        if was_stored_before(name, expired_at) and not KeptUpload.objects.filter(file=name).exists():
            delete_file(name)
