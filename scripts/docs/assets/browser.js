// Sends the requests of the page "Try it". It stores nothing, and sends to this origin only.
"use strict";
{
  const { path, tokenPath, properties } = window.CONTRACT;
  const credentials = document.getElementById("credentials");
  const granted = document.getElementById("granted");
  const token = document.getElementById("token");
  const extension = document.getElementById("extension");
  const dialog = document.getElementById("review");
  let lastRead = {};

  // Numbers keep all their digits: JavaScript rounds those above 2^53 - 1.
  const parse = (text) =>
    JSON.parse(text, (_, value, context) =>
      typeof value === "number" && JSON.rawJSON && context ? JSON.rawJSON(context.source) : value,
    );
  const format = (value) => (value === undefined ? "not there" : JSON.stringify(value));
  const settings = (text) => {
    const value = parse(text);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value) && !JSON.isRawJSON?.(value);
    if (!isObject) throw new SyntaxError("an object is expected: { … }");
    return value;
  };

  // The token.
  const set = (value) => {
    token.elements.access_token.value = value;
    document.getElementById("set").textContent = value ? "The token is set: requests carry it." : "No token is set.";
  };
  const get = async () => {
    const body = new URLSearchParams(new FormData(credentials));
    body.set("grant_type", "client_credentials");
    const response = await fetch(tokenPath, { method: "POST", body, cache: "no-store" });
    const text = await response.text();
    granted.textContent = `${response.status} ${response.statusText}\n${text}`;
    if (response.ok) set(JSON.parse(text).access_token ?? "");
  };
  credentials.addEventListener("submit", (event) => {
    event.preventDefault();
    granted.hidden = false;
    granted.textContent = "…";
    get().catch((error) => (granted.textContent = `No token: ${error.message}`));
  });
  token.addEventListener("submit", (event) => {
    event.preventDefault();
    set(token.elements.access_token.value.trim());
  });
  document.getElementById("forget").addEventListener("click", () => set(""));

  // The extension.
  const place = () => path.replace(/\{\w+\}/, encodeURIComponent(extension.elements.id.value.trim()).replaceAll("%40", "@"));
  const showAddress = () => {
    lastRead = {};
    document.getElementById("address").textContent = extension.elements.id.value.trim() && window.API_TARGET + place();
  };
  extension.addEventListener("input", showAddress);
  extension.addEventListener("submit", (event) => event.preventDefault());

  // Requests and responses.
  const send = async (method, body) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    const value = token.elements.access_token.value.trim();
    if (value) headers.Authorization = `Bearer ${value}`;
    const response = await fetch(place(), { method, headers, body, cache: "no-store" });
    return { response, text: await response.text() };
  };
  const pretty = (text) => {
    try {
      return JSON.stringify(parse(text), null, 2);
    } catch {
      return text;
    }
  };
  const show = (section, { response, text }, said = "") => {
    const result = section.querySelector(".result");
    result.hidden = false;
    const outcome = `${response.status} ${response.statusText}`.trim();
    result.querySelector(".outcome").textContent = `${said}Status: ${outcome}`;
    result.querySelector(".headers pre").textContent = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    result.querySelector(".body").textContent = pretty(text) || "The body is empty.";
    result.querySelector(".changes").replaceChildren();
    return result;
  };
  const fail = (section, error) => {
    const result = section.querySelector(".result");
    result.hidden = false;
    result.querySelector(".outcome").textContent = `Failed: ${error.message}`;
    result.querySelector(".changes").replaceChildren();
    result.querySelector(".body").textContent = "";
  };

  // What changes.
  const cell = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
  const table = (head, rows) => {
    const made = Object.assign(document.createElement("table"), { className: "stacked" });
    const row = (cells) => {
      const line = document.createElement("tr");
      line.append(...cells);
      return line;
    };
    const headings = head.map((text) => Object.assign(cell("th", text), { scope: "col" }));
    made.createTHead().append(row(headings));
    made.createTBody().append(...rows.map(row));
    for (const line of made.tBodies[0].rows) [...line.cells].slice(1).forEach((each, index) => (each.dataset.label = head[index + 1]));
    const box = document.createElement("div");
    Object.assign(box, { className: "scroll", tabIndex: 0, ariaLabel: "Changes", role: "region" });
    box.append(made);
    return box;
  };
  const planned = (before, wanted) =>
    Object.entries(wanted).map(([name, value]) => {
      const risk = properties[name]?.risk;
      const same = format(before[name]) === format(value);
      const name_ = Object.assign(cell("th", name), { scope: "row" });
      const about = cell("td", "");
      about.append(risk ? cell("span", `${risk} risk`, `risk ${risk}`) : "not in the contract");
      return [name_, cell("td", format(before[name])), cell("td", same ? "no change" : format(value)), about];
    });
  const changed = (before, after) =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => format(before[name]) !== format(after[name]))
      .map((name) => [Object.assign(cell("th", name), { scope: "row" }), cell("td", format(before[name])), cell("td", format(after[name]))]);

  const confirm = (before, wanted) => {
    dialog.querySelector(".where").textContent = window.API_TARGET + place();
    dialog.querySelector(".changes").replaceChildren(table(["Property", "Now", "After the change", "Risk"], planned(before, wanted)));
    dialog.querySelector(".notice").hidden = !Object.keys(wanted).some((name) => properties[name]?.risk === "critical");
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "send"), { once: true }));
  };
  const read = async (section) => {
    const answer = await send("GET");
    show(section, answer);
    if (answer.response.ok) lastRead = settings(answer.text);
  };
  const change = async (section, text, wanted) => {
    const target = place();
    const first = await send("GET");
    if (!first.response.ok) return show(section, first, "The settings could not be read, so nothing was sent. ");
    const before = settings(first.text);
    if (!(await confirm(before, wanted)) || target !== place()) return;
    const answer = await send("PUT", text);
    const result = show(section, answer);
    if (!answer.response.ok) return;
    lastRead = settings(answer.text);
    const rows = changed(before, lastRead);
    result.querySelector(".changes").replaceChildren(
      rows.length ? table(["Changed", "Before", "Now"], rows) : cell("p", "The response shows no changed setting."),
    );
  };

  for (const section of document.querySelectorAll("[data-method]")) {
    const form = section.querySelector("form");
    const { body, property } = form.elements;
    const problem = form.querySelector(".problem");
    const bodyAsSettings = () => {
      problem.textContent = "";
      try {
        return settings(body.value.trim() || "{}");
      } catch (error) {
        problem.textContent = `This is not a JSON object: ${error.message}`;
      }
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = body && bodyAsSettings();
      if (!extension.reportValidity() || (body && !wanted)) return;
      const button = form.querySelector("button:not(.add)");
      button.disabled = true;
      await (body ? change(section, body.value.trim() || "{}", wanted) : read(section)).catch((error) => fail(section, error));
      button.disabled = false;
    });
    form.querySelector(".add")?.addEventListener("click", () => {
      const name = property.value;
      const value = name in lastRead ? lastRead[name] : properties[name].first;
      const wanted = bodyAsSettings();
      if (wanted) body.value = JSON.stringify({ ...wanted, [name]: value }, null, 2);
    });
  }

  if (window.API_TARGET) {
    document.getElementById("target").textContent = window.API_TARGET;
    extension.elements.id.value = window.API_EXTENSION_ID ?? "";
    showAddress();
  }
}
