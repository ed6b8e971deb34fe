// The review page: tabs, player, marked words, keys, and updates that disturb no one who reads, listens or writes.
(() => {
  "use strict";
  const { desk } = window;
  const SECONDS_BETWEEN_UPDATES = 4, SECONDS_WHEN_IDLE = 30, SEEK_SECONDS = 5;
  let page, playsAll = false;

  // --- Tabs -----------------------------------------------------------------------------------------

  const tabs = () => [...page.querySelectorAll("[role=tab]:not([hidden])")];
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const currentTab = () => tabs().find((tab) => tab.ariaSelected === "true") ?? tabs()[0];
  const currentPanel = () => panelOf(currentTab());
  const showTab = (tab, { focus = false } = {}) => {
    for (const other of tabs()) {
      other.ariaSelected = String(other === tab);
      other.tabIndex = other === tab ? 0 : -1;
      const panel = panelOf(other);
      panel.hidden = other !== tab;
      if (panel.hidden) panel.querySelectorAll("audio, video").forEach((player) => player.pause());
    }
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focus) tab.focus();
    // Without a hash for the first tab: at the end of loading, browsers move the focus to the element that a hash names.
    history.replaceState(null, "", tab === tabs()[0] ? window.location.pathname : tab.hash);
    const player = panelOf(tab).querySelector("[data-player]");
    if (player) preparePlayer(player);
  };
  const stepTab = (step, options) => {
    const all = tabs(), next = all[all.indexOf(currentTab()) + step];
    if (next) showTab(next, options);
  };
  const tabOf = (hash) => tabs().find((tab) => tab.hash === hash);

  // --- The resume beside the answers ----------------------------------------------------------------

  const isWide = window.matchMedia("(min-width: 1440px)");
  const isBeside = () => isWide.matches && page.dataset.resumeBeside === "yes";
  const resumeTab = () => page.querySelector("#tab-resume");
  // A panel that is always shown is no panel of a tab.
  const placeResume = () => {
    const tab = resumeTab(), panel = document.getElementById("resume");
    if (!tab || !panel) return;
    const beside = isBeside();
    tab.hidden = beside;
    page.toggleAttribute("data-beside", beside);
    panel.setAttribute("role", beside ? "region" : "tabpanel");
    if (beside) panel.hidden = false;
    panel.querySelector("[data-resume-place]").textContent = beside ? page.dataset.resumeHide : page.dataset.resumeShow;
  };
  const setBeside = (beside) => {
    page.dataset.resumeBeside = beside ? "yes" : "no";
    const body = new FormData(page.querySelector("[data-resume-form]"));
    body.set("beside", page.dataset.resumeBeside);
    fetch(page.querySelector("[data-resume-form]").action, { method: "POST", body }).catch(() => { /* this page remembers it */ });
    const shown = currentTab();
    placeResume();
    showTab(beside ? (shown.hidden ? tabs()[0] : shown) : resumeTab());
    document.querySelector("[data-resume-place]").focus({ preventScroll: true });
  };
  const showResume = () => {
    const tab = resumeTab();
    if (!tab) return;
    if (tab.hidden) document.getElementById("resume").focus();
    else showTab(tab);
  };

  // --- Player ---------------------------------------------------------------------------------------

  const audioOf = (element) => element?.querySelector("[data-player] audio");
  // A pause or another source that comes before the sound interrupts it, which is no error.
  const play = (audio) => audio.play().catch(() => {});
  const drawWave = (canvas, peaks, part) => {
    const context = canvas.getContext("2d"), { width, height } = canvas, step = width / peaks.length;
    const loudest = Math.max(...peaks, 0.01);
    context.clearRect(0, 0, width, height);
    context.fillStyle = getComputedStyle(canvas).color;
    peaks.forEach((peak, index) => {
      const bar = Math.max(2, (peak / loudest) * height);
      context.globalAlpha = index / peaks.length < part ? 1 : 0.35;
      context.fillRect(index * step, (height - bar) / 2, Math.max(1, step - 1), bar);
    });
  };
  const preparePlayer = (player) => {
    if (player.dataset.prepared) return;
    player.dataset.prepared = "yes";
    const audio = player.querySelector("audio"), canvas = player.querySelector("canvas");
    let peaks = [];
    const redraw = () => drawWave(canvas, peaks, audio.duration ? audio.currentTime / audio.duration : 0);
    fetch(player.dataset.peaks).then((response) => (response.ok ? response.json() : { peaks: [] })).then((body) => {
      peaks = body.peaks;
      canvas.hidden = !peaks.length;
      redraw();
    }).catch(() => { canvas.hidden = true; });
    desk.followSpeed(audio, player.querySelector("[data-speed]"));
    audio.addEventListener("timeupdate", () => { redraw(); markSpoken(player.closest("[role=tabpanel]"), audio.currentTime); });
    audio.addEventListener("ended", () => { if (playsAll) playNext(player); });
    audio.addEventListener("pause", () => { if (!audio.ended) playsAll = false; });
    canvas.addEventListener("click", (event) => {
      if (audio.duration) audio.currentTime = (event.offsetX / canvas.clientWidth) * audio.duration;
      else play(audio);
    });
  };
  const playNext = (player) => {
    const all = [...page.querySelectorAll("[data-player]")], next = all[all.indexOf(player) + 1];
    if (!next) { playsAll = false; return; }
    showTab(tabOf(`#${next.closest("[role=tabpanel]").id}`));
    playsAll = true;
    play(next.querySelector("audio"));
  };
  const jumpTo = (panel, second) => {
    const audio = audioOf(panel);
    if (!audio) return;
    const moveTo = () => { audio.currentTime = second; };
    if (audio.readyState) moveTo();
    else audio.addEventListener("loadedmetadata", moveTo, { once: true });
    play(audio);
  };
  // Browsers record video without its duration, and then can't seek. They know it once the end was asked for.
  const learnDuration = ({ target: video }) => {
    if (!video.matches?.("[data-video]") || video.duration !== Infinity) return;
    const goBack = () => {
      if (video.duration === Infinity) return;
      video.removeEventListener("durationchange", goBack);
      video.currentTime = 0;
      play(video);
    };
    video.addEventListener("durationchange", goBack);
    video.currentTime = Number.MAX_SAFE_INTEGER;
  };
  const pauseOthers = ({ target: player }) => {
    for (const other of page.querySelectorAll("audio, video")) if (other !== player) other.pause();
  };
  const markSpoken = (panel, second) => {
    let spoken = null;
    for (const piece of panel.querySelectorAll("[data-second]")) {
      piece.classList.remove("r-spoken");
      if (Number(piece.dataset.second) <= second) spoken = piece.dataset.second;
    }
    if (spoken === null) return;
    for (const piece of panel.querySelectorAll(`[data-second="${CSS.escape(spoken)}"]`)) piece.classList.add("r-spoken");
  };

  // --- The words that a criterion rests on ----------------------------------------------------------

  const markWords = (panel, criterion) => {
    for (const piece of panel.querySelectorAll("[data-criteria]")) {
      piece.classList.toggle("r-marked", criterion !== null && piece.dataset.criteria.split(" ").includes(criterion));
    }
  };
  const shownCriterion = (panel, element) => {
    const pointed = element?.closest?.("[data-criterion]") ?? panel.querySelector("[data-criterion][open]");
    return pointed ? pointed.dataset.criterion : null;
  };
  const followCriteria = (event) => {
    const panel = event.target.closest?.("[role=tabpanel]");
    if (panel) markWords(panel, shownCriterion(panel, event.target));
  };

  // --- Updates --------------------------------------------------------------------------------------

  const isInUse = (part) => {
    const isPlaying = [...part.querySelectorAll("audio, video")].some((player) => !player.paused);
    return part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, audio, video")
      || isPlaying || part.querySelector("dialog[open], .d-menu[open]");
  };
  const CONTROLS = "a, button, summary, select, input", PANES = ".r-column", FOLDS = "details";
  // What is opened, scrolled, focused and written in a part stays as it is in the part that replaces it.
  const keepPlace = (shown, fresh) => {
    const pairs = (selector) => {
      const others = [...fresh.querySelectorAll(selector)];
      const counterpart = (old, index) => (old.id ? others.find((other) => other.id === old.id) : others[index]);
      return [...shown.querySelectorAll(selector)].map((old, index) => [old, counterpart(old, index)]).filter(([, other]) => other);
    };
    for (const [old, other] of pairs(FOLDS)) other.open = old.open;
    for (const [old, other] of pairs("textarea")) other.value = old.value;
    const focused = document.activeElement, scrolls = [[shown, fresh], ...pairs(PANES)].map(([old, other]) => [other, old.scrollTop]);
    const [, counterpart] = pairs(CONTROLS).find(([old]) => old === focused) ?? [];
    const isWithin = shown.contains(focused);
    shown.replaceWith(fresh);
    for (const [pane, place] of scrolls) pane.scrollTop = place;
    if (isWithin) (document.getElementById(focused.id) ?? counterpart)?.focus({ preventScroll: true });
  };
  const replacePart = (fresh) => {
    const shown = page.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (!shown) page.querySelector(".r-panels").append(fresh);
    else if (shown.dataset.v === fresh.dataset.v) return true;
    else if (isInUse(shown)) return false;
    else keepPlace(shown, fresh);
    return true;
  };
  const applyUpdate = (fresh, marker) => {
    const hash = currentTab().hash;
    const parts = [...fresh.querySelectorAll("[data-part]")], names = parts.map((part) => part.dataset.part);
    const isComplete = parts.map(replacePart).every(Boolean);
    for (const part of page.querySelectorAll("[data-part]")) if (!names.includes(part.dataset.part)) part.remove();
    // A part in use keeps its old version, so that the next update tries it again.
    if (!isComplete) marker.dataset.v = "";
    desk.findPoll().replaceWith(marker);
    placeResume();
    showTab(tabOf(hash) ?? tabs()[0]);
    desk.afterUpdate(page);
  };
  const update = async () => {
    if (!desk.findPoll()) return;
    try {
      const response = await fetch(`${page.dataset.update}?v=${desk.findPoll().dataset.v || "none"}`);
      if (response.status === 200) {
        const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
        const marker = fresh.querySelector("[data-desk-poll]");
        if (!marker) return desk.showLoggedOut();
        applyUpdate(fresh, marker);
      }
    } catch { /* the server is away, or the page is being left: the next update tries again */ }
    schedule();
  };
  let timer;
  // The title tells of a result while another page is looked at, so a hidden page waits for it, too.
  const schedule = () => {
    clearTimeout(timer);
    const poll = desk.findPoll();
    if (!poll) return; // another update found that the session is over
    const isUnderWay = poll.dataset.underWay === "yes";
    timer = setTimeout(() => (document.hidden && !isUnderWay ? schedule() : update()), 1000 * (isUnderWay ? SECONDS_BETWEEN_UPDATES : SECONDS_WHEN_IDLE));
  };

  // --- Keys -----------------------------------------------------------------------------------------

  const openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), button").focus();
  };
  const follow = (id) => document.getElementById(id)?.click();
  const togglePlay = () => {
    const audio = audioOf(currentPanel());
    if (audio) audio.paused ? play(audio) : audio.pause();
  };
  const seek = (seconds) => {
    const audio = audioOf(currentPanel());
    if (!audio || audio.paused) return false;
    audio.currentTime = Math.max(0, audio.currentTime + seconds);
    return true;
  };
  const writeNote = () => {
    const tab = tabOf("#notes");
    if (!tab) return;
    showTab(tab);
    panelOf(tab).querySelector("textarea")?.focus();
  };
  const KEYS = {
    j: () => stepTab(1), k: () => stepTab(-1), d: () => follow("r-decide"), "?": () => openDialog("r-keys"),
    n: () => follow("r-following"), p: () => follow("r-previous"),
    r: showResume, m: writeNote, " ": togglePlay,
  };
  // In the decision, a letter chooses: h, c or r, unless the reason is being written. What overrules needs a reason next.
  const chooseVerdict = (event) => {
    const dialog = event.target.closest("#r-decision");
    if (dialog && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return dialog.querySelector("form").requestSubmit(dialog.querySelector(".d-primary"));
    }
    if (!dialog || event.target.matches("textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = dialog.querySelector(`[name=verdict][data-key="${CSS.escape(event.key)}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    (choice.value === dialog.dataset.recommended ? choice : dialog.querySelector("[name=reason]")).focus();
  };
  const hasOwnKeys = (element) => element.closest("input, textarea, select, audio, video, dialog, .d-menu[open], [contenteditable]");
  const onKey = (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || hasOwnKeys(target)) return;
    if (target.matches("[role=tab]") && ["ArrowRight", "ArrowLeft"].includes(key)) {
      event.preventDefault();
      return stepTab(key === "ArrowRight" ? 1 : -1, { focus: true });
    }
    if (["ArrowRight", "ArrowLeft"].includes(key)) { if (seek(key === "ArrowRight" ? SEEK_SECONDS : -SEEK_SECONDS)) event.preventDefault(); return; }
    if (key === " " && target.closest("a:not([role=tab]), button, summary")) return;
    if (!KEYS[key]) return;
    event.preventDefault();
    KEYS[key]();
  };
  const onClick = (event) => {
    const { target } = event;
    const tab = target.closest("[role=tab]"), link = target.closest("[data-review-goto]"), panel = target.closest("[role=tabpanel]");
    if (tab) { event.preventDefault(); showTab(tab); }
    else if (link) { event.preventDefault(); showTab(tabOf(link.hash), { focus: true }); }
    else if (target.closest("[data-review-decide]") && document.getElementById("r-decision")) { event.preventDefault(); openDialog("r-decision"); }
    else if (target.closest("[data-review-help]")) { desk.closeMenu(target.closest(".d-menu")); openDialog("r-keys"); }
    else if (target.closest("[data-review-close]")) target.closest("dialog").close();
    else if (target.closest("[data-jump]")) jumpTo(panel, Number(target.closest("[data-jump]").dataset.jump));
    else if (target.closest("[data-resume-place]")) { event.preventDefault(); setBeside(!isBeside()); }
    else if (target.closest("[data-play-all]")) { playsAll = true; play(audioOf(panel)); }
    else if (target.closest("[data-second]")) jumpTo(panel, Number(target.closest("[data-second]").dataset.second));
  };

  document.addEventListener("DOMContentLoaded", () => {
    page = document.querySelector("[data-review]");
    if (!page) return;
    placeResume();
    showTab(tabOf(window.location.hash) ?? tabs()[0]);
    isWide.addEventListener("change", () => { placeResume(); showTab(currentTab()); });
    page.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    page.addEventListener("keydown", chooseVerdict);
    for (const kind of ["mouseover", "focusin", "focusout", "mouseout"]) page.addEventListener(kind, followCriteria);
    page.addEventListener("toggle", followCriteria, true);
    page.addEventListener("loadedmetadata", learnDuration, true);
    page.addEventListener("play", pauseOthers, true);
    document.addEventListener("review:update", update);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });
    schedule();
  });
})();
