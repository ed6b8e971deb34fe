/** Elements by id, elements made, and requests to the network that served this page. */

export const byId = (id) => document.getElementById(id);

/** A new element. Strings among the children become text: nothing on this page is ever parsed as HTML. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Why something was not done, in words. */
export class Refusal extends Error {
  constructor({ title = "", detail = "", errors = {} }) {
    const fields = Object.entries(errors).map(([field, why]) => `${field}: ${[why].flat().map(words).join(" ")}`);
    super([...new Set([title, detail, ...fields])].filter(Boolean).join("\n"));
  }
}

const words = (value) => (typeof value === "string" ? value : value?.message ?? JSON.stringify(value));

/** The JSON that came back. Throws Refusal for anything but success. */
export async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, { method, body });
  } catch {
    throw new Refusal({ title: "The phone network does not answer.", detail: "Is it still running?" });
  }
  const text = await answer.text();
  const json = text.startsWith("{") ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refusal(json.title ? json : { title: json.message ?? `HTTP ${answer.status}` });
  return json;
}

export function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

export const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(Math.max(0, seconds) % 60)).padStart(2, "0")}`;
