/** The form that starts an interview: the network creates it through the application's API. */

import { byId, createElement, formData, requestJson } from "./dom.js";

const HOW_TO_CONNECT =
  "To start interviews here, start the phone network with:\n--app-url http://127.0.0.1:8000\n--app-key KEY";

/** Codes of the application for a person whom it does not call again. */
const CALLED_ONCE = new Set([
  "declined", "do_not_call", "interviewed", "other_interview", "out_of_service", "person_requested", "wrong_person",
]);
const FIRST_OF_CROWD = 50; // the last two digits of the numbers whose persona is left to chance

export function initInterviewForm(callApplication) {
  byId("interview-form").addEventListener("submit", startInterview);
  byId("call-in").addEventListener("click", () =>
    callApplication(byId("interview-form").elements.phone.value).catch((error) => showNote(error.message, true)));
  addEventListener("focus", loadJobs); // jobs may have changed while the user was in the admin
  loadJobs();
}

async function loadJobs() {
  let app, jobs;
  try {
    ({ app, jobs } = await requestJson("GET", "/simulator/jobs"));
  } catch (error) {
    return showNote(error.message, true);
  }
  byId("interview-fields").hidden = !app;
  if (!app) return showNote(HOW_TO_CONNECT);
  const select = byId("interview-form").elements.job;
  const earlierChoice = select.value;
  select.replaceChildren(...jobs.map(createOption));
  const ready = jobs.filter((job) => job.ready);
  select.value = (ready.find(({ id }) => id === earlierChoice) ?? ready[0])?.id ?? "";
  showNote(select.value ? "" : `${app} has no open job with approved questions yet.`);
}

function createOption({ id, title, ready }) {
  return createElement("option", { value: id, disabled: !ready }, ready ? title : `${title} (no approved questions)`);
}

async function startInterview(event) {
  event.preventDefault();
  const { name, phone, job, mine } = event.target.elements;
  const button = event.submitter;
  button.disabled = true;
  showNote("Creating the interview…");
  try {
    const fields = { name: name.value, phone: phone.value, job: job.value, mine: mine.checked };
    showPlanned(await requestJson("POST", "/simulator/dial", formData(fields)));
  } catch (error) {
    if (CALLED_ONCE.has(error.code)) phone.value = nextNumber(phone.value);
    const hint = CALLED_ONCE.has(error.code) ? `\nTo try again as another person, call ${phone.value}.` : "";
    showNote(error.message + hint, true);
  }
  button.disabled = false;
}

function nextNumber(number) {
  const digits = Number(number.slice(-2));
  return number.slice(0, -2) + (digits < FIRST_OF_CROWD || digits === 99 ? FIRST_OF_CROWD : digits + 1);
}

/** Says who judges the answers. */
function showPlanned({ interviewer, page, scoring_form: form }) {
  showNote("The interview is planned. The call arrives here in a moment. ");
  const judge = form ? unjudgedNote(form) : [`Its answers are judged by: ${interviewer}.`];
  const link = createElement("a", { href: page, target: "_blank" }, "Its page");
  byId("interview-note").append(...judge, " ", link, " shows the result.");
}

/** Says that no model judges the answers that the user gives, and where a person does. */
export function unjudgedNote(form) {
  const link = createElement("a", { href: form, target: "_blank" }, "the scoring form");
  return ["Nothing judges the answers that you give yourself. Score them after the call in ", link, "."];
}

function showNote(text, isError = false) {
  byId("interview-note").textContent = text;
  byId("interview-note").hidden = !text;
  byId("interview-note").classList.toggle("danger", isError);
}
