// A sound and a notification when somebody new waits; both only after a press, and never needed.
"use strict";

const inbox = document.getElementById("inbox");
const newest = () => Number(inbox.querySelector("[data-newest]").dataset.newest);
let known = newest();
let sound = null;

const ring = document.getElementById("ring");
if (window.AudioContext) {
  ring.hidden = false;
  ring.addEventListener("click", () => {
    sound = new AudioContext();
    beep();
    ring.disabled = true;
    ring.textContent = "会响一声";
  });
}

const notify = document.getElementById("notify");
if (window.Notification && Notification.permission !== "denied") {
  notify.hidden = Notification.permission === "granted";
  notify.addEventListener("click", async () => {
    notify.hidden = await Notification.requestPermission() !== "default";
  });
}

function beep() {
  const tone = sound.createOscillator(), volume = sound.createGain();
  tone.frequency.value = 660;
  volume.gain.value = 0.15;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.25);
}

inbox.addEventListener("changed", () => {
  if (newest() <= known) return;
  known = newest();
  if (sound) beep();
  if (window.Notification && Notification.permission === "granted") new Notification("有人在等", { tag: "inbox" });
});
