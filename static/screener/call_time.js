// A time that is chosen in the reader's zone.
(() => {
  "use strict";
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const showTime = (form) => {
    const part = form.querySelector("[data-call-at]");
    if (part) part.hidden = form.querySelector("[name=when]:checked")?.value !== "at";
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const zone of document.querySelectorAll("[data-reader-zone]")) {
      const form = zone.form;
      zone.value = ownZone;
      const name = form.querySelector("[data-zone-name]");
      if (name) name.textContent = ownZone;
      showTime(form);
      form.addEventListener("change", () => showTime(form));
    }
  });
})();
