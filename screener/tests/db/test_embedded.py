"""The embedded server through every accident of its processes. All processes here are real."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from screener.db.embedded import data_dir
from screener.db.embedded.binaries import executable_programs
from screener.db.embedded.cluster import accepts_connections
from screener.db.embedded.data_dir import ServerHome
from screener.db.embedded.supervisor import SUPERVISION_INTERVAL
from screener.db.embedded_backend.base import DatabaseWrapper
from tests.support.embedded_home import (
    NOBODY,
    PATIENCE,
    EmbeddedHome,
    give_to_nobody,
    install_copies,
    install_programs,
    new_embedded_home,
    python_environment,
    python_of_nobody,
    run_query,
    terminate_after,
    wait_until,
)

pytestmark = pytest.mark.slow
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can run processes as two users")


@pytest.fixture
def empty_home() -> Iterator[EmbeddedHome]:
    with new_embedded_home() as home:
        yield home


@dataclass
class Crowd:
    """The result of five clients that start at once where an earlier start was interrupted."""

    home: EmbeddedHome
    hosts: set[str]
    files: set[str]
    log: str


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with new_embedded_home() as home:
        unfinished = home.var / "postgres" / "data.new"
        unfinished.mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18\n")
        clients = [home.start_client() for _ in range(5)]
        hosts = {client.read_line() for client in clients}
        files = {path.name for path in home.server_home.iterdir()}
        yield Crowd(home, hosts, files, (home.server_home / "log").read_text())


@pytest.fixture
def home(crowd: Crowd) -> Iterator[EmbeddedHome]:
    """A home that has data, which saves most of the time, and no clients."""
    crowd.home.close()
    yield crowd.home
    crowd.home.close()


class TestSharing:
    def test_server_stops_after_last_client(self, home: EmbeddedHome) -> None:
        first, host = home.connect_client()
        second, same_host = home.connect_client()
        assert host == same_host == str(home.var / "postgres" / "socket")
        server = home.server_pid()
        first.exit()
        time.sleep(2 * SUPERVISION_INTERVAL)
        assert run_query(host, "SELECT pg_postmaster_start_time()")
        assert home.server_pid() == server
        run_query(host, "CREATE TABLE kept AS SELECT 'ÄÖ' AS word")
        second.kill()
        wait_until(home.is_stopped)
        assert run_query(home.connect_client()[1], "SELECT lower(word) FROM kept") == "äö"

    def test_simultaneous_clients_start_one_server(self, crowd: Crowd) -> None:
        assert crowd.hosts == {str(crowd.home.var / "postgres" / "socket")}
        assert crowd.log.count("LOG:  starting PostgreSQL") == 1
        assert "data" in crowd.files
        assert not crowd.files & {"log.old", "data.new"}

    def test_new_clients_connect_while_others_exit(self, home: EmbeddedHome) -> None:
        def connect_and_exit(_: int) -> None:
            for _ in range(3):
                client, host = home.connect_client()
                assert run_query(host, "SELECT 1") == 1
                client.exit()
                time.sleep(SUPERVISION_INTERVAL)

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(connect_and_exit, range(2)))

    def test_threads_and_forked_children_count_as_clients(self, home: EmbeddedHome) -> None:
        script = """
import os, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from screener.db import embedded
from screener.db.embedded import clients
var = Path(sys.argv[1])
with ThreadPoolExecutor(4) as threads:
    infos = set(threads.map(embedded.start_server, [var] * 4))
assert len(infos) == len(clients._servers_in_use) == 1
if os.fork() == 0:
    assert embedded.start_server(var) in infos
    time.sleep(float(sys.argv[2]))
