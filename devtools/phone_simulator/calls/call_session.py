"""One open call: simulated time, the callee's reactions, requests to the application, and the log of events."""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from devtools.phone_simulator.callees.callee import SILENCE, Callee, CalleePrompt, Reaction
from devtools.phone_simulator.callees.human_callee import HumanCallee
from devtools.phone_simulator.faults import DELAYING_FAULTS, CallbackReorderer, deliver_with_faults
from devtools.phone_simulator.network import Network
from devtools.phone_simulator.resources import FINAL_STATUSES, Call, utc_now
from devtools.phone_simulator.speech_recognizer import RecognitionFailed
from devtools.phone_simulator.webhook_client import WebhookReply

from .live_transcription import LiveTranscription
from .twiml_parser import SCHEMA_WARNING

LIVE_WORDS_SECONDS = 1  # the longest that a human's words take to arrive before the silence after them ends
NOT_RECOGNIZED = "of this network"  # Twilio has no such code
DEFAULT_TIME_LIMIT = 14_400  # seconds

T = TypeVar("T")


class CallEnded(Exception):
    """The callee, the document or the time limit ended the call."""


class CallInterrupted(Exception):
    """The REST API ended or redirected the call, or the callee hung up at the phone page."""


@dataclass(frozen=True)
class NextDocument:
    """Where the call continues: a URL to request, or TwiML to execute."""

    method: str = "POST"
    url: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    twiml: str = ""


