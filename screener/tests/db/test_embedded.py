"""The embedded server under everything that can happen to its processes. All of them here are real."""

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
from screener.db.embedded.binaries import programs_for
from screener.db.embedded.cluster import answers
from screener.db.embedded.data_dir import Place
from screener.db.embedded.supervisor import POLL
from screener.db.embedded_backend.base import DatabaseWrapper
from tests.support.embedded_home import (
    NOBODY,
    PATIENCE,
    Home,
    environment,
    give_to_nobody,
    install_copies,
    install_programs,
    interrupted,
    new_home,
    nobodys_python,
    query,
    until,
)

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can be two users")


@pytest.fixture
def empty_home() -> Iterator[Home]:
    with new_home() as home:
        yield home


@dataclass
class Crowd:
    """What five users at once found where somebody had been interrupted while making the data."""

    home: Home
    hosts: set[str]
    files: set[str]
    log: str


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with new_home() as home:
        half_made = home.var / "postgres" / "data.new"
        half_made.mkdir(parents=True)
        (half_made / "PG_VERSION").write_text("18\n")
        users = [home.enter() for _ in range(5)]
        hosts = {user.line() for user in users}
        yield Crowd(home, hosts, {path.name for path in home.place.iterdir()}, (home.place / "log").read_text())


@pytest.fixture
def home(crowd: Crowd) -> Iterator[Home]:
    """With data from earlier, which saves most of the time, and nobody in it."""
    crowd.home.close()
    yield crowd.home
    crowd.home.close()


class TestTogether:
    def test_users_share_a_server_until_the_last_has_left(self, home: Home) -> None:
        first, host = home.joined()
        second, same_host = home.joined()
        assert host == same_host == str(home.var / "postgres" / "socket")
        server = home.server()
        first.leave()
        time.sleep(2 * POLL)
        assert query(host, "SELECT pg_postmaster_start_time()")
        assert home.server() == server
        query(host, "CREATE TABLE kept AS SELECT 'ÄÖ' AS word")
        second.kill()
        until(home.is_empty)
        assert query(home.joined()[1], "SELECT lower(word) FROM kept") == "äö"

    def test_a_crowd_of_newcomers_makes_one_server_whatever_an_interrupted_one_left(self, crowd: Crowd) -> None:
        assert crowd.hosts == {str(crowd.home.var / "postgres" / "socket")}
        assert crowd.log.count("LOG:  starting PostgreSQL") == 1
        assert "data" in crowd.files
        assert not crowd.files & {"log.old", "data.new"}

    def test_newcomers_find_a_server_while_others_leave(self, home: Home) -> None:
        def come_and_go(_: int) -> None:
            for _ in range(3):
                user, host = home.joined()
                assert query(host, "SELECT 1") == 1
                user.leave()
                time.sleep(POLL)

        with ThreadPoolExecutor(2) as crowd:
            list(crowd.map(come_and_go, range(2)))

    def test_threads_and_forked_children_are_users_too(self, home: Home) -> None:
        script = """
import os, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from screener.db import embedded
from screener.db.embedded import clients as users
var = Path(sys.argv[1])
with ThreadPoolExecutor(4) as threads:
    infos = set(threads.map(embedded.start, [var] * 4))
assert len(infos) == len(users._uses) == 1
if os.fork() == 0:
    assert embedded.start(var) in infos
    time.sleep(float(sys.argv[2]))
"""
        command = [sys.executable, "-c", script, str(home.var), str(3 * POLL)]
        subprocess.run(command, env=environment(), check=True, timeout=PATIENCE)
        time.sleep(2 * POLL)
        assert home.is_held("server"), "the parent's end ended it"
        until(home.is_empty)


