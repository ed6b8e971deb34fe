/** The page: which part of it is shown, and what it says. The texts are in the page, in its language. */

export class View {
  #root;
  #texts;

  constructor(root) {
    this.#root = root;
    this.#texts = Object.fromEntries(
      [...root.querySelectorAll("[data-texts] [data-text]")].map((entry) => [entry.dataset.text, entry.textContent]),
    );
  }

  text(name, values = {}) {
    const text = this.#texts[name] ?? this.#texts.unknown;
    return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  find = (selector) => this.#root.querySelector(selector);

  set(name, text) {
    for (const element of this.#root.querySelectorAll(`[data-${name}]`)) element.textContent = text;
  }

  /** Shows one section and moves the focus to its heading, so that a screen reader reads it. */
  show(name) {
    const sections = [...this.#root.querySelectorAll("[data-section]")];
    const shown = sections.find((section) => section.dataset.section === name);
    sections.forEach((section) => (section.hidden = section !== shown));
    this.find("[data-help]").hidden = ["over", "ended", "unsupported"].includes(name);
    this.find("[data-words]").hidden = !["question", "over"].includes(name);
    this.find("[data-words]").open = name === "over";
    this.clearNotice();
    shown.querySelector("h1").focus();
  }

  /** Shows one step of the question. The focus goes to its first button if it was on one that is gone. */
  showStep(name) {
    const hadFocus = document.activeElement?.closest("[data-step]");
    for (const step of this.#root.querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== name;
    if (hadFocus) this.find(`[data-step="${name}"] button:not([hidden])`)?.focus();
  }

  /** Shows or hides what depends on a condition. */
  when(condition, holds) {
    for (const element of this.#root.querySelectorAll(`[data-when="${condition}"]`)) element.hidden = !holds;
  }

  notice(name) {
    const notice = this.find("[data-notice]");
    notice.textContent = this.text(name);
    notice.hidden = false;
  }

  clearNotice() {
    this.find("[data-notice]").hidden = true;
  }

  /** Tells a screen reader what others see. */
  announce(text) {
    const live = this.find("[data-live]");
    live.textContent = "";
    setTimeout(() => (live.textContent = text), 50);
  }

  on(action, run) {
    for (const button of this.#root.querySelectorAll(`[data-do="${action}"]`)) {
      button.addEventListener("click", async () => {
        button.disabled = true;
        try {
          await run();
        } finally {
          button.disabled = false;
        }
      });
    }
  }
}

export const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
