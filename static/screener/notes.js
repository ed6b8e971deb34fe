// Notes: saved without leaving the page, and suggestions of colleagues while a mention is typed.
(() => {
  "use strict";
  const TYPED = /(^|[^\w@.+-])@([\w.@+-]*)$/u;
  const WAIT = 150;
  let count = 0;

  // --- Saving ---------------------------------------------------------------------------------------

  const showProblem = (form, text, isWarning) => {
    const box = form.querySelector("[data-note-problem]");
    box.textContent = text;
    box.classList.toggle("d-danger", !isWarning);
    box.hidden = !text;
  };
  const save = async (event) => {
    const form = event.target.closest("[data-note-form]");
    if (!form) return;
    event.preventDefault();
    const address = event.submitter?.getAttribute("formaction") || form.action, area = form.querySelector("textarea");
    form.querySelectorAll("button").forEach((button) => (button.disabled = true));
    try {
      const response = await fetch(address, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const answer = response.redirected ? {} : await response.json();
      if (response.redirected || !response.ok) throw new Error(answer.problem ?? "");
      showProblem(form, answer.warning, true);
      if (form.matches("[data-note-new]")) area.value = "";
      else area.defaultValue = area.value;
      form.closest("details")?.removeAttribute("open");
      document.dispatchEvent(new Event("review:update"));
    } catch (error) {
      showProblem(form, error instanceof SyntaxError || error instanceof TypeError || !error.message ? form.closest("[data-note-unsaved]").dataset.noteUnsaved : error.message);
    }
    form.querySelectorAll("button").forEach((button) => (button.disabled = false));
    area.focus();
  };

  // --- Suggestions ----------------------------------------------------------------------------------

  const listOf = (area) => document.getElementById(area.getAttribute("aria-controls"));
  const optionsOf = (area) => [...(listOf(area)?.children ?? [])];
  const isOpen = (area) => optionsOf(area).length > 0;
  const typedName = (area) => TYPED.exec(area.value.slice(0, area.selectionStart))?.[2];
  const close = (area) => {
    listOf(area)?.replaceChildren();
    area.removeAttribute("aria-activedescendant");
  };
  const mark = (area, option) => {
    for (const other of optionsOf(area)) other.ariaSelected = String(other === option);
    area.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const marked = (area) => optionsOf(area).find((option) => option.ariaSelected === "true");
  const move = (area, step) => {
    const options = optionsOf(area), place = options.indexOf(marked(area)) + step;
    mark(area, options[(place + options.length) % options.length]);
  };
  const choose = (area, option) => {
    const start = area.selectionStart - typedName(area).length;
    area.setRangeText(`${option.dataset.username} `, start, area.selectionStart, "end");
    close(area);
    area.focus();
  };
  const show = (area, users) => {
    const options = users.map((user) => {
      const option = document.createElement("li");
      Object.assign(option, { role: "option", id: `n-option-${count++}`, ariaSelected: "false" });
      option.dataset.username = user.username;
      const name = document.createElement("strong");
      name.textContent = `@${user.username}`;
      option.append(name, user.name ? ` ${user.name}` : "");
      return option;
    });
    listOf(area).replaceChildren(...options);
    if (options.length) mark(area, options[0]);
    else close(area);
  };
  const suggest = async (area) => {
    const name = typedName(area);
    if (name === undefined) return close(area);
    try {
      const response = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(name)}`);
      const answer = response.ok && !response.redirected ? await response.json() : { users: [] };
      if (typedName(area) === name && document.activeElement === area) show(area, answer.users);
    } catch { close(area); }
  };
  const prepare = (area) => {
    if (area.hasAttribute("aria-controls")) return;
    const list = document.createElement("ul");
    Object.assign(list, { role: "listbox", id: `n-list-${count++}`, className: "n-suggestions", ariaLabel: "@" });
    area.after(list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-haspopup", "listbox");
    area.setAttribute("aria-controls", list.id);
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) choose(area, option);
    });
  };
  const KEYS = {
    ArrowDown: (area) => move(area, 1), ArrowUp: (area) => move(area, -1), Escape: close,
    Enter: (area) => choose(area, marked(area)), Tab: (area) => choose(area, marked(area)),
  };
  const onKey = (event) => {
    const area = event.target;
    if (!area.matches?.("[data-mentions]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); area.form.requestSubmit(); return; }
    if (!isOpen(area) || !KEYS[event.key] || event.shiftKey) return;
    event.preventDefault();
    KEYS[event.key](area);
  };
  let timer;
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-mentions]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => suggest(event.target), WAIT);
  });
  document.addEventListener("focusin", (event) => { if (event.target.matches?.("[data-mentions]")) prepare(event.target); });
  document.addEventListener("focusout", (event) => { if (event.target.matches?.("[data-mentions]")) close(event.target); });
  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", save);
})();
