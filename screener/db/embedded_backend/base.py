"""Database backend for the embedded server, which starts when a process first opens a connection.

In DATABASES, `HOST` is the folder that holds the server's home (see `screener.db.embedded`). User, password and port
are not set.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import client

from screener.db import embedded
from screener.db.outage_backend import base


def _start_server(settings: dict[str, Any]) -> embedded.ConnectionInfo:
    try:
        return embedded.start_server(Path(settings["HOST"]))
    except embedded.EmbeddedError as error:
        raise OperationalError(str(error)) from None


class DatabaseClient(client.DatabaseClient):
    """Runs `manage.py dbshell` with the psql that comes with the server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Start the server if necessary, and return the command line for it."""
        info = _start_server(settings_dict)
        server_settings = {**settings_dict, "HOST": info.host, "PORT": info.port, "USER": info.user}
        arguments, environment = super().settings_to_cmd_args_env(server_settings, parameters)
        return [str(embedded.psql_path()), *arguments[1:]], environment


class DatabaseWrapper(base.DatabaseWrapper):
    """The wrapper of `screener.db.outage_backend`, connected to the embedded server."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Start the server if necessary. Called for each new connection, so that a lost supervisor is replaced."""
        info = _start_server(self.settings_dict)
        return {**super().get_connection_params(), "host": info.host, "port": info.port, "user": info.user}
