/** The page as a whole: the stream of changes, the list of calls, and the selected call. */

import { CallLog } from "./call_log.js";
import { byId, createElement, formData, formatTime, requestJson } from "./dom.js";
import { initFaults, showFaults } from "./faults.js";
import { initInterviewForm, unjudgedNote } from "./interview_form.js";
import { renderEntry } from "./log_view.js";
import { initPersonas } from "./personas.js";
import { Phone } from "./phone.js";

const FINAL_STATUSES = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);
const END_DISTANCE = 80; // pixels from the end of the log within which it scrolls with new entries
const MAX_LISTED_CALLS = 100;
const RECONNECT_MILLISECONDS = 2000;
const RING_MILLISECONDS = 3000;

const pageId = (sessionStorage.page ??= crypto.randomUUID()); // one per window, kept on reload
const calls = new Map(); // by SID, in the order of their creation
const rows = new Map();
const logs = new Map();
const namesByNumber = new Map(); // of the candidates
const namedCalls = new Set(); // the calls for which the names were requested
const scoringForms = new Map(); // promises of their addresses, by the SID of a call
const phone = new Phone();
let selected = null;
let takesCalls = false; // whether the application can be called
let drawnEntries = 0; // of the log of the selected call
let followsLog = true; // whether the log is scrolled to its end

const hasEnded = (call) => FINAL_STATUSES.has(call.status);
const isMine = (call) => call.page === pageId && call.status === "in-progress";
const myCall = () => [...calls.values()].find(isMine);
const logOf = (sid) => logs.get(sid) ?? logs.set(sid, new CallLog(sid)).get(sid);

// ── the stream of changes ──

function connect() {
  const stream = new EventSource("/simulator/stream");
  stream.onopen = () => showConnection("live");
  stream.onerror = () => {
    showConnection("reconnecting");
    // The browser itself reconnects unless it has given up.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MILLISECONDS);
  };
  stream.addEventListener("snapshot", ({ data }) => replaceState(JSON.parse(data)));
  stream.addEventListener("changes", ({ data }) => updateState(JSON.parse(data)));
}

function showConnection(state) {
  byId("connection").textContent = state;
  byId("connection").dataset.state = state;
}

function replaceState(state) {
  calls.clear();
  logs.clear();
  rows.forEach((row) => row.remove());
  rows.clear();
  byId("log").replaceChildren();
  drawnEntries = 0;
  if (!state.calls.some(({ sid }) => sid === selected)) selectCall(null, { byUser: false });
  updateState(state);
}

function updateState(state) {
  showFaults(state.faults);
  byId("answering").checked = state.answering;
  takesCalls = state.takes_calls;
  byId("call-in").hidden = !takesCalls;
  for (const call of state.calls) updateCall(call);
  if (!selected && calls.size) selectCall(myCall()?.sid ?? [...calls.keys()].at(-1), { byUser: false });
  byId("no-calls").hidden = calls.size > 0;
  if (!myCall()) phone.end();
  announceRinging();
}

function updateCall(call) {
  const isNew = !calls.has(call.sid);
  calls.set(call.sid, call);
  showRow(call);
  // A new call for a human is selected, unless the user is already on a call.
  if (isNew && call.has_human && !hasEnded(call) && (isMine(call) || !myCall())) selectCall(call.sid);
  if (call.sid === selected) showCall(call);
  if (isMine(call)) updatePhone(call);
}

async function updatePhone(call) {
  const log = logOf(call.sid);
  await log.loadUntil(call.log_length);
  if (calls.get(call.sid) === call && isMine(call)) phone.update(call, log);
}

/** The title announces ringing calls, because the page may be in the background. */
function announceRinging() {
  const ringing = [...calls.values()].find((call) => call.status === "ringing" && call.has_human);
  document.title = ringing ? `☎ ${calleeOf(ringing)} is ringing` : "Simulated phone network";
}

// ── the candidates who are called ──

async function loadNames(call) {
  const { names } = await requestJson("GET", `/simulator/calls/${call.sid}/names`);
  namesByNumber.set(call.to, names.join(", "));
  for (const other of calls.values()) if (other.to === call.to) showRow(other);
  if (calls.get(selected)?.to === call.to) showHeader(calls.get(selected));
}

/** The name and the number. The name follows once the application has sent it. */
function calleeOf(call) {
  const isNew = call.status === "ringing" && !namedCalls.has(call.sid);
  if (isNew || !namesByNumber.has(call.to)) {
    namedCalls.add(call.sid);
    namesByNumber.set(call.to, namesByNumber.get(call.to) ?? "");
    loadNames(call).catch(() => {}); // the number is shown alone
  }
  return [namesByNumber.get(call.to), call.to].filter(Boolean).join(" ");
}

// ── the list of calls ──

function showRow(call) {
  const row = rows.get(call.sid) ?? createRow(call);
  const button = row.firstChild;
  button.dataset.status = call.status;
  button.setAttribute("aria-current", call.sid === selected);
  const problems = call.problems ? [createElement("span", { className: "badge danger" }, `${call.problems} ⚠`)] : [];
  button.replaceChildren(
    createElement("span", { className: "number" }, calleeOf(call)),
    createElement("span", { className: "badge" }, call.status),
    ...problems,
    createElement("span", { className: "muted persona" }, call.persona),
    createElement("span", { className: "muted preview" }, call.preview),
  );
}

