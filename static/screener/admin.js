document.addEventListener("DOMContentLoaded", () => {
  // Icons are words drawn by a font, and would be read out as such: "gavel Decide", "add" for "Add interview".
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) icon.setAttribute("aria-hidden", "true");
  // What a search looks through stands in its field alone, where it is no name.
  for (const field of document.querySelectorAll("input[placeholder]:not([aria-label])")) {
    if (!field.labels.length) field.ariaLabel = field.placeholder;
  }
});
