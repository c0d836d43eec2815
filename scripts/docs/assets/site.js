// What every page has: the theme, copy buttons, the language of the samples, and the search over all pages.
"use strict";

{
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", isDark());
  button.addEventListener("click", () => {
    const wanted = isDark() ? "light" : "dark";
    root.dataset.theme = wanted === (system.matches ? "dark" : "light") ? "" : wanted;
    try {
      if (root.dataset.theme) localStorage.setItem("theme", wanted);
      else localStorage.removeItem("theme");
    } catch {
      // The theme holds for this page only.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}

for (const block of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const code = block.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // a page without HTTPS has no clipboard
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  block.append(button);
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches(".tabs > input")) return;
  for (const other of document.querySelectorAll(".tabs > input")) {
    if (other.dataset.label === target.dataset.label) other.checked = true;
  }
});

{
  const form = document.querySelector(".find");
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  const count = form.querySelector("[role=status]");
  const MOST = 12;
  let engine;

  // As script elements, because a page that is opened as a file must not fetch other files.
  const load = (source) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: source, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  const prepare = async () => {
    await Promise.all([load(form.dataset.engine), load(form.dataset.index)]);
    const search = new MiniSearch({
      idField: "url",
      fields: ["title", "text", "page"],
      storeFields: ["title", "text", "page", "weight"],
      searchOptions: { boost: { title: 4 }, prefix: true, fuzzy: (word) => (word.length > 4 ? 0.2 : false), combineWith: "AND", boostDocument: (_id, _term, stored) => stored.weight },
    });
    search.addAll(SEARCH_RECORDS);
    return search;
  };

  const excerpt = (text, terms) => {
    const places = terms.map((term) => text.toLowerCase().indexOf(term)).filter((place) => place >= 0);
    const start = Math.max(0, Math.min(...places, text.length) - 40);
    return `${start ? "…" : ""}${text.slice(places.length ? start : 0).slice(0, 120)}`;
  };
  const item = ({ id, title, page, text, terms }) => {
    const link = document.createElement("a");
    link.href = form.dataset.pages + id;
    const [strong, small, span] = ["strong", "small", "span"].map((name) => document.createElement(name));
    [strong.textContent, small.textContent, span.textContent] = [title, page, excerpt(text, terms)];
    link.append(strong, " ", small, span);
    const entry = document.createElement("li");
    entry.append(link);
    return entry;
  };
  const close = () => (list.hidden = true);
  const find = async () => {
    const words = input.value.trim();
    engine ??= prepare();
    const hits = words ? (await engine).search(words) : [];
    if (words !== input.value.trim()) return; // more was typed meanwhile
    list.replaceChildren(...hits.slice(0, MOST).map(item));
    list.hidden = !words;
    count.textContent = words && `${hits.length} found`;
    if (words && !hits.length) list.append(Object.assign(document.createElement("li"), { className: "none", textContent: "Nothing found." }));
  };
  const move = (step) => {
    const stops = [input, ...list.querySelectorAll("a")];
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  };

  input.addEventListener("focus", () => (engine ??= prepare()), { once: true });
  input.addEventListener("input", find);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await find();
    list.querySelector("a")?.click();
  });
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) {
      event.preventDefault();
      move(step);
    }
    if (event.key === "Escape") {
      input.focus();
      close();
    }
  });
  list.addEventListener("click", (event) => event.target.closest("a") && close());
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    input.focus();
  });
}