class TestServer:
    def test_is_set_up_as_promised(self, home: Home) -> None:
        _, host = home.joined()
        expected = {
            "fsync": "on",
            "listen_addresses": "",
            "max_connections": "200",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
        }
        assert {name: query(host, f"SHOW {name}") for name in expected} == expected
        assert query(host, "SELECT current_user", dbname="postgres") == "screener"
        assert query(host, "SELECT datlocale FROM pg_database WHERE datname = 'screener'") == "C.UTF-8"
        assert stat.S_IMODE(Path(host).stat().st_mode) == 0o700

    def test_is_shown_none_of_our_secrets(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        home.joined()
        shown = Path(f"/proc/{home.server()}/environ")
        if not shown.exists():
            pytest.skip("no /proc here")
        assert b"sk-secret" not in shown.read_bytes()

    def test_moves_with_its_folder_and_has_a_short_socket_path_wherever_that_is(self, home: Home) -> None:
        far = Home(home.path / ("long" * 30))
        far.path.mkdir()
        home.var.rename(far.var)
        try:
            _, host = far.joined()
            assert Path(host).parent == data_dir.TEMPORARY
            assert stat.S_IMODE(Path(host).stat().st_mode) == 0o700
            assert query(host, "SELECT 1") == 1
        finally:
            far.close()
            far.var.rename(home.var)
        shutil.rmtree(host)


class TestAccounts:
    @needs_root
    def test_an_ordinary_user_runs_it_themselves(self, empty_home: Home) -> None:
        python = nobodys_python()
        site = empty_home.path / "site"
        install_copies(site)
        give_to_nobody(empty_home.path)
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
        user, host = empty_home.joined(python=python, path=str(site), **account)
        assert query(host, "SELECT 1") == 1
        assert {path.stat().st_uid for path in empty_home.place.rglob("*")} == {NOBODY}
        user.leave()
        until(empty_home.is_empty)
        assert query(empty_home.joined()[1], "SELECT 1") == 1, "and root has the same server after them"

    @needs_root
    def test_root_leaves_a_private_folder_private(self, empty_home: Home) -> None:
        """Neither the data nor the programs can be where the server's user cannot go."""
        private = empty_home.path / "private"
        private.mkdir(mode=0o700)
        empty_home.var = private / "var"
        install_programs(private / "site", os.symlink)
        modes = {path: path.stat().st_mode for path in [empty_home.path, private, *private.rglob("*")]}
        _, host = empty_home.joined(path=str(private / "site"))
        assert query(host, "SELECT 1") == 1
        assert Path(host).is_relative_to(empty_home.system_home)
        assert list(empty_home.place.glob("programs-*"))
        assert {path: path.stat().st_mode for path in modes} == modes
        assert {path.name for path in private.iterdir()} == {"site", "var"}
        private.chmod(0o755)
        _, same_host = empty_home.joined()
        assert same_host == host, "data is found where it is, though var can be entered by now"

    @needs_root
    def test_a_place_of_somebody_else_is_refused(self, empty_home: Home) -> None:
        os.chown(empty_home.path, NOBODY, NOBODY)
        (empty_home.var / "postgres").mkdir(parents=True)
        os.chown(empty_home.var / "postgres", 1, 1)
        message = empty_home.enter().line()
        assert message.startswith(f"refused: {empty_home.var / 'postgres'} belongs to user ")


class TestAccidents:
    def test_a_killed_keeper_is_replaced_and_its_server_adopted(self, home: Home) -> None:
        user, host = home.joined()
        server = home.server()
        os.kill(home.keeper(), signal.SIGKILL)
        until(lambda: not home.is_held("keeper"))
        assert query(host, "SELECT 1") == 1
        assert user.start_again() == host
        assert home.is_held("keeper")
        assert home.server() == server
        user.leave()
        until(home.is_empty)

    def test_only_its_users_can_end_a_keeper(self, home: Home) -> None:
        """Not Ctrl-C in their terminal, nor a service manager that tells every process to end at once."""
        user, _ = home.joined()
        keeper = home.keeper()
        assert os.getsid(keeper) not in (os.getsid(0), os.getsid(user.process.pid))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(keeper, number)
        time.sleep(2 * POLL)
        assert home.keeper() == keeper
        user.leave()
        until(home.is_empty)

    def test_a_server_without_users_or_keeper_is_adopted(self, home: Home) -> None:
        user, _ = home.joined()
        server = home.server()
        os.kill(home.keeper(), signal.SIGKILL)
        user.kill()
        time.sleep(2 * POLL)
        newcomer, host = home.joined()
        assert (home.server(), query(host, "SELECT 1")) == (server, 1)
        newcomer.leave()
        until(home.is_empty)

    def test_a_killed_server_comes_back_with_what_was_committed(self, home: Home) -> None:
        _, host = home.joined()
        query(host, "CREATE TABLE numbers AS SELECT 7 AS number")
        server = home.server()
        os.kill(server, signal.SIGKILL)
        until(lambda: (home.place / "data" / "postmaster.pid").exists() and home.server() != server)
        until(lambda: answers(Place.at(home.place)))
        assert query(host, "SELECT number FROM numbers") == 7

    def test_pid_files_of_a_power_cut_are_stale_though_the_number_is_taken(self, home: Home) -> None:
        user, _ = home.joined()
        server, keeper = home.server(), home.keeper()
        left = [home.place / "data" / "postmaster.pid", home.place / "socket" / ".s.PGSQL.5432.lock"]
        for process in (keeper, server, user.process.pid):
            os.kill(process, signal.SIGKILL)
        until(home.is_empty)
        with interrupted(Place.at(home.place).spawn("sleep", "60")) as other:
            for path in left:
                path.write_text(path.read_text().replace(str(server), str(other.pid), 1))
            _, host = home.joined()
            assert query(host, "SELECT 1") == 1
            assert other.poll() is None

    def test_data_of_another_major_version_is_refused(self, empty_home: Home) -> None:
        version = empty_home.var / "postgres" / "data" / "PG_VERSION"
        version.parent.mkdir(parents=True)
        version.write_text("14\n")
        message = empty_home.enter().line()
        assert message.startswith(f"refused: The data in {version.parent} was made by PostgreSQL 14, and ")
        assert {path.name for path in empty_home.place.rglob("*")} == {"data", "PG_VERSION"}

    def test_a_server_that_cannot_start_says_why(self, home: Home) -> None:
        configuration = home.place / "data" / "postgresql.conf"
        good = configuration.read_text()
        configuration.write_text("nonsense = 1\n")
        try:
            output, _ = home.enter().process.communicate(timeout=PATIENCE)
        finally:
            configuration.write_text(good)
        assert output.startswith(f"refused: PostgreSQL in {home.place} does not start. The end of ")
        assert 'unrecognized configuration parameter "nonsense"' in output
        assert home.is_empty()

    def test_a_server_that_somebody_started_by_hand_is_not_doubled(self, home: Home) -> None:
        """PostgreSQL's own second guard, its shared memory, holds although the pid file is taken away."""
        place = Place.at(home.place)
        pid_file = place.data / "postmaster.pid"
        postgres = programs_for(place) / "postgres"
        with interrupted(place.spawn(postgres, "-D", place.data, "-h", "", "-k", place.data)) as by_hand:
            until(lambda: pid_file.exists() and "ready" in pid_file.read_text())
            output, _ = home.enter().process.communicate(timeout=PATIENCE)
            assert "pre-existing shared memory block" in output
            assert by_hand.poll() is None


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
    def test_serves_django_its_pool_its_test_runner_procrastinate_and_dbshell(self, home: Home) -> None:
        command = [sys.executable, "-W", "error", "-c", DJANGO, str(home.var)]
        result = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == 0, result.stderr
        assert "by psql" in result.stdout

    def test_a_refusal_is_an_operational_error(self, empty_home: Home) -> None:
        version = empty_home.var / "postgres" / "data" / "PG_VERSION"
        version.parent.mkdir(parents=True)
        version.write_text("14\n")
        settings = {**connection.settings_dict, "HOST": str(empty_home.var)}
        with pytest.raises(OperationalError, match=r"^The data in "):
            DatabaseWrapper(settings).connect()
