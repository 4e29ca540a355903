// Writing a notice: the preview follows what is typed. Without this file the button does the same.
"use strict";

const form = document.getElementById("compose");
let waiting = 0, asked = 0;

async function refresh() {
  if (!form.checkValidity()) return;
  const mine = ++asked, typed = new FormData(form);
  typed.set("do", "preview");
  for (const name of ["picture", "file"]) typed.delete(name); // uploads go once, with the form itself
  const answer = await fetch(form.action, { method: "POST", body: typed }).catch(() => null);
  if (!answer || mine !== asked || ![200, 422].includes(answer.status)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = answer.ok ? page.getElementById("preview") : page.querySelector(".fault");
  if (!found) return;
  if (answer.ok) document.getElementById("preview").replaceChildren(...found.childNodes);
  else document.getElementById("preview").replaceChildren(found);
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 700);
});
