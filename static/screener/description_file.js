// A job's form: reads the chosen file by its own button, and brings back the description that it replaced.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const fill = document.querySelector("[data-fill]");
  if (!fill) return;
  const form = fill.closest("form");
  // At the end of the page, behind the buttons that save: the Enter key presses the first button of a form.
  const button = Object.assign(document.createElement("button"), { name: fill.dataset.fill, value: "1", hidden: true });
  button.setAttribute("form", form.id);
  document.body.append(button);
  fill.hidden = false;
  fill.addEventListener("click", () => form.requestSubmit(button));

  const swap = document.querySelector("[data-swap]");
  if (swap) {
    swap.hidden = false;
    swap.addEventListener("click", () => {
      const shown = form.elements.description, kept = form.elements.replaced_text;
      [shown.value, kept.value] = [kept.value, shown.value];
    });
  }
  // After a script of Django, which focuses the first field.
  window.addEventListener("load", () => document.querySelector("[data-filled]")?.focus());
});
