// The door on a phone: reads tickets with the camera where the browser can, and keeps ticks until there is a network.
"use strict";

const door = document.querySelector("main");
const told = door.dataset;
const shelf = `door:${told.event}`;
let sending = false;

function kept() {
  try { return JSON.parse(localStorage.getItem(shelf)) || []; } catch { return []; }
}

function keep(ticks) {
  try { localStorage.setItem(shelf, JSON.stringify(ticks)); return true; } catch { return false; }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(text, good) {
  let outcome = document.getElementById("outcome");
  if (!outcome) {
    outcome = document.createElement("p");
    outcome.id = "outcome";
    outcome.setAttribute("role", "status");
    door.prepend(outcome);
  }
  outcome.textContent = text;
  outcome.className = good ? "good" : "note";
  for (const old of document.querySelectorAll("#undo, .person, main > form:not([id]) > button.main")) old.closest("form").remove();
}

function offerUndo(place) {
  const form = document.createElement("form");
  form.id = "undo";
  form.method = "post";
  form.action = told.ticks.replace(/\/ticks$/, "");
  const button = document.createElement("button");
  button.name = "undo";
  button.value = place;
  button.textContent = told.undo;
  form.append(button);
  document.getElementById("outcome").after(form);
}

function show(answer) {
  const bad = answer.ticks.filter((one) => !one.good);
  const last = answer.ticks[answer.ticks.length - 1];
  say((bad.length && answer.ticks.length > 1 ? bad.map((one) => one.text).join(" ") : last.text), !bad.length);
  if (answer.ticks.length === 1 && last.undo) offerUndo(last.undo);
  const count = document.querySelector("header p");
  count.querySelector("strong").textContent = answer.there;
  count.lastChild.textContent = ` 人，共 ${answer.held} 人`;
}

async function send() {
  const ticks = kept().slice(0, 100);
  if (sending || !ticks.length) return;
  sending = true;
  let more = false;
  try {
    const response = await fetch(told.ticks, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ticks }),
    });
    if (response.ok) {
      const answer = await response.json();
      const done = new Set(answer.ticks.map((one) => one.id));
      keep(kept().filter((one) => !done.has(one.id)));
      show(answer);
      more = kept().length > 0; // what was ticked meanwhile
    } else {
      say((response.status === 404 ? told.over : told.kept).replace("{n}", kept().length), false);
    }
  } catch {
    say(told.kept.replace("{n}", kept().length), false);
  }
  sending = false;
  if (more) send();
}

function tick(said) {
  return keep([...kept(), { id: newId(), said }]) && (send(), true);
}

document.getElementById("tick").addEventListener("submit", (event) => {
  const field = document.getElementById("said");
  if (!tick(field.value)) return; // without a shelf the form goes the ordinary way
  event.preventDefault();
  field.value = "";
  field.focus();
});

async function watch(video) {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let last = "", until = 0;
  for (;;) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code && (code.rawValue !== last || Date.now() > until)) {
      last = code.rawValue;
      tick(last.slice(0, 200));
    }
    if (code) until = Date.now() + 5000; // a ticket that stays in view is ticked once
    await new Promise((next) => { setTimeout(next, 250); });
  }
}

if ("BarcodeDetector" in window && navigator.mediaDevices) {
  const button = document.createElement("button");
  button.textContent = told.camera;
  document.getElementById("tick").after(button);
  button.addEventListener("click", async () => {
    try {
      const video = document.createElement("video");
      video.playsInline = true;
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      button.replaceWith(video);
      await video.play();
      watch(video);
    } catch {
      say(told.failed, false);
    }
  });
}

window.addEventListener("online", send);
setInterval(send, 15000);
send();
