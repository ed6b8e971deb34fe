"""Django's PostgreSQL on the embedded server, which starts when a process first needs a connection.

In DATABASES, `HOST` is the folder of the server (see `screener.db.embedded`). There is no user, password or port.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import client

from screener.db import embedded
from screener.db.outage_backend import base


def _start(settings: dict[str, Any]) -> embedded.ConnectionInfo:
    try:
        return embedded.start(Path(settings["HOST"]))
    except embedded.EmbeddedError as error:
        raise OperationalError(str(error)) from None


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql that comes with the server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """The command line for the running server, which is started if need be."""
        info = _start(settings_dict)
        reached = {**settings_dict, "HOST": info.host, "PORT": info.port, "USER": info.user}
        arguments, environment = super().settings_to_cmd_args_env(reached, parameters)
        return [str(embedded.psql()), *arguments[1:]], environment


class DatabaseWrapper(base.DatabaseWrapper):
    """As `screener.db.outage_backend`, but for where the server is."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """As Django's, on a server that is running by now. Asked for each new connection, which heals the keeper."""
        info = _start(self.settings_dict)
        return {**super().get_connection_params(), "host": info.host, "port": info.port, "user": info.user}
