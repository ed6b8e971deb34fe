/** What happened in a call, as a chat: the application on the left, the callee on the right. */

import { el } from "./dom.js";

const STATUSES = {
  queued: "Queued",
  initiated: "Dialling",
  ringing: "Ringing",
  "in-progress": "Picked up",
  completed: "The call is over",
  busy: "Busy",
  "no-answer": "Nobody picked up",
  failed: "The call failed",
  canceled: "Cancelled by the application",
};

const DRAWN = {
  heard: ({ text, language }) => bubble("app", el("p", { lang: language ?? "" }, text)),
  played: ({ url, text }) => bubble("app", el("p", {}, `♪ ${text || `plays ${url}`}`)),
  said: ({ text, seconds }) => bubble("callee", el("p", {}, text || `(${seconds} s of sound without words)`)),
  pressed: ({ keys }) => bubble("callee keys", ...[...keys].map((key) => el("kbd", {}, key))),
  recorded: ({ sid, seconds }) => (seconds ? recording(sid, seconds) : aside("Nothing was recorded")),
  beep: () => aside("beep"),
  status: ({ status }) => aside(STATUSES[status] ?? status),
  hangup: ({ by }) => aside(by === "callee" ? "The callee hung up" : "The application hung up"),
  "time limit": ({ seconds }) => aside(`The time limit of ${seconds} s ended the call`),
  error: ({ code, message, url }) => alarm("error", `Error ${code}: ${message}`, url),
  warning: ({ code, message, url }) => alarm("warning", `TwiML warning ${code}: ${message}`, url),
  fault: ({ name, of }) => el("li", { className: "aside fault" }, `fault: ${name} (${of})`),
  reply: ({ to, status, body }) => protocol(`↩ ${status || "no answer"} to ${to}`, body),
};

/** The element that shows an entry of the log. */
export function draw(entry) {
  const shown = DRAWN[entry.event]?.(entry) ?? request(entry);
  shown.title = `${new Date(entry.at).toLocaleTimeString()}, second ${entry.second} of the call`;
  return shown;
}

const bubble = (kind, ...content) => el("li", { className: `bubble ${kind}` }, ...content);
const aside = (text) => el("li", { className: "aside" }, text);

function recording(sid, seconds) {
  const audio = el("audio", { controls: true, preload: "none", src: `/simulator/recordings/${sid}` });
  audio.setAttribute("aria-label", `Recording of ${seconds} seconds`);
  return el("li", { className: "bubble callee recording" }, el("span", { className: "quiet" }, `${seconds} s`), audio);
}

function alarm(kind, text, url) {
  return el("li", { className: `alarm ${kind}` }, text, ...(url ? [el("span", { className: "url" }, url)] : []));
}

function request({ event, method, url, params }) {
  const given = Object.entries(params ?? {}).filter(([, value]) => value);
  const lines = given.map(([name, value]) => `${name}: ${value}`);
  return protocol(`→ ${event}: ${method ?? ""} ${url ?? ""}`, lines.join("\n"));
}

function protocol(summary, body) {
  const line = body
    ? el("details", {}, el("summary", {}, summary), el("pre", {}, body))
    : el("p", {}, summary);
  return el("li", { className: "protocol" }, line);
}
