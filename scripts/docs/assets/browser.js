// The token panel above RapiDoc. Credentials stay in this page: it stores nothing, and sends requests to this origin only.
"use strict";
{
  const api = document.getElementById("api");
  const credentials = document.getElementById("credentials");
  const granted = document.getElementById("granted");
  const token = document.getElementById("token");
  const message = document.getElementById("set");

  const set = (value) => {
    token.elements.access_token.value = value;
    api.removeAllSecurityKeys();
    if (value) api.setApiKey(api.dataset.bearer, value);
    message.textContent = value ? "The token is set: requests carry it." : "No token is set.";
  };

  const get = async () => {
    const body = new URLSearchParams(new FormData(credentials));
    body.set("grant_type", "client_credentials");
    const response = await fetch(api.dataset.tokenPath, { method: "POST", body, cache: "no-store" });
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

  // RapiDoc does not use the CSS variables of the page, so this code sets its colours.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const colour = (name) => getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();
    api.setAttribute("theme", dark.matches ? "dark" : "light");
    api.setAttribute("bg-color", colour("page"));
    api.setAttribute("text-color", colour("text"));
    api.setAttribute("primary-color", colour("link"));
  };
  dark.addEventListener("change", paint);
  paint();

  // Correct the accessibility of RapiDoc: its fields have no names, a keyboard cannot scroll its responses, its buttons do
  // not fit on a phone, and the text of a button has no contrast during the transition of its colour.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.m-btn { transition: none } @media (max-width: 48rem) { [part="btn btn-outline btn-fill"], [part~="btn-clear"] { display: none } }`);
  const correct = (root) => {
    for (const field of root.querySelectorAll("input, textarea")) field.ariaLabel ??= field.dataset.pname ?? "Body";
    for (const response of root.querySelectorAll("pre")) response.tabIndex = 0;
  };
  api.addEventListener("spec-loaded", async () => {
    await api.updateComplete;
    for (const { shadowRoot } of api.shadowRoot.querySelectorAll("api-request, api-response")) {
      shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
      new MutationObserver(() => correct(shadowRoot)).observe(shadowRoot, { childList: true, subtree: true });
      correct(shadowRoot);
    }
  });

  if (window.API_TARGET) {
    document.getElementById("target").textContent = window.API_TARGET;
    document.getElementById("offline").hidden = true;
    document.getElementById("online").hidden = false;
    api.setAttribute("allow-try", "true");
  }
  api.loadSpec(window.CONTRACT);
}
