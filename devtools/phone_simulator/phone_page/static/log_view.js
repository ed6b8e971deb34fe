/** Draws the log of a call as a chat: the application on the left, the callee on the right. */

import { createElement } from "./dom.js";

const STATUS_TEXTS = {
  queued: "Queued",
  initiated: "Dialling",
  ringing: "Ringing",
  "in-progress": "Picked up",
  completed: "The call has ended",
  busy: "Busy",
  "no-answer": "No answer",
  failed: "The call failed",
  canceled: "Cancelled by the application",
};

const RENDERERS = {
  prompt_spoken: ({ text, language }) => bubble("app", createElement("p", { lang: language ?? "" }, text)),
  prompt_played: ({ url, text }) => bubble("app", createElement("p", {}, `♪ ${text || `plays ${url}`}`)),
  callee_spoke: ({ text, seconds }) =>
    bubble("callee", createElement("p", {}, text || `(${seconds} s of sound without words)`)),
  keys_pressed: ({ keys }) => bubble("callee keys", ...[...keys].map((key) => createElement("kbd", {}, key))),
  recorded: ({ sid, seconds }) => (seconds ? recording(sid, seconds) : event("The recording is empty")),
  beep: () => event("beep"),
  status: ({ status }) => event(STATUS_TEXTS[status] ?? status),
  hangup: ({ by }) => event(by === "callee" ? "The callee hung up" : "The application hung up"),
  time_limit: ({ seconds }) => event(`The time limit of ${seconds} s ended the call`),
  error: ({ code, message, url }) => alert("error", `Error ${code}: ${message}`, url),
  warning: ({ code, message, url }) => alert("warning", `Warning ${code}: ${message}`, url),
  note: ({ code, message }) => event(`Note ${code}: ${message}`),
  fault: ({ name, target }) => createElement("li", { className: "event fault" }, `fault: ${name} (${target})`),
  reply: ({ to, status, body }) => protocol(`↩ ${status || "no response"} to ${to}`, body),
};

/** Returns the element for one entry of the log. */
export function renderEntry(entry) {
  const element = RENDERERS[entry.event]?.(entry) ?? request(entry);
  element.title = `${new Date(entry.at).toLocaleTimeString()}, second ${entry.second} of the call`;
  return element;
}

const bubble = (kind, ...content) => createElement("li", { className: `bubble ${kind}` }, ...content);
const event = (text) => createElement("li", { className: "event" }, text);

function recording(sid, seconds) {
  const audio = createElement("audio", { controls: true, preload: "none", src: `/simulator/recordings/${sid}` });
  audio.setAttribute("aria-label", `Recording of ${seconds} seconds`);
  const length = createElement("span", { className: "muted" }, `${seconds} s`);
  return createElement("li", { className: "bubble callee recording" }, length, audio);
}

function alert(kind, text, url) {
  const address = url ? [createElement("span", { className: "url" }, url)] : [];
  return createElement("li", { className: `alert ${kind}` }, text, ...address);
}

function request({ event: kind, method, url, params }) {
  const filled = Object.entries(params ?? {}).filter(([, value]) => value);
  const lines = filled.map(([name, value]) => `${name}: ${value}`);
  return protocol(`→ ${kind}: ${method ?? ""} ${url ?? ""}`, lines.join("\n"));
}

function protocol(summary, body) {
  const content = body
    ? createElement("details", {}, createElement("summary", {}, summary), createElement("pre", {}, body))
    : createElement("p", {}, summary);
  return createElement("li", { className: "protocol" }, content);
}
