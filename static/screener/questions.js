// The page on which a job's questions are edited: after a button, the user continues at the control that belongs to it.
// A question that was dragged is moved by the server, like one that was moved by its buttons.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  document.querySelector(".q-editor [data-focus]")?.focus();
  document.querySelector("[data-sortable]")?.addEventListener("end", ({ oldIndex, newIndex, target }) => {
    if (oldIndex === newIndex) return;
    const move = document.createElement("button");
    Object.assign(move, { name: "do", value: `drop:${oldIndex}:${newIndex}`, hidden: true });
    target.closest("form").append(move);
    move.click();
  });
});
