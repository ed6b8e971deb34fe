// A menu of unfold lies before its button or at the end of the page: move there, and back by Escape or after its last link.
const enterMenu = (control) => {
  const box = control.parentElement;
  const menu = box.querySelector(":scope > template[x-teleport]")?._x_teleport ?? box.querySelector(":scope > nav");
  if (!menu) return;
  setTimeout(() => menu.querySelector("a, button")?.focus(), 50);
  menu.onkeydown = (event) => {
    const links = [...menu.querySelectorAll("a, button")];
    const leaves = event.key === "Tab" && document.activeElement === (event.shiftKey ? links[0] : links.at(-1));
    if (event.key !== "Escape" && !leaves) return;
    event.preventDefault();
    control.focus();
    control.click();
  };
};

document.addEventListener("DOMContentLoaded", () => {
  // Icons are words drawn by a font, and would be read out as such: "gavel Decide", "add" for "Add interview".
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) icon.setAttribute("aria-hidden", "true");
  // Unfold's switches are spans and links without an address. No key reaches them, and those drawn by an icon have no name.
  const texts = document.querySelector("meta[name=texts]")?.dataset ?? {};
  const names = { dock_to_right: texts.menu, close: texts.closeMenu, more_horiz: texts.actions };
  for (const control of document.querySelectorAll("[x-on\\:click]")) {
    const name = control.matches("[x-on\\:click*=openTheme]") ? texts.theme : names[control.textContent.trim()];
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
      enterMenu(control);
    });
  }
  // Unfold has no landmark for the content, and a link to it must take the focus there.
  const content = document.querySelector("#content");
  if (content) Object.assign(content, { role: "main", tabIndex: -1 });
  // The logo is a link without words.
  for (const icon of document.querySelectorAll("a[href] > .material-symbols-outlined:only-child")) {
    const link = icon.parentElement;
    if (link.textContent.trim() === icon.textContent.trim() && !link.title && !link.ariaLabel) link.ariaLabel = texts.home;
  }
  // What a search looks through stands in its field alone, where it is no name.
  for (const field of document.querySelectorAll("input[placeholder]:not([aria-label])")) {
    if (!field.labels.length) field.ariaLabel = field.placeholder;
  }
});

// Select2 draws a field whose name for screen readers is what is chosen, at first nothing: name it by its label, too.
const nameSelects = () => {
  for (const box of document.querySelectorAll(".select2-selection__rendered")) {
    const field = document.getElementById(box.id.replace(/^select2-(.*)-container$/, "$1"));
    const label = field?.labels?.[0]?.textContent.trim() ?? "";
    const nameBox = () => (box.ariaLabel = `${label} ${box.textContent.trim()}`.trim());
    nameBox();
    new MutationObserver(nameBox).observe(box, { childList: true, subtree: true });
  }
};
// A timer, because jQuery draws the fields by one, which the load of cached files may overtake.
window.addEventListener("load", () => setTimeout(nameSelects));
