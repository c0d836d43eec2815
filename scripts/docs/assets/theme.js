// Runs before the page is drawn, so that nothing moves or changes its colour afterwards.
"use strict";
document.documentElement.classList.add("js", window.API_TARGET ? "with-api" : "without-api");
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
} catch {
  // Without storage, the page has the theme of the system.
}
