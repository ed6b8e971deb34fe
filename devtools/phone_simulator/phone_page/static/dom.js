/** Helpers for elements, and for requests to the network that served this page. */

export const byId = (id) => document.getElementById(id);

/** Creates an element. Strings among the children become text: no text on this page is ever parsed as HTML. */
export function createElement(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A request that was refused. The message is for the user. */
export class RequestError extends Error {
  constructor({ title = "", detail = "", errors = {}, code = "" }) {
    const fields = Object.entries(errors).map(([field, reasons]) =>
      `${field}: ${[reasons].flat().map(asText).join(" ")}`);
    super([...new Set([title, detail, ...fields])].filter(Boolean).join("\n"));
    this.code = code;
  }
}

const asText = (value) => (typeof value === "string" ? value : value?.message ?? JSON.stringify(value));

/** Returns the JSON of the response. Throws RequestError unless the request succeeds. */
export async function requestJson(method, path, body) {
  let response;
  try {
    response = await fetch(path, { method, body });
  } catch {
    throw new RequestError({ title: "The phone network does not respond.", detail: "Is it still running?" });
  }
  const text = await response.text();
  const json = text.startsWith("{") ? JSON.parse(text) : {};
  if (!response.ok) throw new RequestError(json.title ? json : { title: json.message ?? `HTTP ${response.status}` });
  return json;
}

export function formData(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

export function formatTime(seconds) {
  const rest = String(Math.floor(Math.max(0, seconds) % 60)).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}