"""
        command = [sys.executable, "-c", script, str(home.var), str(3 * SUPERVISION_INTERVAL)]
        subprocess.run(command, env=python_environment(), check=True, timeout=PATIENCE)
        time.sleep(2 * SUPERVISION_INTERVAL)
        assert home.is_locked("server")
        wait_until(home.is_stopped)


class TestServer:
    def test_settings_are_applied(self, home: EmbeddedHome) -> None:
        _, host = home.connect_client()
        expected = {
            "fsync": "on",
            "listen_addresses": "",
            "max_connections": "200",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
        }
        assert {name: run_query(host, f"SHOW {name}") for name in expected} == expected
        assert run_query(host, "SELECT current_user", dbname="postgres") == "screener"
        assert run_query(host, "SELECT datlocale FROM pg_database WHERE datname = 'screener'") == "C.UTF-8"
        assert stat.S_IMODE(Path(host).stat().st_mode) == 0o700

    def test_environment_has_no_secrets(self, home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        home.connect_client()
        server_environment = Path(f"/proc/{home.server_pid()}/environ")
        if not server_environment.exists():
            pytest.skip("this system has no /proc")
        assert b"sk-secret" not in server_environment.read_bytes()

    def test_moved_folder_gets_short_socket_path(self, home: EmbeddedHome) -> None:
        far = EmbeddedHome(home.path / ("long" * 30))
        far.path.mkdir()
        home.var.rename(far.var)
        try:
            _, host = far.connect_client()
            assert Path(host).parent == data_dir.TEMPORARY_FOLDER
            assert stat.S_IMODE(Path(host).stat().st_mode) == 0o700
            assert run_query(host, "SELECT 1") == 1
        finally:
            far.close()
            far.var.rename(home.var)
        shutil.rmtree(host)


class TestAccounts:
    @needs_root
    def test_ordinary_user_runs_server(self, empty_home: EmbeddedHome) -> None:
        python = python_of_nobody()
        site = empty_home.path / "site"
        install_copies(site)
        give_to_nobody(empty_home.path)
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
        client, host = empty_home.connect_client(python=python, path=str(site), **account)
        assert run_query(host, "SELECT 1") == 1
        assert {path.stat().st_uid for path in empty_home.server_home.rglob("*")} == {NOBODY}
        client.exit()
        wait_until(empty_home.is_stopped)
        assert run_query(empty_home.connect_client()[1], "SELECT 1") == 1

    @needs_root
    def test_root_changes_no_folder_modes(self, empty_home: EmbeddedHome) -> None:
        """The server's user cannot enter the folder, so data and programs go elsewhere."""
        private = empty_home.path / "private"
        private.mkdir(mode=0o700)
        empty_home.var = private / "var"
        install_programs(private / "site", os.symlink)
        modes = {path: path.stat().st_mode for path in [empty_home.path, private, *private.rglob("*")]}
        _, host = empty_home.connect_client(path=str(private / "site"))
        assert run_query(host, "SELECT 1") == 1
        assert Path(host).is_relative_to(empty_home.system_folder)
        assert list(empty_home.server_home.glob("programs-*"))
        assert {path: path.stat().st_mode for path in modes} == modes
        assert {path.name for path in private.iterdir()} == {"site", "var"}
        private.chmod(0o755)
        _, same_host = empty_home.connect_client()
        assert same_host == host

    @needs_root
    def test_home_of_other_user_is_rejected(self, empty_home: EmbeddedHome) -> None:
        os.chown(empty_home.path, NOBODY, NOBODY)
        (empty_home.var / "postgres").mkdir(parents=True)
        os.chown(empty_home.var / "postgres", 1, 1)
        message = empty_home.start_client().read_line()
        assert message.startswith(f"refused: {empty_home.var / 'postgres'} belongs to user ")


