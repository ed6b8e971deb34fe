/** The page as a whole: the news of the network, the list of calls, and the call that is shown. */

import { draw } from "./chat.js";
import { initDial } from "./dial.js";
import { ask, byId, clock, el, form } from "./dom.js";
import { initFaults, showFaults } from "./faults.js";
import { Log } from "./log.js";
import { initPersonas } from "./personas.js";
import { Phone } from "./phone.js";

const FINAL = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);
const NEAR = 80; // pixels from the end of a chat within which it follows what is new
const LISTED = 100;
const RETRY = 2000; // milliseconds

const page = (sessionStorage.page ??= crypto.randomUUID()); // one per window, also after a reload
const calls = new Map(); // by SID, in the order of their creation
const rows = new Map();
const logs = new Map();
const phone = new Phone();
let selected = null;
let drawn = 0; // entries of the selected call's log that its chat shows
let follows = true; // whether the chat is at its end, and stays there

const isOver = (call) => FINAL.has(call.status);
const isMine = (call) => call.page === page && call.status === "in-progress";
const mine = () => [...calls.values()].find(isMine);
const logOf = (sid) => logs.get(sid) ?? logs.set(sid, new Log(sid)).get(sid);

// ── news ──

function follow() {
  const stream = new EventSource("/simulator/stream");
  stream.onopen = () => link("live");
  stream.onerror = () => {
    link("reconnecting");
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, RETRY); // the browser itself has given up
  };
  stream.addEventListener("everything", ({ data }) => {
    calls.clear();
    logs.clear();
    rows.forEach((row) => row.remove());
    rows.clear();
    byId("chat").replaceChildren();
    drawn = 0;
    const news = JSON.parse(data);
    if (!news.calls.some(({ sid }) => sid === selected)) select(null, { byPerson: false });
    learn(news);
  });
  stream.addEventListener("changes", ({ data }) => learn(JSON.parse(data)));
}

function link(state) {
  byId("link").textContent = state;
  byId("link").dataset.state = state;
}

function learn(news) {
  showFaults(news.faults);
  byId("answering").checked = news.answering;
  for (const call of news.calls) {
    const known = calls.has(call.sid);
    calls.set(call.sid, call);
    list(call);
    // A call that waits for a person comes to the fore, unless they are talking already.
    if (!known && call.live && !isOver(call) && !mine()) select(call.sid);
    if (call.sid === selected) show(call);
    if (isMine(call)) talk(call);
  }
  if (!selected && calls.size) select(mine()?.sid ?? [...calls.keys()].at(-1), { byPerson: false });
  byId("no-calls").hidden = calls.size > 0;
  if (!mine()) phone.end();
  announce();
}

async function talk(call) {
  const log = logOf(call.sid);
  await log.reach(call.entries);
  if (calls.get(call.sid) === call && isMine(call)) phone.update(call, log);
}

/** Calls that wait for a person ring in the title too: the page may be in the background. */
function announce() {
  const waiting = [...calls.values()].find((call) => call.status === "ringing" && call.live);
  document.title = waiting ? `☎ ${waiting.to} rings` : "Simulated phone network";
}

// ── the list ──

function list(call) {
  const row = rows.get(call.sid) ?? newRow(call);
  const button = row.firstChild;
  button.dataset.status = call.status;
  button.setAttribute("aria-current", call.sid === selected);
  const errors = call.errors ? [el("span", { className: "badge wrong" }, `${call.errors} ⚠`)] : [];
  button.replaceChildren(
    el("span", { className: "number" }, call.to),
    el("span", { className: "badge" }, call.status),
    ...errors,
    el("span", { className: "quiet who" }, call.persona),
    el("span", { className: "quiet preview" }, call.preview),
  );
}

function newRow(call) {
  const button = el("button", { type: "button", onclick: () => select(call.sid) });
  const row = el("li", {}, button);
  rows.set(call.sid, row);
  byId("calls").prepend(row);
  while (byId("calls").childElementCount > LISTED) byId("calls").lastChild.remove();
  return row;
}

// ── the call that is shown ──

function select(sid, { byPerson = true } = {}) {
  const before = selected;
  selected = sid;
  drawn = 0;
  follows = true;
  byId("chat").replaceChildren();
  byId("desk").toggleAttribute("data-open", Boolean(sid) && byPerson);
  for (const known of [before, sid]) if (calls.has(known)) list(calls.get(known));
  for (const part of ["talk-head", "chat"]) byId(part).hidden = !sid;
  byId("nothing").hidden = Boolean(sid);
  byId("phone").hidden = true;
  if (sid) show(calls.get(sid));
}

async function show(call) {
  head(call);
  const log = logOf(call.sid);
  await log.reach(call.entries);
  if (selected !== call.sid) return;
  byId("chat").append(...log.entries.slice(drawn).map(draw));
  drawn = log.entries.length;
  scroll();
}

/** To what is new, unless the person has scrolled up to read. */
function scroll() {
  const chat = byId("chat");
  if (follows) chat.scrollTop = chat.scrollHeight;
}

function head(call) {
  const rings = call.status === "ringing";
  byId("talk-number").textContent = call.to;
  byId("talk-who").textContent = call.page && call.page !== page ? "in another window" : call.persona;
  byId("talk-status").textContent = call.status;
  byId("talk-status").dataset.status = call.status;
  byId("pick-up").hidden = byId("decline").hidden = !rings;
  byId("hang-up").hidden = !isMine(call);
  byId("phone").hidden = !isMine(call);
  tick();
}

function tick() {
  const call = calls.get(selected);
  if (!call) return;
  const talking = call.answered && !isOver(call);
  const seconds = talking ? (Date.now() - Date.parse(call.answered)) / 1000 : call.duration;
  byId("talk-time").textContent = call.answered ? clock(seconds) : "";
}

async function deed(name) {
  try {
    await ask("POST", `/simulator/calls/${selected}/${name}`, form({ page }));
  } catch (error) {
    byId("chat").append(el("li", { className: "alarm error" }, error.message));
  }
}

// ── the beginning ──

byId("pick-up").addEventListener("click", () => deed("pick-up"));
byId("decline").addEventListener("click", () => deed("decline"));
byId("hang-up").addEventListener("click", () => phone.hangUp());
byId("back").addEventListener("click", () => byId("desk").removeAttribute("data-open"));
byId("protocol").addEventListener("change", ({ target }) =>
  byId("chat").classList.toggle("with-protocol", target.checked));
byId("chat").addEventListener("scroll", ({ target }) => {
  follows = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR;
});
new ResizeObserver(scroll).observe(byId("chat"));
byId("sound").addEventListener("change", ({ target }) => (phone.voice.sound = target.checked));
byId("answering").addEventListener("change", ({ target }) =>
  ask("PUT", "/simulator/answering", form({ on: target.checked })).catch(() => link("reconnecting")));
setInterval(tick, 1000);
setInterval(() => document.title.startsWith("☎") && phone.voice.ring(), 3000);
initDial();
initFaults();
initPersonas();
follow();
