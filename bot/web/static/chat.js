"use strict";
// The chat page. What is said is posted, letters come as a stream; the transcript lives in this tab only.
(function () {
  const phone = document.body.dataset.phone;
  const query = phone ? "?phone=" + phone : "";
  const KEY = "transcript" + phone, MOST = 100, TYPING_MS = 20000;
  const byId = (id) => document.getElementById(id);
  const log = byId("log"), text = byId("text"), state = byId("state"), picture = byId("picture");
  const moved = new URLSearchParams(location.search).has("moved");
  if (moved) {  // by a one-time link: what was said here before may be somebody else's
    try { [KEY, KEY + "-seen"].forEach((key) => sessionStorage.removeItem(key)); } catch (error) { /* then there is nothing */ }
    history.replaceState(null, "", location.pathname);
  }
  let transcript = load(KEY, []), seen = load(KEY + "-seen", 0);
  let typing = null, typingTimer = 0, stream = null, pause = 1000, streamTimer = 0;
  const queue = [];
  let sending = false;

  function load(key, otherwise) {
    try { return JSON.parse(sessionStorage.getItem(key)) || otherwise; } catch (error) { return otherwise; }
  }
  function keep() {
    transcript = transcript.slice(-MOST);
    try {
      sessionStorage.setItem(KEY, JSON.stringify(transcript));
      sessionStorage.setItem(KEY + "-seen", JSON.stringify(seen));
    } catch (error) { /* a full store only costs the transcript after a reload */ }
  }
  function element(tag, name, words) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (words) made.textContent = words;
    return made;
  }
  function number() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  }
  function atEnd() { return log.scrollHeight - log.scrollTop - log.clientHeight < 160; }
  function toEnd() { log.scrollTop = log.scrollHeight; }

  // Blank lines part paragraphs; a telephone number that stands alone on its line becomes a link.
  function fill(bubble, words) {
    words.split("\n\n").forEach((paragraph) => {
      const part = element("p");
      paragraph.split("\n").forEach((line, at) => {
        if (at) part.append("\n");
        if (/^\d{6}$/.test(line.trim())) {
          part.append(element("strong", "number", line.trim()));  // a code to say aloud, no telephone
        } else if (/^\d[\d-]{2,14}$/.test(line.trim())) {
          const link = element("a", "number", line.trim());
          link.href = "tel:" + line.trim();
          part.append(link);
        } else {
          part.append(line);
        }
      });
      bubble.append(part);
    });
  }
  function wide(label) {
    return Array.from(label).reduce((sum, c) => sum + (c.charCodeAt(0) < 128 || c === "·" ? 0.5 : 1), 0) > 7;
  }
  function choices(turn, list) {
    const row = element("div", "choices");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "可以点的选择");
    list.forEach((choice) => {
      const button = element(choice.url ? "a" : "button", wide(choice.label) ? "long" : "", choice.label);
      if (choice.url) {
        button.href = choice.url;
        button.rel = "noreferrer noopener";
      } else {
        button.type = "button";
        button.addEventListener("click", () => say({ kind: "press", text: choice.label, value: choice.value }));
      }
      row.append(button);
    });
    turn.append(row);
  }
  function image(turn, bubble, kind, address, told) {
    const shown = element("img", kind);
    shown.alt = told;
    shown.src = address;
    shown.addEventListener("load", () => into(turn));
    bubble.append(shown);
  }
  function draw(item) {
    const turn = element("div", item.mine ? "turn mine" : "turn");
    const bubble = element("div", "bubble");
    turn.append(element("span", "hidden", item.mine ? "我说：" : "小助手说："));
    turn.append(bubble);
    if (item.lang === "en") bubble.lang = "en";
    fill(bubble, item.text);
    if (item.ticket) image(turn, bubble, "ticket", item.ticket, "签到码，长按可以存下来");
    if (item.picture) image(turn, bubble, "notice", item.picture.path, "通知里的图片");
    if (item.file) {
      const link = element("a", "file", item.file.name);
      link.href = item.file.path;
      link.download = item.file.name;
      bubble.append(link);
    }
    if (!item.mine) {
      log.querySelectorAll(".turn:not(.old)").forEach((older) => older.classList.add("old"));
      if (item.choices && item.choices.length) choices(turn, item.choices);
    }
    log.append(turn);
    return turn;
  }
  function add(item) {
    const follow = atEnd() || item.mine;
    if (!item.mine) stopTyping();
    transcript.push(item);
    keep();
    const turn = draw(item);
    if (follow) into(turn);
    return turn;
  }
  function into(turn) {
    const whole = turn.classList.contains("mine") || turn.offsetHeight < log.clientHeight;
    log.scrollTop = whole ? log.scrollHeight : turn.offsetTop - 8;
  }
  function startTyping() {
    stopTyping();
    typing = element("div", "turn");
    const bubble = element("div", "bubble");
    const dots = element("span", "dots");
    dots.append(element("i"), element("i"), element("i"));
    bubble.append(element("span", "hidden", "正在写"), dots);
    typing.append(bubble);
    log.append(typing);
    toEnd();
    typingTimer = setTimeout(stopTyping, TYPING_MS);
  }
  function stopTyping() {
    clearTimeout(typingTimer);
    if (typing) typing.remove();
    typing = null;
  }

  // Sending: one after the other, kept while there is no network.
  function say(message) {
    const turn = message.kind === "start" ? null : add({ mine: true, text: message.text });
    queue.push({ body: Object.assign({ id: number() }, message), turn: turn });
    work();
  }
  async function work() {
    if (sending || !queue.length) return;
    sending = true;
    const next = queue[0];
    try {
      const answer = next.file ? await upload(next) : await post(next);
      queue.shift();
      if (answer.status === 401) location.reload();
      else if (!answer.ok) await refused(next, answer);
      else { told(""); if (next.body.kind !== "start") startTyping(); }
      sending = false;
      work();
    } catch (error) {
      sending = false;
      told("没连上网。连上就自己发出去，您的话都在。");
      setTimeout(work, 3000);
    }
  }
  function post(next) {
    const body = JSON.stringify(Object.assign({ seen: seen }, next.body));
    return fetch("/api/chat/messages" + query, { method: "POST", body: body, headers: { "Content-Type": "application/json" } });
  }
  function upload(next) {
    const form = new FormData();
    form.append(next.body.kind, next.file, next.body.kind === "photo" ? "photo" : next.file.name);
    return fetch("/api/chat/files" + (query ? query + "&" : "?") + "id=" + next.body.id, { method: "POST", body: form });
  }
  async function refused(next, answer) {
    const words = await answer.json().then((said) => said.text, () => "");
    if (next.turn) {
      next.turn.classList.add("failed");
      const again = element("button", "retry", "没发出去，点这里再发");
      again.type = "button";
      again.addEventListener("click", () => {
        again.remove();
        next.turn.classList.remove("failed");
        queue.push(next);
        work();
      });
      next.turn.append(again);
    }
    if (words) add({ text: words });
    toEnd();
  }
  function told(words) {
    state.textContent = words;
    state.hidden = !words;
  }

  // Receiving: the browser remembers the last id itself while it reconnects; after a reload we tell it.
  function listen() {
    clearTimeout(streamTimer);
    if (stream) stream.close();
    stream = new EventSource("/api/chat/events" + query + (seen ? (query ? "&" : "?") + "after=" + seen : ""));
    stream.addEventListener("open", () => { pause = 1000; told(""); });
    stream.addEventListener("letter", (event) => {
      const letter = JSON.parse(event.data);
      if (letter.id <= seen) return;
      if (document.hidden && !log.querySelector(".new")) log.append(element("div", "new", "以下是新消息"));
      seen = letter.id;
      add({ ...letter, lang: /[\u3400-\u9fff]/.test(letter.text) ? "" : "en" });
      acknowledge();
    });
    stream.addEventListener("error", () => {
      stream.close();
      told("没连上网，正在重连。");
      streamTimer = setTimeout(listen, pause);
      pause = Math.min(pause * 2, 15000);
    });
  }
  let acknowledging = 0;
  function acknowledge() {
    clearTimeout(acknowledging);
    acknowledging = setTimeout(() => {
      fetch("/api/chat/seen" + query, { method: "POST", body: String(seen) }).catch(() => {});
    }, 400);
  }

  // The form.
  function grow() {
    text.style.height = "auto";
    text.style.height = text.scrollHeight + 4 + "px";
  }
  function submit(event) {
    if (event) event.preventDefault();
    const words = text.value.trim();
    text.focus();
    if (!words) return;
    text.value = "";
    grow();
    say({ kind: "text", text: words });
  }
  byId("write").addEventListener("submit", submit);
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
  });
  byId("menu").addEventListener("click", () => say({ kind: "text", text: "菜单" }));
  picture.addEventListener("change", () => {
    const file = picture.files[0];
    picture.value = "";
    if (!file) return;
    if (/^(application|text)[/]/.test(file.type)) {
      queue.push({ body: { id: number(), kind: "file" }, file: file, turn: add({ mine: true, text: file.name }) });
      work();
      return;
    }
    const turn = add({ mine: true, text: "［照片］" });
    const shown = element("img");
    shown.alt = "您发的照片";
    shown.src = URL.createObjectURL(file);
    shown.addEventListener("load", () => { URL.revokeObjectURL(shown.src); toEnd(); });
    shown.addEventListener("error", () => shown.remove());
    turn.querySelector(".bubble").append(shown);
    queue.push({ body: { id: number(), kind: "photo" }, file: file, turn: turn });
    work();
  });
  const larger = byId("larger");
  function size(on) {
    document.documentElement.classList.toggle("larger", on);
    larger.setAttribute("aria-pressed", String(on));
  }
  larger.addEventListener("click", () => {
    const on = larger.getAttribute("aria-pressed") !== "true";
    size(on);
    try { localStorage.setItem("larger", on ? "1" : ""); } catch (error) { /* then it is for this visit */ }
    toEnd();
  });
  try { size(Boolean(localStorage.getItem("larger"))); } catch (error) { size(false); }

  window.addEventListener("online", () => { work(); listen(); });
  window.addEventListener("offline", () => told("没连上网。连上就自己发出去，您的话都在。"));
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  const old = transcript;
  old.forEach(draw);
  toEnd();
  listen();
  const poster = document.body.dataset.event;
  if (poster || (!old.length && !moved)) say({ kind: "start", value: poster });
})();
