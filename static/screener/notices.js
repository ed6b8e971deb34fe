// The bell in the head of each page, and notices that are read when their link is followed.
(() => {
  "use strict";
  const SECONDS_BETWEEN_UPDATES = 30;
  let bell, last = null;

  const show = ({ count, label }) => {
    const badge = bell.querySelector("[data-bell-count]");
    badge.textContent = count;
    badge.hidden = !count;
    bell.ariaLabel = bell.title = label;
    if (last !== null && count && count !== last) document.querySelector("[data-bell-status]").textContent = label;
    last = count;
  };
  const update = async () => {
    try {
      const response = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" } });
      if (response.ok && !response.redirected) show(await response.json());
    } catch { /* the server is away, or the page is being left */ }
  };
  const schedule = () => setTimeout(async () => {
    if (!document.hidden) await update();
    schedule();
  }, SECONDS_BETWEEN_UPDATES * 1000);

  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-notice-link]")?.closest("[data-notice]").querySelector("form");
    if (form) fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, keepalive: true }).catch(() => {});
  });
  document.addEventListener("DOMContentLoaded", () => {
    bell = document.querySelector("[data-bell]");
    if (!bell) return;
    update();
    schedule();
    window.addEventListener("focus", update);
  });
})();
