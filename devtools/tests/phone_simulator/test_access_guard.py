"""The files of the phone page, and the rules for who may use it."""

import re

import pytest
import requests

from devtools.phone_simulator.callees.personas import PERSONAS
from devtools.tests.phone_simulator.rig import open_rig


def test_page_files_are_served() -> None:
    with open_rig("") as rig:
        index = requests.get(rig.url, timeout=5)
        files = re.findall(r'(?:src|href)="(/page/[^"]+)"', index.text)
        assert len(files) == 3
        for file in files:
            assert requests.get(rig.url + file, timeout=5).status_code == 200
        assert requests.get(rig.url + "/page/../views.py", timeout=5).status_code == 404


def test_page_has_strict_csp() -> None:
    with open_rig("") as rig:
        policy = requests.get(rig.url, timeout=5).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_personas_are_listed() -> None:
    with open_rig("") as rig:
        personas = requests.get(rig.url + "/simulator/personas", timeout=5).json()["personas"]
    assert [persona["digits"] for persona in personas] == [*PERSONAS, "99"]
    assert all(persona["name"] and persona["description"] for persona in personas)
    assert len({persona["description"] for persona in personas}) == len(personas)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Origin": "own", "Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "elsewhere.example"}, 403),
        ({"Host": "127.0.0.1.elsewhere.example:80"}, 403),
        ({"Host": "a:b:c"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": "[::1]:8091"}, 204),
        ({"Host": "localhost"}, 204),
    ],
)
def test_cross_site_writes_are_rejected(headers: dict[str, str], status: int) -> None:
    with open_rig("") as rig:
        if headers.get("Origin") == "own":
            headers = headers | {"Origin": rig.url}
        url = rig.url + "/simulator/answering"
        assert requests.put(url, data={"on": "true"}, headers=headers, timeout=5).status_code == status
        assert rig.simulator.network.human_answers_all is (status == 204)


@pytest.mark.parametrize("path", ["/", "/page/main.js", "/simulator/calls", "/simulator/stream"])
def test_rebound_host_names_are_rejected(path: str) -> None:
    with open_rig("") as rig:
        response = requests.get(rig.url + path, headers={"Host": "elsewhere.example"}, timeout=5)
    assert response.status_code == 403


def test_unknown_paths_return_404() -> None:
    with open_rig("") as rig:
        assert requests.get(rig.url + "/nowhere", timeout=5).status_code == 404
        assert requests.post(rig.url + "/simulator/calls/CA1/pick-up", timeout=5).status_code == 404
        assert requests.post(rig.url + "/simulator/calls/CA1/sing", timeout=5).status_code == 404
