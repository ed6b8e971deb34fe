/** Who picks up at which number. */

import { ask, byId, el } from "./dom.js";

export function initPersonas() {
  byId("open-personas").addEventListener("click", open);
}

async function open() {
  byId("personas").showModal();
  if (byId("persona-rows").childElementCount) return;
  const { personas } = await ask("GET", "/simulator/personas");
  byId("persona-rows").append(...personas.map(({ digits, name, does }) =>
    el("tr", {}, el("th", { scope: "row" }, `…${digits}`), el("td", {}, name), el("td", {}, does))));
}
