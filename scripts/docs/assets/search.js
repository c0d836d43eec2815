// Hides the items that do not hold every word of the search, or are of another risk.
"use strict";
{
  const form = document.querySelector("form.search");
  const search = form.querySelector("#search");
  const risk = form.querySelector("#risk");
  const found = form.querySelector("#found");
  const items = [...document.querySelectorAll("[data-item]")].map((item) => [item, item.textContent.toLowerCase()]);
  const rows = document.querySelectorAll("[data-of]");

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const [item, text] of items) {
      const wanted = words.every((word) => text.includes(word)) && (!risk?.value || item.dataset.risk === risk.value);
      item.hidden = !wanted;
      count += wanted;
    }
    for (const row of rows) row.hidden = document.getElementById(row.dataset.of).hidden;
    found.textContent = count === items.length ? `${count} shown` : `${count} of ${items.length}`;
  };

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
