/** What goes wrong on purpose: a row for each fault, and a line on the page for those that are active. */

import { ask, byId, el } from "./dom.js";

const UNITS = { seconds: "s", probability: "of all", requests: "times" };
const rows = new Map();

export function initFaults() {
  byId("open-faults").addEventListener("click", () => byId("faults").showModal());
  byId("no-faults").addEventListener("click", () => put({}));
}

export function showFaults(faults) {
  for (const fault of faults) update(rows.get(fault.name) ?? newRow(fault), fault);
  const active = faults.filter(({ active }) => active);
  byId("alarm").hidden = !active.length;
  byId("alarm").textContent = `Faults are on: ${active.map(inWords).join(" · ")}`;
  byId("open-faults").textContent = active.length ? `Faults (${active.length} on)` : "Faults";
}

const inWords = ({ name, active, unit, struck }) =>
  `${name}${active === true ? "" : ` ${active} ${UNITS[unit]}`} (struck ${struck}×)`;

function newRow({ name, does, unit, value }) {
  const box = el("input", { type: "checkbox", id: `fault-${name}` });
  const label = el("label", { htmlFor: box.id }, el("span", {}, does), " ", el("code", { className: "quiet" }, name));
  const number = unit && el("input", {
    type: "number",
    min: unit === "requests" ? 1 : 0.01,
    max: unit === "probability" ? 1 : "",
    step: unit === "requests" ? 1 : "any",
    value: value === true ? "" : value,
    placeholder: "every",
    "aria-label": `${does}: ${unit}`,
  });
  const struck = el("span", { className: "quiet struck" });
  const row = { box, number, struck };
  box.addEventListener("change", () => put(wanted()));
  number && number.addEventListener("change", () => box.checked && put(wanted()));
  const amount = number ? el("span", { className: "amount" }, number, UNITS[unit]) : "";
  byId("fault-rows").append(el("li", {}, box, label, amount, struck));
  rows.set(name, row);
  return row;
}

function update({ box, number, struck }, { active, struck: times }) {
  box.checked = Boolean(active);
  if (number && active && number !== document.activeElement) number.value = active === true ? "" : active;
  struck.textContent = times ? `struck ${times}×` : "";
}

function wanted() {
  const on = [...rows].filter(([, { box }]) => box.checked);
  return Object.fromEntries(on.map(([name, { number }]) => [name, Number(number?.value) || true]));
}

async function put(faults) {
  const note = byId("fault-note");
  try {
    showFaults((await ask("PUT", "/simulator/faults", JSON.stringify(faults))).faults);
    note.hidden = true;
  } catch (error) {
    note.textContent = error.message;
    note.hidden = false;
  }
}