class TestFailures:
    def test_killed_supervisor_is_replaced(self, home: EmbeddedHome) -> None:
        client, host = home.connect_client()
        server = home.server_pid()
        os.kill(home.supervisor_pid(), signal.SIGKILL)
        wait_until(lambda: not home.is_locked("keeper"))
        assert run_query(host, "SELECT 1") == 1
        assert client.start_again() == host
        assert home.is_locked("keeper")
        assert home.server_pid() == server
        client.exit()
        wait_until(home.is_stopped)

    def test_supervisor_ignores_signals(self, home: EmbeddedHome) -> None:
        """It survives Ctrl-C in a client's terminal and a service manager that signals all processes."""
        client, _ = home.connect_client()
        supervisor = home.supervisor_pid()
        assert os.getsid(supervisor) not in (os.getsid(0), os.getsid(client.process.pid))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(supervisor, number)
        time.sleep(2 * SUPERVISION_INTERVAL)
        assert home.supervisor_pid() == supervisor
        client.exit()
        wait_until(home.is_stopped)

    def test_orphaned_server_is_adopted(self, home: EmbeddedHome) -> None:
        client, _ = home.connect_client()
        server = home.server_pid()
        os.kill(home.supervisor_pid(), signal.SIGKILL)
        client.kill()
        time.sleep(2 * SUPERVISION_INTERVAL)
        client, host = home.connect_client()
        assert (home.server_pid(), run_query(host, "SELECT 1")) == (server, 1)
        client.exit()
        wait_until(home.is_stopped)

    def test_killed_server_is_restarted(self, home: EmbeddedHome) -> None:
        _, host = home.connect_client()
        run_query(host, "CREATE TABLE numbers AS SELECT 7 AS number")
        server = home.server_pid()
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: (home.server_home / "data" / "postmaster.pid").exists() and home.server_pid() != server)
        wait_until(lambda: accepts_connections(ServerHome.owned_by(home.server_home)))
        assert run_query(host, "SELECT number FROM numbers") == 7

    def test_stale_pid_files_are_ignored(self, home: EmbeddedHome) -> None:
        client, _ = home.connect_client()
        server, supervisor = home.server_pid(), home.supervisor_pid()
        stale_files = [home.server_home / "data" / "postmaster.pid", home.server_home / "socket" / ".s.PGSQL.5432.lock"]
        for process in (supervisor, server, client.process.pid):
            os.kill(process, signal.SIGKILL)
        wait_until(home.is_stopped)
        with terminate_after(ServerHome.owned_by(home.server_home).spawn_program("sleep", "60")) as other:
            for path in stale_files:
                path.write_text(path.read_text().replace(str(server), str(other.pid), 1))
            _, host = home.connect_client()
            assert run_query(host, "SELECT 1") == 1
            assert other.poll() is None

    def test_other_major_version_is_rejected(self, empty_home: EmbeddedHome) -> None:
        version = empty_home.var / "postgres" / "data" / "PG_VERSION"
        version.parent.mkdir(parents=True)
        version.write_text("14\n")
        message = empty_home.start_client().read_line()
        assert message.startswith("refused: ")
        assert str(version.parent) in message
        assert "PostgreSQL 14" in message
        assert {path.name for path in empty_home.server_home.rglob("*")} == {"data", "PG_VERSION"}

    def test_failed_start_reports_log(self, home: EmbeddedHome) -> None:
        configuration = home.server_home / "data" / "postgresql.conf"
        good = configuration.read_text()
        configuration.write_text("nonsense = 1\n")
        try:
            output, _ = home.start_client().process.communicate(timeout=PATIENCE)
        finally:
            configuration.write_text(good)
        assert output.startswith("refused: ")
        assert str(home.server_home) in output
        assert 'configuration parameter "nonsense"' in output
        assert home.is_stopped()

    def test_manually_started_server_blocks_start(self, home: EmbeddedHome) -> None:
        """PostgreSQL's shared memory protects the data even without a pid file."""
        server_home = ServerHome.owned_by(home.server_home)
        pid_file = server_home.data_folder / "postmaster.pid"
        postgres = executable_programs(server_home) / "postgres"
        with terminate_after(
            server_home.spawn_program(postgres, "-D", server_home.data_folder, "-h", "", "-k", server_home.data_folder)
        ) as server:
            wait_until(lambda: pid_file.exists() and "ready" in pid_file.read_text())
            output, _ = home.start_client().process.communicate(timeout=PATIENCE)
            assert "pre-existing shared memory block" in output
            assert server.poll() is None


DJANGO = """
import sys
import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django.utils import connector_params
settings.configure(DATABASES={"default": {
    "ENGINE": "screener.db.embedded_backend", "NAME": "screener", "HOST": sys.argv[1],
    "OPTIONS": {"pool": {"min_size": 1, "max_size": 2}}, "CONN_HEALTH_CHECKS": True,
}})
django.setup()
assert connection.vendor == "postgresql"
with connection.cursor() as cursor:
    cursor.execute("SELECT current_database()")
    assert cursor.fetchone() == ("screener",)
connection.close()
connection.close_pool()
params = connector_params()
assert (params["dbname"], params["user"], params["host"]) == ("screener", "screener", sys.argv[1] + "/postgres/socket")
name = connection.creation.create_test_db(verbosity=0)
assert connector_params()["dbname"] == name == "test_screener"
connection.creation.destroy_test_db("screener", verbosity=0)
call_command("dbshell", "--", "-c", "SELECT 'by ' || 'psql'")
"""


class TestBackend:
    def test_django_and_procrastinate_connect(self, home: EmbeddedHome) -> None:
        command = [sys.executable, "-W", "error", "-c", DJANGO, str(home.var)]
        result = subprocess.run(command, env=python_environment(), capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == 0, result.stderr
        assert "by psql" in result.stdout

    def test_embedded_error_is_operational_error(self, empty_home: EmbeddedHome) -> None:
        version = empty_home.var / "postgres" / "data" / "PG_VERSION"
        version.parent.mkdir(parents=True)
        version.write_text("14\n")
        settings = {**connection.settings_dict, "HOST": str(empty_home.var)}
        with pytest.raises(OperationalError, match=r"^The data in "):
            DatabaseWrapper(settings).connect()
