// Keeps what a candidate writes, while they write. Without this script, "Save and come back later" keeps it.
"use strict";

const PAUSE = 1500;
const form = document.querySelector("[data-answer]");
const field = form.elements.text;
const state = form.querySelector("[data-draft-status]");
let kept = field.value;
let timer = 0;

function draft() {
  return new URLSearchParams({ turn: form.elements.turn.value, text: field.value });
}

async function keep() {
  const text = field.value;
  if (text === kept) return;
  try {
    const reply = await fetch(form.dataset.draft, { method: "POST", body: draft() });
    if (!reply.ok) throw new Error(String(reply.status));
    kept = text;
    state.textContent = state.dataset.kept;
  } catch {
    state.textContent = state.dataset.notKept;
  }
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE);
});

form.addEventListener("submit", () => {
  clearTimeout(timer);
  kept = field.value;
});

// The page may never come back: a phone closes it without a further event.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && field.value !== kept) navigator.sendBeacon(form.dataset.draft, draft());
});
