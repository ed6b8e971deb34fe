"""How long, how many, how heavy: the same for every door that a job or its questions come in by."""

LONGEST_DESCRIPTION = 20_000
MOST_QUESTIONS = 20
LONGEST_QUESTION = 1000
LONGEST_COMPETENCY = 200
LIGHTEST, HEAVIEST = 0.1, 10
FEWEST_SECONDS, MOST_SECONDS = 15, 600
