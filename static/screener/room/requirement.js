/** A question about a requirement of the job: the candidate chooses or writes a short answer. */

const CHOICES = ["no_answer", "right", "change", "stop", "go_on"];
const INPUT_TYPES = { date: "date" };

export class Requirement {
  #view;

  /** `onAnswer` takes the text of an answer, `onChoice` a choice in place of one. */
  constructor(view, { onAnswer, onChoice }) {
    this.#view = view;
    this.#view.find("[data-requirement-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      const input = this.#view.find("[data-requirement-text]");
      onAnswer(event.submitter?.value || input.value);
    });
    for (const choice of CHOICES) this.#view.on(choice, () => onChoice(choice));
  }

  show(state) {
    const isAsked = state.choices.includes("no_answer");
    this.#view.set("requirement", state.text);
    this.#view.set("requirement-note", state.note);
    for (const choice of CHOICES) this.#view.when(`may-${choice}`, state.choices.includes(choice));
    const options = this.#view.find("[data-requirement-options]");
    options.replaceChildren(...state.options.map(makeButton));
    options.hidden = !isAsked || !state.options.length;
    const input = this.#view.find("[data-requirement-text]");
    Object.assign(input, { type: INPUT_TYPES[state.kind] ?? "text", value: "" });
    input.inputMode = state.kind === "number" ? "decimal" : "text";
    this.#view.find("[data-requirement-writing]").hidden = !isAsked || state.options.length > 0;
    this.#view.show("eligibility");
  }
}

const makeButton = (option) =>
  Object.assign(document.createElement("button"), { className: "r-button", value: option, textContent: option, dir: "auto" });
