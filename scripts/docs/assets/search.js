// Hides each item that does not contain every word of the search, or that has another risk.
"use strict";
{
  const form = document.querySelector("form.search");
  const search = form.querySelector("#search");
  const risk = form.querySelector("#risk");
  const status = form.querySelector("#match-count");
  const items = [...document.querySelectorAll("[data-item]")].map((item) => [item, item.textContent.toLowerCase()]);
  const rows = document.querySelectorAll("[data-of]");

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    let matches = 0;
    for (const [item, text] of items) {
      const isMatch = words.every((word) => text.includes(word)) && (!risk?.value || item.dataset.risk === risk.value);
      item.hidden = !isMatch;
      matches += isMatch;
    }
    for (const row of rows) row.hidden = document.getElementById(row.dataset.of).hidden;
    status.textContent = matches === items.length ? `All ${matches} are shown.` : `${matches} of ${items.length}`;
  };

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
