// Comforts of the console: parts that change by themselves, and a warning before something typed is lost. All works without.
"use strict";

for (const part of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(part.dataset.live);
  source.onmessage = (event) => {
    if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return;
    part.innerHTML = JSON.parse(event.data);
    part.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
  };
}

let unsaved = false;
for (const form of document.querySelectorAll("form[data-guard]")) {
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
}
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

for (const form of document.querySelectorAll("form[method=post]:not([data-again])")) { // what is downloaded may be asked for again
  form.addEventListener("submit", () => { // two presses of one button send it once
    setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; });
  });
}
