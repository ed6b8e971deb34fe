/** The dialog that lists the personas by the last digits of their numbers. */

import { byId, createElement, requestJson } from "./dom.js";

export function initPersonas() {
  byId("open-personas").addEventListener("click", openDialog);
}

async function openDialog() {
  byId("personas").showModal();
  if (byId("persona-rows").childElementCount) return;
  const { personas } = await requestJson("GET", "/simulator/personas");
  byId("persona-rows").append(...personas.map(createRow));
}

function createRow({ digits, name, description }) {
  return createElement("tr", {},
    createElement("th", { scope: "row" }, `…${digits}`),
    createElement("td", {}, name),
    createElement("td", {}, description));
}
