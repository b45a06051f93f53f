// Updates the page without a reload: fetches it again, and replaces the sections with `data-live`.
// Focus, selections, open details and forms that are being filled in are preserved.
"use strict";

(() => {
  const PACE_MILLISECONDS = 3000;
  const BEING_FILLED_IN = "input, select, textarea";
  const button = document.getElementById("refresh");
  const lost = document.getElementById("lost");
  if (!document.querySelector("[data-live]")) return;

  let on = sessionStorage.getItem("refresh") !== "off";
  const show = () => button.setAttribute("aria-pressed", String(on));
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    on = !on;
    sessionStorage.setItem("refresh", on ? "on" : "off");
    show();
  });

  const isBusy = (section) => {
    const selection = document.getSelection();
    const selected = selection && !selection.isCollapsed && selection.containsNode(section, true);
    const active = document.activeElement;
    return selected || (section.contains(active) && active.matches(BEING_FILLED_IN));
  };

  const replace = (section, fresh) => {
    const focused = section.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...section.querySelectorAll("details[open]")].map((each) => each.id);
    const scrolled = [...section.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
    section.replaceChildren(...fresh.childNodes);
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    section.querySelectorAll(".scroll").forEach((each, n) => { each.scrollLeft = scrolled[n] ?? 0; });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const refresh = async () => {
    if (!on || document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const section of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(section.id);
        if (fresh && fresh.innerHTML !== section.innerHTML && !isBusy(section)) {
          replace(section, fresh);
        }
      }
      lost.textContent = "";
    } catch {
      lost.textContent = "LocalStack does not answer; this page is out of date.";
    }
  };

  setInterval(refresh, PACE_MILLISECONDS);
})();
