"""A PostgreSQL server that needs no setup, on one machine: `start_server(var)` runs it until this process ends.

A server's files are in one folder, its home: `var/postgres`. PostgreSQL refuses to run as root. Started by root, it
runs as the user nobody, with its home under /var/lib/screener if that user cannot enter `var`. The mode of existing
folders is never changed.

File locks alone decide who starts and stops the server. The kernel releases them however a process ends:

    users.lock   shared by every process that uses the server and by its forked children, as long as they live
    keeper.lock  held by the supervisor: a detached process that starts the server, restarts it when it dies, and stops
                 it once it gets `users.lock` exclusively, because then the last user has left
    server.lock  inherited by each process that works on the data (initdb, postgres and its children): a server that
                 outlives its supervisor is adopted, and without a holder of this lock a pid file is stale
    start.lock   held while a supervisor is being started, so that simultaneous users start only one

Versions that run at the same time must agree on these names. Linux and macOS only. On Windows, and for more than one
machine, set DATABASE_URL.
"""

from screener.db.embedded.binaries import psql_path
from screener.db.embedded.clients import start_server
from screener.db.embedded.data_dir import ConnectionInfo, EmbeddedError

__all__ = ["ConnectionInfo", "EmbeddedError", "psql_path", "start_server"]
