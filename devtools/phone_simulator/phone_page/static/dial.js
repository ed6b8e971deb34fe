/** The form by which a person has themselves called. The network asks the application's API for it. */

import { ask, byId, el, form } from "./dom.js";

const note = (text, wrong = false) => {
  byId("dial-note").textContent = text;
  byId("dial-note").hidden = !text;
  byId("dial-note").classList.toggle("wrong", wrong);
};

export function initDial() {
  byId("dial").addEventListener("submit", dial);
  addEventListener("focus", load);
  load();
}

/** Which jobs there are may have changed while the person was elsewhere, approving questions. */
async function load() {
  let app, jobs;
  try {
    ({ app, jobs } = await ask("GET", "/simulator/jobs"));
  } catch (error) {
    return note(error.message, true);
  }
  byId("dial-fields").hidden = !app;
  if (!app) {
    return note("To be called from here, start the phone network with\n--app-url\u00a0http://127.0.0.1:8000 --app-key\u00a0KEY");
  }
  const select = byId("dial").elements.job;
  const chosen = select.value;
  select.replaceChildren(...jobs.map(({ id, title, ready }) =>
    el("option", { value: id, disabled: !ready }, ready ? title : `${title} (no approved questions)`)));
  select.value = jobs.find(({ id, ready }) => ready && id === chosen)?.id ?? jobs.find(({ ready }) => ready)?.id ?? "";
  note(select.value ? "" : `${app} has no open job with approved questions yet.`);
}

async function dial(event) {
  event.preventDefault();
  const { name, phone, job, mine } = event.target.elements;
  const button = event.submitter;
  button.disabled = true;
  note("Asking the application…");
  try {
    const fields = { name: name.value, phone: phone.value, job: job.value, mine: mine.checked };
    await ask("POST", "/simulator/dial", form(fields));
    note("The interview is on its way. It rings here in a moment.");
    setTimeout(note, 10_000, "");
  } catch (error) {
    note(error.message, true);
  }
  button.disabled = false;
}
