"""Names inside sentences."""


def end_once(text: str, name: str) -> str:
    """Leave out the point after a name that has its own, as "Inc." has, wherever it ends a sentence of the text."""
    return text.replace(f"{name}.", name) if name.endswith(".") else text
