// The form for a new interview: names of countries and zones in the reader's language, parts that do not apply are hidden.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const countries = new Intl.DisplayNames([language], { type: "region" });

  // "DE +49" becomes "Germany +49", sorted by name.
  const nameCountries = (select) => {
    const options = [...select.options].filter((option) => option.value);
    for (const option of options) option.text = option.text.replace(option.value, countries.of(option.value));
    options.sort((one, other) => one.text.localeCompare(other.text, language));
    select.append(...options);
  };
  const nameCountry = (element) => { element.textContent = countries.of(element.dataset.country); };

  const fillZones = (list) => {
    for (const zone of Intl.supportedValuesOf("timeZone")) list.append(new Option(zone, zone));
  };

  const chosen = (form, name) => form.querySelector(`[name=${name}]:checked`)?.value ?? "";
  const showParts = (form) => {
    const known = form.elements.candidate.value || !["", "other"].includes(chosen(form, "same_person"));
    const toggle = (name, isHidden) => { const part = form.querySelector(`[data-${name}]`); if (part) part.hidden = isHidden; };
    toggle("contact", Boolean(form.elements.candidate.value));
    toggle("consent", !chosen(form, "consent"));
    for (const part of form.querySelectorAll("[data-calls]")) part.hidden = form.elements.channel.value !== "phone" && !part.querySelector(".d-errors");
    form.dataset.known = known ? "yes" : "no";
  };

  // --- The check beside the form -----------------------------------------------------------------------

  const showCheck = (box, form, html) => {
    box.innerHTML = html;
    for (const element of box.querySelectorAll("[data-country]")) nameCountry(element);
    window.times.localiseTimes(box);
    showParts(form);
  };
  const watchForm = (form, box) => {
    let newest = 0, timer = 0;
    const check = async () => {
      clearTimeout(timer);
      const number = ++newest, fields = new FormData(form);
      for (const name of ["resume_file", "resume_text"]) fields.delete(name);
      const answer = await fetch(box.dataset.check, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
      const html = answer?.ok ? await answer.text() : "";
      // A login page in place of the check says nothing about the form.
      if (number === newest && html.includes("data-checked")) showCheck(box, form, html);
    };
    form.addEventListener("change", check);
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(check, 600); });
    check();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("intake");
    if (!form) return;
    nameCountries(form.elements.country);
    fillZones(document.getElementById("time-zones"));
    showParts(form);
    form.addEventListener("change", () => showParts(form));
    // Select2 tells jQuery alone that its choice has changed.
    window.django?.jQuery(form.elements.candidate).on("change.select2 select2:select select2:clear", () => {
      form.dispatchEvent(new Event("change", { bubbles: true }));
    });
    form.querySelector("[data-error-summary]")?.focus();
    watchForm(form, document.getElementById("intake-check"));
  });
})();
