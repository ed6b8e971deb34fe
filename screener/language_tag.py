"""How a language is written, by whatever door it comes in."""

PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$"
LONGEST = 10
WHAT_TO_WRITE = "Write a language tag such as en, en-US or de."
