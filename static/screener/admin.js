document.addEventListener("DOMContentLoaded", () => {
  // Icons are words drawn by a font, and would be read out as such: "gavel Decide", "add" for "Add interview".
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) icon.setAttribute("aria-hidden", "true");
  // Unfold's switches are spans and links without an address. No key reaches them, and those drawn by an icon have no name.
  const names = { dock_to_right: "Menu", close: "Close menu", more_horiz: "Actions" };
  for (const control of document.querySelectorAll("[x-on\\:click]")) {
    const name = names[control.textContent.trim()];
    if (name) {
      control.ariaLabel = name;
      control.removeAttribute("aria-hidden");
    }
    if (!control.matches("a:not([href]), .cursor-pointer, .material-symbols-outlined")) continue;
    control.tabIndex = 0;
    control.role = "button";
    control.addEventListener("keydown", (event) => {
      if (event.target !== control || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      control.click();
    });
  }
  // Unfold has no landmark for the content, and a link to it must take the focus there.
  const content = document.querySelector("#content");
  if (content) Object.assign(content, { role: "main", tabIndex: -1 });
  // What a search looks through stands in its field alone, where it is no name.
  for (const field of document.querySelectorAll("input[placeholder]:not([aria-label])")) {
    if (!field.labels.length) field.ariaLabel = field.placeholder;
  }
});
