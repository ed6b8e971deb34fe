// The pages of the desk: they update themselves without losing focus, selection or scroll.
(() => {
  "use strict";
  const texts = document.querySelector("meta[name=texts]").dataset;
  const { locale, localiseTimes } = window.times;

  // --- Updates of a table ---------------------------------------------------------------------------

  const replaceRows = (old, fresh) => {
    const known = new Map([...old.children].map((row) => [row.id, row]));
    [...fresh.children].forEach((row, index) => {
      const shown = known.get(row.id);
      known.delete(row.id);
      let next = shown;
      if (!shown || shown.dataset.v !== row.dataset.v) {
        next = row;
        if (shown) {
          row.querySelector("[name=i]").checked = shown.querySelector("[name=i]").checked;
          shown.replaceWith(row);
        }
      }
      if (old.children[index] !== next) old.insertBefore(next, old.children[index] ?? null);
    });
    for (const row of known.values()) row.remove();
  };

  // As it came from the server: times are shown in words since, so the element itself always differs.
  const sources = new WeakMap();
  const keepSources = (root) => { for (const part of root.querySelectorAll("[data-desk-part]")) sources.set(part, part.outerHTML); };
  const isInUse = (part) => part.querySelector("details[open], dialog[open]")
    || (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));

  // What is being typed or chosen stays. The next update tries again what was left out.
  const replacePart = (shown, part) => {
    if (sources.get(shown) === sources.get(part)) return true;
    if (isInUse(shown)) return false;
    const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
    shown.replaceWith(part);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return true;
  };
  const updateAgain = (poll) => {
    const address = new URL(poll.getAttribute("hx-get"), location.href);
    address.searchParams.set("v", "");
    poll.setAttribute("hx-get", address.pathname + address.search);
  };
  const replaceParts = (target, fragment) => {
    const page = target.closest("[data-desk]");
    const shownPart = (part) => page.querySelector(`[data-desk-part="${part.dataset.deskPart}"]`);
    const rows = target.querySelector("[data-desk-rows]"), fresh = fragment.querySelector("[data-desk-rows]");
    const parts = [...fragment.querySelectorAll("[data-desk-part]")];
    keepSources(fragment);
    // Parts outside of the target, such as the head of the page, come along with it.
    const outside = parts.filter((part) => shownPart(part) && !target.contains(shownPart(part)));
    let isComplete = outside.map((part) => replacePart(shownPart(part), part)).every(Boolean);
    for (const part of outside) if (fragment.contains(part)) part.remove();
    const inside = parts.filter((part) => !outside.includes(part));
    if (Boolean(rows) !== Boolean(fresh) || !inside.every(shownPart)) return target.replaceChildren(...fragment.childNodes);
    if (rows) replaceRows(rows, fresh);
    isComplete = inside.map((part) => replacePart(shownPart(part), part)).every(Boolean) && isComplete;
    if (!isComplete) updateAgain(target.querySelector("[data-desk-part=poll]"));
  };

  const swap = (target, fragment) => {
    if (!fragment.querySelector("[data-desk-poll]")) return showLoggedOut();
    const focused = document.activeElement, place = window.scrollY;
    const isWithin = target.contains(focused);
    replaceParts(target, fragment);
    if (isWithin && focused !== document.activeElement && focused.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
    window.scrollTo({ top: place, behavior: "instant" });
    afterUpdate(target);
    showSelection();
  };

  // --- After an update: the summary for screen readers, and the title, which counts results that came in unseen -------

  const findPoll = () => document.querySelector("[data-desk-poll]");
  const announce = (text) => {
    const summary = document.querySelector("[data-desk-summary]");
    if (summary.textContent !== text) summary.textContent = text;
  };
  // The login page came in place of an update. What is selected or typed stays.
  const showLoggedOut = () => {
    findPoll()?.remove();
    document.querySelector("[data-desk-summary]").className = "d-note";
    announce(texts.loggedOut);
  };

  const title = document.title;
  let finished = null, newest = null;
  const countFinished = (now) => {
    if (newest !== null && now > newest) document.dispatchEvent(new Event("desk:ready"));
    newest = now;
    if (finished === null || document.hasFocus()) finished = now;
    document.title = now > finished ? `(${now - finished}) ${title}` : title;
  };
  const noticeFinished = () => {
    const poll = findPoll();
    if (poll) countFinished(Number(poll.dataset.finished));
  };
  const afterUpdate = (root) => {
    announce(findPoll().dataset.summary);
    noticeFinished();
    localiseTimes(root);
  };

  // --- Menus: one at a time. Escape closes it and returns to its button -----------------------------------------------

  const closeMenu = (menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  };
  const closeOtherMenus = (opened) => {
    for (const menu of document.querySelectorAll(".d-menu[open]")) if (menu !== opened) menu.open = false;
  };

  // --- Selection -------------------------------------------------------------------------------------

  const boxes = () => [...document.querySelectorAll("[data-desk-rows] [name=i]")];
  const showSelection = () => {
    const bar = document.querySelector("[data-desk-selection]");
    if (!bar) return;
    const all = boxes(), chosen = all.filter((box) => box.checked);
    bar.hidden = !chosen.length;
    bar.querySelector("[data-desk-selected]").textContent = chosen.length;
    const compare = bar.querySelector("[data-desk-compare]");
    if (compare) compare.disabled = chosen.length < 2 || chosen.length > 6;
    const every = document.querySelector("[data-desk-all]");
    if (!every) return;
    every.checked = all.length > 0 && chosen.length === all.length;
    every.indeterminate = chosen.length > 0 && chosen.length < all.length;
  };
  const selectAll = (checked) => {
    for (const box of boxes()) box.checked = checked;
    showSelection();
  };

  // --- Weights ---------------------------------------------------------------------------------------

  const showWeight = (slider) => { slider.nextElementSibling.textContent = Number(slider.value).toLocaleString(locale); };
  const resetWeights = (form) => {
    for (const slider of form.querySelectorAll("[data-desk-weight]")) {
      slider.value = slider.dataset.weight;
      showWeight(slider);
    }
    form.dispatchEvent(new Event("change"));
  };

  // --- The speed of a player, which the browser remembers for all of them -----------------------------

  const SPEED = "review-speed";
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* storage may be off */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const followSpeed = (audio, select) => {
    const apply = () => { audio.defaultPlaybackRate = audio.playbackRate = Number(select.value) / 100 || 1; };
    select.value = recall(SPEED) ?? "100";
    select.addEventListener("change", () => { store(SPEED, select.value); apply(); });
    audio.addEventListener("play", apply);
    apply();
  };

  htmx.defineExtension("desk", {
    isInlineSwap: (style) => style === "desk",
    handleSwap: (style, target, fragment) => {
      if (style !== "desk") return false;
      swap(target, fragment);
      return [...target.querySelectorAll("[data-desk-poll]")];
    },
  });

  window.desk = { afterUpdate, closeMenu, findPoll, followSpeed, showLoggedOut };

  document.addEventListener("DOMContentLoaded", () => {
    keepSources(document);
    noticeFinished();
    window.addEventListener("focus", noticeFinished);
    document.addEventListener("toggle", (event) => {
      if (event.target.open && event.target.matches(".d-menu")) closeOtherMenus(event.target);
    }, true);
    document.addEventListener("keydown", (event) => {
      const menu = event.key === "Escape" && event.target.closest(".d-menu[open]");
      if (menu) closeMenu(menu);
    });
    const page = document.querySelector("[data-desk]");
    if (!page) return;
    showSelection();
    page.addEventListener("change", (event) => {
      if (event.target.matches("[data-desk-all]")) selectAll(event.target.checked);
      else if (event.target.matches("[name=i]")) showSelection();
    });
    page.addEventListener("input", (event) => {
      if (event.target.matches("[data-desk-weight]")) showWeight(event.target);
    });
    page.addEventListener("click", (event) => {
      if (event.target.closest("[data-desk-clear]")) selectAll(false);
      else if (event.target.closest("[data-desk-reset]")) resetWeights(event.target.closest("form"));
    });
    // Filters change the address without a reload; forms lead back to the present one.
    page.addEventListener("submit", (event) => {
      const next = event.target.querySelector("[name=next]");
      if (next) next.value = location.pathname + location.search;
    });
  });
})();