function createRow(call) {
  const button = createElement("button", { type: "button", onclick: () => selectCall(call.sid) });
  const row = createElement("li", {}, button);
  rows.set(call.sid, row);
  byId("calls").prepend(row);
  while (byId("calls").childElementCount > MAX_LISTED_CALLS) byId("calls").lastChild.remove();
  return row;
}

// ── the selected call ──

function selectCall(sid, { byUser = true } = {}) {
  const previous = selected;
  selected = sid;
  drawnEntries = 0;
  followsLog = true;
  byId("log").replaceChildren();
  byId("layout").toggleAttribute("data-open", Boolean(sid) && byUser);
  for (const changed of [previous, sid]) if (calls.has(changed)) showRow(calls.get(changed));
  for (const part of ["call-header", "log"]) byId(part).hidden = !sid;
  byId("no-selection").hidden = Boolean(sid);
  byId("phone").hidden = byId("judge-note").hidden = true;
  if (sid) showCall(calls.get(sid));
}

async function showCall(call) {
  showHeader(call);
  const log = logOf(call.sid);
  await log.loadUntil(call.log_length);
  if (selected !== call.sid) return;
  byId("log").append(...log.entries.slice(drawnEntries).map(renderEntry));
  drawnEntries = log.entries.length;
  scrollLog();
}

/** Scrolls to new entries, unless the user has scrolled up to read. */
function scrollLog() {
  const log = byId("log");
  if (followsLog) log.scrollTop = log.scrollHeight;
}

function showHeader(call) {
  const isRinging = call.status === "ringing";
  byId("call-number").textContent = calleeOf(call);
  byId("call-persona").textContent = call.page && call.page !== pageId ? "in another window" : call.persona;
  byId("call-status").textContent = call.status;
  byId("call-status").dataset.status = call.status;
  byId("pick-up").hidden = byId("decline").hidden = !isRinging;
  byId("hang-up").hidden = !isMine(call);
  byId("call-back").hidden = !takesCalls || !hasEnded(call) || Boolean(myCall());
  byId("phone").hidden = !isMine(call);
  showDuration();
  showJudge(call);
}

/** Says, before and after the call, that nothing judges the answers of a human, if that is so. */
async function showJudge(call) {
  const form = call.has_human && (await scoringFormOf(call.sid));
  const note = byId("judge-note");
  if (!form || selected !== call.sid || !note.hidden) return;
  note.replaceChildren(...unjudgedNote(form));
  note.hidden = false;
}

function scoringFormOf(sid) {
  if (!scoringForms.has(sid)) {
    const request = requestJson("GET", `/simulator/calls/${sid}/scoring-form`);
    scoringForms.set(sid, request.then(({ form }) => form).catch(() => null)); // the note is left out
  }
  return scoringForms.get(sid);
}

function showDuration() {
  const call = calls.get(selected);
  if (!call) return;
  const isRunning = call.answered && !hasEnded(call);
  const seconds = isRunning ? (Date.now() - Date.parse(call.answered)) / 1000 : call.duration;
  byId("call-time").textContent = call.answered ? formatTime(seconds) : "";
}

async function performAction(name) {
  try {
    await requestJson("POST", `/simulator/calls/${selected}/${name}`, formData({ page: pageId }));
  } catch (error) {
    byId("log").append(createElement("li", { className: "alert error" }, error.message));
  }
}

/** Calls the application from this number. The new call is selected as soon as the stream reports it. */
async function callApplication(number) {
  phone.speaker.skip();
  await requestJson("POST", "/simulator/call-in", formData({ phone: number, page: pageId }));
}

async function callBack() {
  try {
    await callApplication(calls.get(selected).to);
  } catch (error) {
    byId("log").append(createElement("li", { className: "alert error" }, error.message));
  }
}

// ── start ──

byId("pick-up").addEventListener("click", () => performAction("pick-up"));
byId("decline").addEventListener("click", () => performAction("decline"));
byId("hang-up").addEventListener("click", () => phone.hangUp());
byId("call-back").addEventListener("click", callBack);
byId("back").addEventListener("click", () => byId("layout").removeAttribute("data-open"));
byId("protocol").addEventListener("change", ({ target }) =>
  byId("log").classList.toggle("with-protocol", target.checked));
byId("log").addEventListener("scroll", ({ target }) => {
  followsLog = target.scrollHeight - target.scrollTop - target.clientHeight < END_DISTANCE;
});
new ResizeObserver(scrollLog).observe(byId("log"));
byId("sound").addEventListener("change", ({ target }) => (phone.speaker.soundOn = target.checked));
byId("answering").addEventListener("change", ({ target }) =>
  requestJson("PUT", "/simulator/answering", formData({ on: target.checked }))
    .catch(() => showConnection("reconnecting")));
setInterval(showDuration, 1000);
setInterval(() => document.title.startsWith("☎") && phone.speaker.ring(), RING_MILLISECONDS);
initInterviewForm(callApplication);
initFaults();
initPersonas();
connect();
