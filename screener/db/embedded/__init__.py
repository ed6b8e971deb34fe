"""PostgreSQL that needs no setting up, on one machine: `start(var)`, and a server runs until this process ends.

All of it lies in one folder, the *place*: `var/postgres`. PostgreSQL refuses to run as root, so root has `nobody` run
it, in a place under /var/lib/screener if that user cannot get into `var`; no existing folder's mode is changed.

Who starts and who stops the server follows from file locks alone, which the kernel releases however a process ends:

    users.lock   shared by every process that uses the server, and by its forked children, for as long as they live
    keeper.lock  the keeper's: a detached process that starts the server, starts it again should it die, and stops it
                 when it gets `users.lock` for itself, because then the last user is gone
    server.lock  inherited by whatever works on the data (initdb, postgres and its children): a server that outlived
                 its keeper is seen and adopted, and a pid file that nobody holds this lock for is stale
    start.lock   held while a keeper is being started, so that a crowd of newcomers starts one

Linux and macOS only. On Windows, and for more than one machine, set DATABASE_URL.
"""

from screener.db.embedded.binaries import psql
from screener.db.embedded.clients import start
from screener.db.embedded.data_dir import ConnectionInfo, EmbeddedError

__all__ = ["ConnectionInfo", "EmbeddedError", "psql", "start"]
