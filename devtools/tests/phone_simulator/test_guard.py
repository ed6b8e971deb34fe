"""The phone page's files, and who may use it: a browser on this machine, and no other website open in it."""

import re

import pytest
import requests

from devtools.phone_simulator.callees.personas import PERSONAS
from devtools.tests.phone_simulator.test_stage import stage


def test_the_page_is_served_with_a_policy_against_anything_foreign():
    with stage("") as s:
        index = requests.get(s.simulator.url, timeout=5)
        files = re.findall(r'(?:src|href)="(/page/[^"]+)"', index.text)
        assert len(files) == 3
        for file in files:
            assert requests.get(s.simulator.url + file, timeout=5).status_code == 200
        assert requests.get(s.simulator.url + "/page/../rest.py", timeout=5).status_code == 404
    policy = index.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_personas_are_listed_with_their_digits():
    with stage("") as s:
        personas = requests.get(s.simulator.url + "/simulator/personas", timeout=5).json()["personas"]
    assert [persona["digits"] for persona in personas] == [*PERSONAS, "99"]
    assert all(persona["name"] and persona["does"] for persona in personas)
    assert len({persona["does"] for persona in personas}) == len(personas)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Origin": "same", "Sec-Fetch-Site": "same-origin"}, 204),
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
def test_other_websites_can_do_nothing(headers, status):
    with stage("") as s:
        headers = {
            name: value.replace("same", s.simulator.url) if name == "Origin" else value
            for name, value in headers.items()
        }
        url = s.simulator.url + "/simulator/answering"
        assert requests.put(url, data={"on": "true"}, headers=headers, timeout=5).status_code == status
        assert s.simulator.network.answering is (status == 204)


def test_another_name_for_this_machine_reads_nothing():
    """Websites can have their own names resolve to a loopback address."""
    with stage("") as s:
        for path in ("/", "/page/main.js", "/simulator/calls", "/simulator/stream"):
            headers = {"Host": "elsewhere.example"}
            assert requests.get(s.simulator.url + path, headers=headers, timeout=5).status_code == 403


def test_what_does_not_exist_is_not_found():
    with stage("") as s:
        assert requests.get(s.simulator.url + "/nowhere", timeout=5).status_code == 404
        assert requests.post(s.simulator.url + "/simulator/calls/CA1/pick-up", timeout=5).status_code == 404
        assert requests.post(s.simulator.url + "/simulator/calls/CA1/sing", timeout=5).status_code == 404
