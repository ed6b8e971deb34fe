"""What a person at the phone page can do with a call."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from aiohttp import web
from multidict import MultiDictProxy

from devtools.phone_simulator.callees.callee import Moment, Pickup, Reaction
from devtools.phone_simulator.callees.human_callee import Person, Sign
from devtools.phone_simulator.calls.audio import clip
from devtools.phone_simulator.calls.call_session import Line

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]


class Refused(Exception):
    """They can't do that now; says why."""


def pick_up(line: Line, form: Form) -> None:
    _take(line, Person(Pickup(rings=0), _text(form, "page")))


def decline(line: Line, form: Form) -> None:
    _take(line, Person(Pickup("busy", sip=486)))


def _take(line: Line, person: Person) -> None:
    if line.call.status != "ringing" or line.taken.done():
        raise Refused("This call no longer rings.")
    line.taken.set_result(person)


def hang_up(line: Line, form: Form) -> None:
    """In the middle of an answer, with what has been said of it."""
    person = _person_on(line)
    if line.moment and line.moment.verb == "record":
        person.do(replace(_reaction(line, form), hangs_up=True))
    else:
        line.hang_up()


def hear(line: Line, form: Form) -> None:
    _show(line, form, Sign.HEARD)


def stay(line: Line, form: Form) -> None:
    _show(line, form, Sign.STAY)


def _show(line: Line, form: Form, sign: Sign) -> None:
    """The page says this by itself, so one that came too late is nobody's mistake."""
    if isinstance(line.callee, Person) and _is_their_turn(line, form):
        line.callee.do(sign)


def react(line: Line, form: Form) -> None:
    """Words, a recording, keys, or (with none of them) silence."""
    person = _person_on(line)
    moment = _check_turn(line, form)
    deed = _reaction(line, form)
    heeded = moment.keys if moment.verb == "gather" else deed.keys in moment.finish
    if deed.keys and not heeded:
        raise Refused("Nobody listens to this key now.")
    if deed.sound and not moment.speech:
        raise Refused("Nobody listens to words now.")
    if moment.verb not in {"gather", "record"}:
        raise Refused("It is not your turn.")
    person.do(deed)


def _person_on(line: Line) -> Person:
    if not isinstance(line.callee, Person) or line.call.status != "in-progress":
        raise Refused("Nobody at the phone page has this call now.")
    return line.callee


def _check_turn(line: Line, form: Form) -> Moment:
    """What they were asked to react to, if they still are: a page may be a moment behind."""
    if line.moment is None or not _is_their_turn(line, form):
        raise Refused("The call has moved on.")
    return line.moment


def _is_their_turn(line: Line, form: Form) -> bool:
    return line.moment is not None and _text(form, "turn") == str(line.turn)


def _reaction(line: Line, form: Form) -> Reaction:
    upload, words = form.get("audio"), " ".join(_text(form, "words").split())
    if not isinstance(upload, web.FileField):
        return Reaction(words, keys=_text(form, "keys"))
    longest = line.moment.longest if line.moment else 0
    try:
        audio, seconds = clip(upload.file.read(), longest)
    except ValueError as error:
        raise Refused(str(error)) from error
    return Reaction(words, seconds, _text(form, "keys"), audio=audio)


def _text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


DEEDS: Mapping[str, Callable[[Line, Form], None]] = {
    "pick-up": pick_up,
    "decline": decline,
    "hang-up": hang_up,
    "heard": hear,
    "stay": stay,
    "react": react,
}
