"""The candidates of an experiment. Their numbers choose their personas at the simulated phone network."""

from random import Random

from devtools.harness.deployment import Deployment, wait_until

AREA_CODES = (415, 303, 206, 212, 312, 617, 404, 512, 602, 305, 213, 702)
PERSONAS = range(17)  # the last two digits: devtools/phone_simulator/callees/personas.toml
COOPERATIVE = frozenset({0, 1, 2, 4, 5, 6})


def crowd_numbers(size: int, random: Random) -> list[str]:
    """Return numbers of all personas, mostly cooperative ones. The first and the last number are the same."""
    unused = {persona: [f"+1{area}55501{persona:02}" for area in AREA_CODES] for persona in PERSONAS}
    weights = [20 if persona in COOPERATIVE else 4 for persona in PERSONAS]
    numbers: list[str] = []
    while len(numbers) < size - 1:
        persona = random.choices(PERSONAS, weights)[0]
        if unused[persona]:
            numbers.append(unused[persona].pop())
    return [*numbers, numbers[0]]


def talkative_numbers(size: int) -> list[str]:
    """Return different numbers, all of the talkative persona."""
    return [f"+1415{2_000_050 + 100 * index}" for index in range(size)]


def create_job(deployment: Deployment, **fields: object) -> str:
    """Create an open job with approved questions, and return its id. Needs a running worker."""
    defaults = {"title": "Support engineer", "description": "Help customers by phone. Must know Linux and SQL."}
    job: str = deployment.call_api("POST", "jobs/", {**defaults, **fields})["id"]
    deployment.call_api("POST", f"jobs/{job}/generate-questions/")

    def has_questions() -> bool:
        return bool(deployment.call_api("GET", f"jobs/{job}/")["questions_status"] == "ready")

    wait_until(has_questions, 60, "the questions")
    deployment.call_api("POST", f"jobs/{job}/approve/")
    return job


def plan_interviews(deployment: Deployment, job: str, numbers: list[str]) -> list[str]:
    """Plan an interview for each number, to be called at once where the job has the phone. Returns their ids."""
    interviews = []
    for index, number in enumerate(numbers):
        consent = {"consent_to_call": True, "consent_source": "bench"}
        body = {"full_name": f"Candidate {index}", "phone": number, **consent}
        candidate = deployment.call_api("POST", "candidates/", body)["id"]
        interviews.append(deployment.call_api("POST", "interviews/", {"candidate": candidate, "job": job})["id"])
    return interviews


def invite_candidates(deployment: Deployment, job: str, size: int) -> list[tuple[str, str]]:
    """Plan interviews that the candidates open themselves. Returns the id of each, and the address of its link."""
    interviews = plan_interviews(deployment, job, talkative_numbers(size))
    path = "interviews/{}/invitation/"
    links = [deployment.call_api("POST", path.format(interview), {"send": False}) for interview in interviews]
    return [(interview, link["url"]) for interview, link in zip(interviews, links, strict=True)]
