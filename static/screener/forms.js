// Forms that lose nothing. Before a form leaves the page, the script asks whether its user is still logged in: without a
// session, or with a token that a login in another tab has replaced, the answer would be a page without what was typed.
// It sends a form once, however often its button is pressed, and warns of changes that are not saved.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const QUIET = "#changelist-form, [data-quiet]";
  const SENDING_SECONDS = 8;
  const SESSION_SECONDS = 8;
  const texts = document.querySelector("[data-form-texts]")?.dataset;
  if (!texts) return;
  const unchanged = new WeakMap();
  const allowed = new WeakSet();
  let isLeaving = false;

  const guardedForms = () => [...document.querySelectorAll("#content form[method=post i]")].filter((form) => !form.matches(QUIET));
  const isGuarded = (form) => guardedForms().includes(form);

  const contentOf = (form) => JSON.stringify(
    [...new FormData(form)]
      .filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "seen_matches")
      .map(([name, value]) => [name, value instanceof File ? `${value.name} ${value.size}` : value]));
  const isUnsaved = (form) => form.matches("[data-unsaved]") || form.querySelector("[data-unsaved]");
  const isChanged = (form) => isUnsaved(form) || (unchanged.has(form) && unchanged.get(form) !== contentOf(form));
  const rememberForms = () => { for (const form of guardedForms()) unchanged.set(form, contentOf(form)); };

  const showProblem = (form, text, withLogin) => {
    const note = form.querySelector(".s-form-problem") ?? document.createElement("p");
    note.className = "s-note s-bad s-form-problem";
    note.setAttribute("role", "alert");
    note.replaceChildren(text, " ");
    if (withLogin) {
      const link = Object.assign(document.createElement("a"), { href: texts.login, target: "_blank", rel: "noopener", textContent: texts.loginLabel });
      note.append(link);
    }
    form.prepend(note);
    note.scrollIntoView({ block: "center" });
  };

  // A file that the server would refuse is refused before anything is sent.
  const isTooLarge = (input) => input.files[0]?.size > Number(input.dataset.maxBytes);
  const checkSize = (input) => {
    input.setCustomValidity(isTooLarge(input) ? input.dataset.tooLarge : "");
    input.reportValidity();
  };
  const tooLargeFile = (form) => [...form.querySelectorAll("input[type=file][data-max-bytes]")].find(isTooLarge);

  // A server that takes the request and says nothing is as good as none.
  const askSession = async () => {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), SESSION_SECONDS * 1000);
    try {
      const response = await fetch(texts.session, { headers: { Accept: "application/json" }, signal: waiting.signal });
      if (!response.ok) throw new Error(String(response.status));
      return await response.json();
    } finally {
      clearTimeout(timer);
    }
  };
  // Returns why the form can't be sent now; an empty text where it can.
  const prepare = async (form) => {
    const session = await askSession().catch(() => null);
    if (!session) return [texts.unreachable, false];
    if (!session.user) return [texts.loggedOut, true];
    if (session.user !== texts.user) return [texts.otherUser, true];
    const token = form.querySelector("[name=csrfmiddlewaretoken]");
    if (token) token.value = session.token;
    return ["", false];
  };

  const markSending = (form, isSending) => {
    if (isSending) form.dataset.sending = "yes";
    else delete form.dataset.sending;
    form.setAttribute("aria-busy", String(isSending));
  };
  const send = async (form, submitter) => {
    const largeFile = tooLargeFile(form);
    if (largeFile) return showProblem(form, largeFile.dataset.tooLarge, false);
    markSending(form, true);
    const [problem, withLogin] = await prepare(form);
    markSending(form, false);
    if (problem) return showProblem(form, problem, withLogin);
    form.querySelector(".s-form-problem")?.remove();
    if (submitter && submitter.form !== form) return; // The page has replaced the button, and says why.
    allowed.add(form);
    form.requestSubmit(submitter);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isGuarded(form)) return;
    if (allowed.delete(form)) {
      isLeaving = true;
      markSending(form, true);
      // A download leaves the page where it is.
      setTimeout(() => { isLeaving = false; markSending(form, false); }, SENDING_SECONDS * 1000);
      return;
    }
    event.preventDefault();
    if (!form.dataset.sending) send(form, event.submitter);
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-max-bytes]")) checkSize(event.target);
  });

  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && guardedForms().some(isChanged)) event.preventDefault();
  });
  // The page is shown again as it was left. The event comes after the first loading, too: by then a form may be on its way.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isLeaving = false;
    for (const form of guardedForms()) markSending(form, false);
  });
  // After the scripts that draw fields, which may change what a form holds.
  window.addEventListener("load", () => setTimeout(rememberForms, 50));
});
