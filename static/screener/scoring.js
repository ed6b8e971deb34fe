// Scoring by keys, words picked from the transcript as evidence, and drafts. The form works without this file.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form#scoring");
  const transcript = document.querySelector("#transcript");
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  let active = 0;
  let selected = null;

  // --- The marked criterion ---------------------------------------------------------------------------

  function mark(number) {
    active = Math.max(0, Math.min(number, criteria.length - 1));
    criteria.forEach((criterion, at) => criterion.classList.toggle("s-active", at === active));
  }

  function focusCriterion(number) {
    mark(number);
    // Without a score the criterion itself has the focus: Space on a radio button would score 0.
    (criteria[active].querySelector("input[type=radio]:checked") || criteria[active]).focus();
    criteria[active].scrollIntoView({ block: "nearest" });
  }

  function setScore(value) {
    const radio = criteria[active].querySelector(`input[type=radio][value="${value}"]`);
    radio.checked = true;
    radio.focus();
    form.dispatchEvent(new Event("input"));
  }

  criteria.forEach((criterion, number) => {
    criterion.tabIndex = -1;
    criterion.addEventListener("focusin", () => mark(number));
  });

  // --- Evidence ---------------------------------------------------------------------------------------

  // Offsets count characters as Python does, not the units of UTF-16.
  const length = (text) => [...text].length;

  function selectedSpan() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!transcript.contains(range.startContainer) || !transcript.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(transcript);
    before.setEnd(range.startContainer, range.startOffset);
    return wholeWords(length(before.toString()), length(before.toString()) + length(range.toString()));
  }

  // A cut word is no quote, so the selection grows to whole words, and spaces around it are left out.
  function wholeWords(start, stop) {
    const characters = [...transcript.textContent];
    const isWord = (at) => at >= 0 && at < characters.length && /[\p{L}\p{N}\p{M}]/u.test(characters[at]);
    while (start < stop && !isWord(start)) start += 1;
    while (stop > start && !isWord(stop - 1)) stop -= 1;
    if (start === stop) return null;
    while (isWord(start - 1)) start -= 1;
    while (isWord(stop)) stop += 1;
    return { value: `${start}-${stop}`, text: characters.slice(start, stop).join("") };
  }

  function addPick(number, value, text) {
    const list = criteria[number].querySelector("ul");
    let box = [...list.querySelectorAll("input")].find((input) => input.value === value);
    if (!box) {
      const label = document.createElement("label");
      const words = document.createElement("span");
      box = Object.assign(document.createElement("input"), { type: "checkbox", name: list.dataset.name, value });
      words.dir = "auto";
      words.textContent = text;
      label.append(box, " ", words);
      list.append(document.createElement("li"));
      list.lastElementChild.append(label);
    }
    box.checked = true;
    return box;
  }

  function addSelectedWords(number) {
    const span = selectedSpan() || selected;
    if (!span) return;
    criteria[number].querySelector("details").open = true;
    const box = addPick(number, span.value, span.text);
    document.getSelection().removeAllRanges();
    selected = null;
    mark(number);
    box.focus();
    form.dispatchEvent(new Event("input"));
  }

  function countPicks() {
    for (const criterion of criteria) {
      criterion.querySelector("output").textContent = criterion.querySelectorAll("ul input:checked").length;
    }
  }

  criteria.forEach((criterion, number) => {
    const button = criterion.querySelector("[data-add]");
    button.hidden = false;
    button.addEventListener("click", () => addSelectedWords(number));
  });
  // A tap on a button may end the selection, so the last one is kept.
  document.addEventListener("selectionchange", () => { selected = selectedSpan() || selected; });

  // --- Drafts: kept in this tab until the answer is saved -----------------------------------------------

  const key = `score.${form.dataset.draft}`;
  const version = form.elements.version.value;
  const texts = () => Object.fromEntries([...form.querySelectorAll("ul input:checked")].map((box) => [
    `${box.name} ${box.value}`, box.parentElement.textContent.trim(),
  ]));

  function keepDraft(isSent) {
    const fields = [...new FormData(form)].filter(([name]) => /^(score|evidence)-|^(note|seen)$/.test(name));
    sessionStorage.setItem(key, JSON.stringify({ version, fields, texts: texts(), isSent }));
  }

  function restoreDraft() {
    const draft = JSON.parse(sessionStorage.getItem(key) || "null");
    if (!draft || draft.version !== version || "bound" in form.dataset) return;
    for (const [name, value] of draft.fields) {
      const number = Number(name.split("-")[1]);
      if (name.startsWith("score-")) form.querySelector(`[name="${name}"][value="${value}"]`).checked = true;
      else if (name.startsWith("evidence-")) {
        addPick(number, value, draft.texts[`${name} ${value}`]);
        criteria[number].querySelector("details").open = true;
      }
      else if (name === "seen" && form.elements.seen) form.elements.seen.checked = true;
      else if (name === "note") form.elements.note.value = value;
    }
  }

  function dropSentDrafts() {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith("score.") && name !== key && JSON.parse(sessionStorage.getItem(name)).isSent) {
        sessionStorage.removeItem(name);
      }
    }
  }

  form.addEventListener("input", () => { countPicks(); keepDraft(false); });
  form.addEventListener("submit", () => keepDraft(true));

  // --- Keys -------------------------------------------------------------------------------------------

  const keysOn = document.querySelector("#keys-on");
  keysOn.checked = localStorage.getItem("score.keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("score.keys", keysOn.checked ? "on" : "off"));

  const follow = (rel) => form.querySelector(`a[rel=${rel}]`)?.click();
  const audio = form.querySelector("audio");
  const actions = {
    t: () => setScore(10),
    j: () => focusCriterion(active + 1),
    k: () => focusCriterion(active - 1),
    w: () => addSelectedWords(active),
    m: () => form.elements.note.focus(),
    n: () => follow("next"),
    p: () => follow("prev"),
    a: () => audio && (audio.paused ? audio.play() : audio.pause()),
    e: () => {
      criteria[active].querySelector("details").open = true;
      const boxes = [...criteria[active].querySelectorAll("ul input")];
      (boxes[boxes.indexOf(document.activeElement) + 1] || boxes[0]).focus();
    },
    "?": () => {
      const keys = document.querySelector("#keys");
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
    },
  };
  for (let score = 0; score <= 9; score += 1) actions[score] = () => setScore(score);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const isTyping = event.target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
    const action = Object.hasOwn(actions, event.key) && actions[event.key];
    if (!action || isTyping || !keysOn.checked || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    action();
  });

  dropSentDrafts();
  restoreDraft();
  countPicks();
  mark(Math.max(0, criteria.findIndex((criterion) => criterion.querySelector(".s-bad"))));
});
