"""The functions of this app's tasks. Each is idempotent; the row shows the work that is left."""

from procrastinate.contrib.django import app

from candidates.data_rights.erasure import DELETE_ITEMS
from candidates.data_rights.import_rows import blank_old_refused_rows
from candidates.data_rights.item_deletion import DELETE_ITEMS_STEP
from candidates.data_rights.orphaned_files import delete_orphaned_files
from candidates.data_rights.uploads import delete_expired_uploads
from candidates.deletion import DELETE_FILES, delete_files
from candidates.importing.resumes import READ_ARCHIVE_STEP
from candidates.importing.step import READ_STEP, discard_old_uploads
from candidates.models import READ_ARCHIVE, READ_IMPORT, READ_RESUME
from candidates.resume import processing
from screener.background.sweeps import add_sweep, bind_steps, sweep_rows

READ_RESUME.bind(processing.read_resume)
DELETE_FILES.bind(delete_files)
sweep_rows(READ_RESUME, processing.unread_resumes, every=60)
bind_steps(DELETE_ITEMS, (DELETE_ITEMS_STEP,))
add_sweep("candidates.kept_uploads", delete_expired_uploads, every=600)
bind_steps(READ_IMPORT, (READ_STEP,))
bind_steps(READ_ARCHIVE, (READ_ARCHIVE_STEP,))
add_sweep("candidates.old_imports", discard_old_uploads, every=600)
add_sweep("candidates.old_refused_rows", blank_old_refused_rows, every=600)


@app.periodic(cron="35 2 * * *")
@app.task(name="candidates.delete_orphaned_files", queue="rest")
def delete_files_of_no_candidate(timestamp: int) -> None:
    """Delete each night the files whose candidate was never saved."""
    delete_orphaned_files()
