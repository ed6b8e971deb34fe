/** Shows new SMS without a reload. What is being typed stays. */

const RECONNECT_MILLISECONDS = 2000;
const conversations = document.getElementById("conversations");

async function refresh() {
  const response = await fetch("/sms");
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = [...page.querySelectorAll("#conversations > section")];
  if (fresh.length) conversations.querySelector(":scope > .note")?.remove();
  for (const section of fresh.reverse()) showConversation(section);
}

function showConversation(section) {
  const shown = document.getElementById(section.id);
  if (!shown) return conversations.prepend(section);
  const bubbles = section.querySelector("ol");
  if (!shown.querySelector("ol").isEqualNode(bubbles)) shown.querySelector("ol").replaceWith(bubbles);
}

function connect() {
  const stream = new EventSource("/simulator/stream");
  stream.addEventListener("changes", () => refresh().catch(() => {}));
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MILLISECONDS);
  };
}

connect();