class CallSession:
    def __init__(self, network: Network, call: Call, callee: Callee) -> None:
        loop = asyncio.get_running_loop()
        self.network, self.call, self.callee = network, call, callee
        self.elapsed_seconds = 0.0  # simulated seconds since the call was answered
        self.utterances: list[str] = []
        self.turn_number = 0  # prompts so far
        self.current_prompt: CalleePrompt | None = None  # set while the callee may react
        self.human_pickup: asyncio.Future[HumanCallee] = loop.create_future()
        self.status_callbacks_sent = 0  # the SequenceNumber of the next one
        self._live_transcriptions: dict[str, LiveTranscription] = {}  # the running ones, by name
        self._heard_texts: list[str] = []  # since the last reaction
        self._language = "en-US"  # of the last text that the application had spoken
        self._redirect: NextDocument | None = None
        self._interruption: asyncio.Future[None] = loop.create_future()
        self._callbacks: set[asyncio.Task[None]] = set()
        self._reorderer = CallbackReorderer()
        self._time_limit = int(call.create_params.get("TimeLimit") or DEFAULT_TIME_LIMIT)

    # ── time ──

    @property
    def has_human(self) -> bool:
        """Whether a human has the call, or is the one who may pick it up. Time is then real."""
        return isinstance(self.callee, HumanCallee)

    @property
    def speed(self) -> float:
        is_dialling = self.call.status in {"queued", "initiated"}  # invisible to the human, so it need not be real
        return 1 if self.has_human and not is_dialling else self.network.speed

    async def spend_reaction_time(self, seconds: float) -> None:
        """Let the time pass that a reaction takes. A human has already spent it when the reaction arrives."""
        await self.pass_time(0 if self.has_human else seconds)

    async def pass_time(self, seconds: float, until: asyncio.Future[Any] | None = None) -> None:
        """Let simulated time pass, but not beyond the completion of `until`.

        Raises CallInterrupted, and CallEnded at the call's time limit.
        """
        allowed = max(0, min(seconds, self._time_limit - self.elapsed_seconds))
        if not self.speed:
            # Even the shortest simulated time is longer than a callback takes. At speed 0 the wait is explicit, so
            # that the order of events does not depend on the load of the machine.
            await self._run_unless_interrupted(self._wait_for_callbacks())
        is_cut_short = await self._sleep_allowed(allowed, until)
        if self._interruption.done():
            raise CallInterrupted
        if allowed < seconds and not is_cut_short:
            self.log_event("time_limit", seconds=self._time_limit)
            raise CallEnded

    async def _sleep_allowed(self, seconds: float, until: asyncio.Future[Any] | None) -> bool:
        """Sleep and count the time. Returns whether an interruption or `until` ended it early."""
        loop, speed = asyncio.get_running_loop(), self.speed
        started = loop.time()
        waking = {self._interruption, until or self._interruption}
        timeout = seconds / speed if speed else 0
        done, _ = await asyncio.wait(waking, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        self.elapsed_seconds += min(seconds, (loop.time() - started) * speed) if done else seconds
        return bool(done)

    async def sleep_in_background(self, seconds: float) -> None:
        """Let simulated time pass for work that runs beside the call and does not delay it."""
        await asyncio.sleep(self.network.real_seconds(seconds))

    def interrupt(self, redirect: NextDocument | None = None) -> None:
        """Stop the current verb. The call continues at the redirect; without one it ends."""
        self._redirect = redirect
        if not self._interruption.done():
            self._interruption.set_result(None)

    def pop_redirect(self) -> NextDocument | None:
        """Return where the call continues after CallInterrupted; None if it was ended."""
        redirect, self._redirect = self._redirect, None
        if redirect:
            self._interruption = asyncio.get_running_loop().create_future()
        return redirect

    @property
    def is_redirected(self) -> bool:
        return self._redirect is not None

    async def _run_unless_interrupted(self, work: Awaitable[T]) -> T:
        task = asyncio.ensure_future(work)
        try:
            waking: set[asyncio.Future[Any]] = {task, self._interruption}
            await asyncio.wait(waking, return_when=asyncio.FIRST_COMPLETED)
            if self._interruption.done():
                raise CallInterrupted
            return task.result()
        finally:
            task.cancel()

    async def _wait_for_callbacks(self) -> None:
        if self._callbacks:
            await asyncio.wait(self._callbacks)

    # ── the callee ──

    def play_text(self, text: str, language: str = "") -> str:
        """Play synthesised speech to the callee. Returns the speech since the last reaction."""
        self._language = language or self._language
        if text:
            self.log_event("prompt_spoken", text=text, language=language)
        return self._remember_heard(text)

    def play_audio(self, url: str, text: str) -> str:
        """Play audio with this text to the callee. Returns the text of all audio since the last reaction."""
        self.log_event("prompt_played", url=url, text=text)
        return self._remember_heard(text)

    def _remember_heard(self, text: str) -> str:
        if text:
            self._heard_texts.append(text)
        return self.heard_text

    @property
    def heard_text(self) -> str:
        return " ".join(self._heard_texts)

    def hand_over_to_human(self) -> None:
        """Replace the callee by the human who picked up at the phone page."""
        self.callee = self.human_pickup.result()
        self.call.persona = self.callee.name

    def hang_up_callee(self) -> None:
        """End the call for the callee, at any point of the document."""
        self.log_event("hangup", by="callee")
        self.interrupt()

    async def prompt_callee(self, prompt: CalleePrompt) -> Reaction:
        """Let the callee react. Raises CallInterrupted."""
        reaction = await self._recognize_speech(await self._await_reaction(prompt))
        if reaction != SILENCE:
            self._heard_texts.clear()
        if reaction.utterance:
            await self._transcribe_live(reaction.utterance)
        if reaction.sound_seconds:
            self.utterances.append(reaction.utterance)
            self.log_event("callee_spoke", text=reaction.utterance, seconds=reaction.sound_seconds)
        if reaction.keys:
            self.log_event("keys_pressed", keys=reaction.keys)
        return reaction

    async def _await_reaction(self, prompt: CalleePrompt) -> Reaction:
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.turn_number, self.current_prompt = self.turn_number + 1, prompt
        self._publish_change()
        try:
            return await self._run_unless_interrupted(self.callee.react(prompt))
        finally:
            self.current_prompt = None
            self.elapsed_seconds += (loop.time() - started) * self.speed
            self._publish_change()

    async def _recognize_speech(self, reaction: Reaction) -> Reaction:
        """Make out the words of a recording without typed ones. They stay empty if the network hears none."""
        recognizer = self.network.recognizer
        if recognizer is None or not reaction.audio or reaction.utterance:
            return reaction
        try:
            utterance = await recognizer.recognize(reaction.audio, self._language)
        except RecognitionFailed as error:
            self.log_event("warning", code=NOT_RECOGNIZED, message=f"the speech server did not answer: {error}")
            return reaction
        return replace(reaction, utterance=utterance)

    # ── live transcription ──

    def start_live_transcription(self, transcription: LiveTranscription) -> None:
        self._live_transcriptions[transcription.name] = transcription
        transcription.start()

    def stop_live_transcription(self, name: str, url: str) -> None:
        transcription = self._live_transcriptions.pop(name, None)
        if transcription:
            transcription.stop()
        else:
            self.log_event("warning", code=SCHEMA_WARNING, message=f"no transcription is named {name!r}", url=url)

    def stop_live_transcriptions(self) -> None:
        """Stop all at the end of the call."""
        while self._live_transcriptions:
            self._live_transcriptions.popitem()[1].stop()

    async def _transcribe_live(self, utterance: str) -> None:
        """Report the words while they are spoken. A human's are all spoken by then, so that the call waits a little."""
        for transcription in self._live_transcriptions.values():
            transcription.hear(utterance)
        if self._live_transcriptions and self.has_human and self._callbacks:
            await asyncio.wait(self._callbacks, timeout=LIVE_WORDS_SECONDS)

    # ── the application ──

    async def send_request(self, method: str, url: str, params: Mapping[str, str]) -> WebhookReply:
        """Send a webhook whose response the call needs. It counts in real time at any speed."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        reply = await self._send_webhook("request", method, url, params)
        self.elapsed_seconds += loop.time() - started
        if self._interruption.done():
            raise CallInterrupted
        return reply

    def send_callback(self, kind: str, method: str, url: str, params: Mapping[str, str]) -> None:
        """Send a callback in the background, subject to the active faults. No callback without a URL."""

        async def send() -> None:
            await self._send_webhook(kind, method, url, params)

        if not url:
            return
        applying = self.network.faults.applying_to_callback()
        for name in applying:
            self.log_event("fault", name=name, target=kind)
        # A late callback must not delay the call, not even at speed 0, where the call waits for its callbacks.
        start = self.network.start_task if DELAYING_FAULTS & applying.keys() else self.start_background
        start(deliver_with_faults(applying, send, self._reorderer))

    def start_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the call. It may outlive the call."""
        task = self.network.start_task(work)
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)

    async def _send_webhook(self, kind: str, method: str, url: str, params: Mapping[str, str]) -> WebhookReply:
        self.log_event(kind, method=method, url=url, params=dict(params))
        reply = await self.network.webhook_client.send(method, url, params)
        self.log_event("reply", to=kind, url=url, status=reply.status, body=reply.body)
        if reply.error_code:
            self.log_error(reply.error_code, f"{kind}: HTTP {reply.status}" if reply.status else kind, url)
        return reply

    # ── the log ──

    def log_event(self, event: str, **details: Any) -> None:
        moment = utc_now().isoformat(timespec="milliseconds")
        self.call.log.append({"at": moment, "second": round(self.elapsed_seconds, 1), "event": event, **details})
        self._publish_change()

    def _publish_change(self) -> None:
        self.network.changes.publish(self.call.sid)

    def fault_applies(self, fault: str, target: str) -> bool:
        """Return whether the fault applies now, and log it if so."""
        applies = self.network.faults.applies(fault)
        if applies:
            self.log_event("fault", name=fault, target=target)
        return applies

    def log_error(self, code: int, message: str, url: str) -> None:
        self.log_event("error", code=code, message=message, url=url)

    def finish_call(self, status: str) -> None:
        """Give the call its final status and duration."""
        if self.call.status not in FINAL_STATUSES:
            self.call.duration = round(self.elapsed_seconds) if self.call.start_time else 0
            self.call.set_status(status)
