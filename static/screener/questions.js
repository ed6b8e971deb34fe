// The page on which a job's questions are edited: after a button, the user continues at the control that belongs to it.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  document.querySelector(".q-editor [data-focus]")?.focus();
});
