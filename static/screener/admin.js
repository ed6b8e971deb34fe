// Icons are words drawn by a font, and would be read out as such: "gavel Decide", "add" for "Add interview".
document.addEventListener("DOMContentLoaded", () => {
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) icon.setAttribute("aria-hidden", "true");
});
