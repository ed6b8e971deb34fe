// The comparison: one player for all answers, which says who speaks.
(() => {
  "use strict";
  let page, player, audio, queue = [], at = -1, lastSpeaker = "";

  const show = (text) => { player.querySelector("[data-now]").textContent = text; };
  const markSpeaking = (cell) => {
    for (const other of page.querySelectorAll(".c-speaking")) other.classList.remove("c-speaking");
    cell?.classList.add("c-speaking");
  };
  const playAt = (index) => {
    const cell = queue[index];
    if (!cell) return;
    at = index;
    lastSpeaker = cell.dataset.candidate;
    player.hidden = false;
    markSpeaking(cell);
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(queue.length > 1 ? `${cell.dataset.label} (${index + 1}/${queue.length})` : cell.dataset.label);
    audio.src = cell.dataset.audio;
    // The next answer ends a play that has not begun; a missing file is told by the event `error`.
    audio.play().catch(() => {});
  };
  const play = (cells) => { queue = cells; playAt(0); };
  const step = (by) => { if (queue[at + by]) playAt(at + by); else if (by > 0) stop(); };
  const stop = () => {
    audio.pause();
    audio.removeAttribute("src");
    queue = [];
    at = -1;
    player.hidden = true;
    markSpeaking(null);
  };
  const playQuestion = (row) => { const cells = [...row.querySelectorAll("[data-audio]")]; if (cells.length) play(cells); };
  const questionRow = (number) => page.querySelector(`[data-question="${CSS.escape(number)}"]`);

  const decide = () => (page.querySelector(`[data-decide="${CSS.escape(lastSpeaker)}"]`) ?? page.querySelector("[data-decide]"))?.click();
  const togglePlay = () => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
  const KEYS = { n: () => step(1), p: () => step(-1), s: stop, " ": togglePlay };
  const onKey = (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, audio, dialog")) return;
    if (key === "d") return decide();
    if (!player) return;
    if (/^[1-9]$/.test(key)) { const row = questionRow(key); if (row) playQuestion(row); return; }
    const isPressed = key === " " && target.closest("a, button, summary");
    if (player.hidden || isPressed || !KEYS[key]) return;
    event.preventDefault();
    KEYS[key]();
  };
  const onClick = ({ target }) => {
    const row = target.closest("[data-play-all]")?.closest("tr"), cell = target.closest("[data-play]")?.closest("td");
    if (row) playQuestion(row);
    else if (cell) play([cell]);
    else if (target.closest("[data-step]")) step(Number(target.closest("[data-step]").dataset.step));
    else if (target.closest("[data-stop]")) stop();
  };
  const preparePlayer = () => {
    audio = player.querySelector("audio");
    window.desk.followSpeed(audio, player.querySelector("[data-speed]"));
    audio.addEventListener("ended", () => { if (queue[at + 1]) step(1); });
    audio.addEventListener("error", () => { if (audio.hasAttribute("src")) show(`${queue[at].dataset.label}: ${player.dataset.missing}`); });
  };

  document.addEventListener("DOMContentLoaded", () => {
    page = document.querySelector("[data-compare]");
    if (!page) return;
    player = page.querySelector("[data-player]");
    if (player) preparePlayer();
    page.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
  });
})();
