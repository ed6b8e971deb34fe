"""Who is interviewed: candidates whose numbers pick their persona at the simulated phone network."""

from random import Random

from devtools.harness.deployment import House, eventually

AREAS = (415, 303, 206, 212, 312, 617, 404, 512, 602, 305, 213, 702)
PERSONAS = range(17)


def crowd(size: int, random: Random) -> list[str]:
    """Numbers of everybody that the network knows, most of them cooperative; the last and the first share a phone."""
    free = {persona: [f"+1{area}55501{persona:02}" for area in AREAS] for persona in PERSONAS}
    likely = [20 if persona in (0, 1, 2, 4, 5, 6) else 4 for persona in PERSONAS]
    numbers: list[str] = []
    while len(numbers) < size - 1:
        persona = random.choices(PERSONAS, likely)[0]
        if free[persona]:
            numbers.append(free[persona].pop())
    return [*numbers, numbers[0]]


def talkative(size: int) -> list[str]:
    """So many different numbers, behind each of which somebody answers at length."""
    return [f"+1415{2_000_050 + 100 * one}" for one in range(size)]


def a_job(house: House, **fields: object) -> str:
    """The id of an open job with approved questions. It takes a worker."""
    words = {
        "title": "Support engineer",
        "description": "Help customers by phone. Must know Linux and SQL.",
    }
    job: str = house.api("POST", "jobs/", {**words, **fields})["id"]
    house.api("POST", f"jobs/{job}/generate-questions/")
    eventually(lambda: house.api("GET", f"jobs/{job}/")["questions_status"] == "ready", 60, "the questions")
    house.api("POST", f"jobs/{job}/approve/")
    return job


def plan(house: House, job: str, numbers: list[str]) -> None:
    """An interview for whoever is behind each number, to be called at once."""
    for index, number in enumerate(numbers):
        words = {"full_name": f"Candidate {index}", "phone": number, "consent_to_call": True, "consent_source": "bench"}
        candidate = house.api("POST", "candidates/", words)["id"]
        house.api("POST", "interviews/", {"candidate": candidate, "job": job})
