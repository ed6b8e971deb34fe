/** The dialog that switches faults, and the banner that names the active ones. */

import { byId, createElement, requestJson } from "./dom.js";

const UNITS = { seconds: "s", probability: "of all", requests: "times" };
const rows = new Map();

export function initFaults() {
  byId("open-faults").addEventListener("click", () => byId("faults").showModal());
  byId("no-faults").addEventListener("click", () => activateFaults({}));
}

export function showFaults(faults) {
  for (const fault of faults) updateRow(rows.get(fault.name) ?? createRow(fault), fault);
  const active = faults.filter(({ active }) => active);
  byId("fault-banner").hidden = !active.length;
  byId("fault-banner").textContent = `Active faults: ${active.map(describeFault).join(" · ")}`;
  byId("open-faults").textContent = active.length ? `Faults (${active.length} on)` : "Faults";
}

function describeFault({ name, active, unit, applied }) {
  const value = active === true ? "" : ` ${active} ${UNITS[unit]}`;
  return `${name}${value} (applied ${applied}×)`;
}

function createRow(fault) {
  const { name, description, unit } = fault;
  const box = createElement("input", { type: "checkbox", id: `fault-${name}` });
  const label = createElement("label", { htmlFor: box.id },
    createElement("span", {}, description), " ", createElement("code", { className: "muted" }, name));
  const number = unit && createNumberInput(fault);
  const applied = createElement("span", { className: "muted applied" });
  box.addEventListener("change", () => activateFaults(checkedFaults()));
  number && number.addEventListener("change", () => box.checked && activateFaults(checkedFaults()));
  const amount = number ? createElement("span", { className: "amount" }, number, UNITS[unit]) : "";
  byId("fault-rows").append(createElement("li", {}, box, label, amount, applied));
  const row = { box, number, applied };
  rows.set(name, row);
  return row;
}

function createNumberInput({ description, unit, default_value: defaultValue }) {
  const isCount = unit === "requests";
  return createElement("input", {
    type: "number",
    min: isCount ? 1 : 0.01,
    max: unit === "probability" ? 1 : "",
    step: isCount ? 1 : "any",
    value: defaultValue === true ? "" : defaultValue,
    placeholder: "every",
    "aria-label": `${description}: ${unit}`,
  });
}

function updateRow({ box, number, applied }, fault) {
  box.checked = Boolean(fault.active);
  const isBeingEdited = number === document.activeElement;
  if (number && fault.active && !isBeingEdited) number.value = fault.active === true ? "" : fault.active;
  applied.textContent = fault.applied ? `applied ${fault.applied}×` : "";
}

function checkedFaults() {
  const checked = [...rows].filter(([, { box }]) => box.checked);
  return Object.fromEntries(checked.map(([name, { number }]) => [name, Number(number?.value) || true]));
}

async function activateFaults(values) {
  const note = byId("fault-note");
  try {
    const { faults } = await requestJson("PUT", "/simulator/faults", JSON.stringify(values));
    showFaults(faults);
    note.hidden = true;
  } catch (error) {
    note.textContent = error.message;
    note.hidden = false;
  }
}
