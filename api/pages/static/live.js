// Keeps a page true without reloading it: hears what changed, fetches the page's middle anew, and says loudly when it cannot.
const root = document.documentElement;
const main = document.getElementById("content");
const banner = document.getElementById("lost");
const dot = document.getElementById("dot");
const speed = Number(root.dataset.speed);
const zone = root.dataset.zone;
const patience = Number(root.dataset.heartbeat) * 2500;

// The server's clock, which may run faster than ours in a demonstration.
let known = Date.parse(root.dataset.now);
let knownAt = performance.now();
const now = () => known + (performance.now() - knownAt) * speed;
const wall = (instant) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(instant);

const chinese = root.lang.startsWith("zh");
function span(ms) {
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours, days] = [60, 3600, 86400].map((unit) => Math.floor(seconds / unit));
  const say = (a, one, b, two) => (chinese ? `${a}${one[0]}${b ? b + two[0] : ""}` : `${a} ${one[1]}${b ? ` ${b} ${two[1]}` : ""}`);
  if (days > 1) return say(days, ["天", "d"], hours % 24, ["小时", "h"]);
  if (hours) return say(hours, ["小时", "h"], minutes % 60, ["分", "min"]);
  if (minutes >= 10 || (minutes && speed > 5)) return say(minutes, ["分钟", "min"]);
  return minutes ? say(minutes, ["分", "min"], seconds % 60, ["秒", "s"]) : say(seconds, ["秒", "s"]);
}

function tick() {
  const clock = document.getElementById("clock");
  if (clock) clock.textContent = wall(now());
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = span(Math.max(0, now() - Date.parse(element.dateTime)));
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Date.parse(element.dataset.until) - now();
    element.classList.toggle("over", left < 0);
    const said = left < 0 ? element.dataset.over : element.dataset.left;
    element.textContent = said.replace("{span}", span(Math.abs(left)));
  }
}

// What a person has typed, opened and focused survives the middle of the page being replaced.
function remember() {
  const typed = [...main.querySelectorAll("input[id]:not([type=file]), textarea[id], select[id]")].map((e) => [e.id, e.value, e.selectionStart ?? null, e.checked]);
  const chosen = [...main.querySelectorAll("input[type=file][id]")];
  const opened = [...main.querySelectorAll("details[id]")].map((e) => [e.id, e.open]);
  const scrolled = [...main.querySelectorAll("[tabindex][id]")].map((e) => [e.id, e.scrollTop]);
  const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
  return () => {
    for (const [id, value, caret, checked] of typed) {
      const element = document.getElementById(id);
      if (!element) continue;
      element.value = value;
      element.checked = checked;
      if (id === focused && caret !== null) { element.focus({ preventScroll: true }); element.setSelectionRange(caret, caret); }
    }
    for (const input of chosen) document.getElementById(input.id)?.replaceWith(input);
    for (const [id, open] of opened) { const e = document.getElementById(id); if (e) e.open = e.open || open; }
    for (const [id, top] of scrolled) { const e = document.getElementById(id); if (e) e.scrollTop = top; }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
}

// Whoever is composing Chinese characters, or has a list open, keeps what is under their finger, for half a minute at most.
let busySince = 0;
const busy = () => { busySince = performance.now(); };
const free = () => { busySince = 0; };
main.addEventListener("compositionstart", busy);
main.addEventListener("compositionend", free);
main.addEventListener("pointerdown", (event) => { if (event.target.tagName === "SELECT") busy(); });
main.addEventListener("change", free);
main.addEventListener("focusout", free);
const isBusy = () => busySince && performance.now() - busySince < 30000;

let fetching = false;
let again = false;
async function refresh() {
  if (fetching) { again = true; return; }
  if (isBusy()) return schedule(1000);
  fetching = true;
  again = false;
  const began = performance.now();
  try {
    const response = await fetch(location.href, { headers: { "X-Fragment": "1" }, credentials: "same-origin", cache: "no-store" });
    if (response.status === 401) return over();
    const text = await response.text();
    if (!response.ok) throw new Error(`status ${response.status}`);
    const restore = remember();
    main.innerHTML = text;
    restore();
    wire();
    tick();
    stale = false;
  } catch (error) {
    stale = true;
    setTimeout(refresh, 5000);
  } finally {
    fetching = false;
    pause = Math.max(300, 4 * (performance.now() - began));
    show();
    if (again) schedule();
  }
}

// A large community changes all the time: a page that is slow to make is fetched less often.
let waiting = 0;
let pause = 300;
function schedule(after = pause) {
  if (!waiting) waiting = setTimeout(() => { waiting = 0; refresh(); }, after);
}

// Whether what is shown is the present: connected, heard from lately, and the last fetch succeeded.
let heardAt = performance.now();
let connected = false;
let stale = false;
let ended = false;
let lostAt = null;
function show() {
  const live = connected && !stale && !ended && performance.now() - heardAt < patience;
  dot?.classList.toggle("on", live);
  if (live) { lostAt = null; banner.hidden = true; return; }
  if (ended) { banner.textContent = root.dataset.over; banner.hidden = false; return; }
  lostAt ??= now() - (performance.now() - heardAt) * speed;
  if (performance.now() - heardAt < 1500 && !stale) return;  // just opening
  banner.textContent = root.dataset.lost.replace("{time}", wall(lostAt));
  banner.hidden = false;
}

function over() {
  ended = true;
  source?.close();
  show();
}

function concerns(change) {
  const kinds = (main.dataset.on ?? "").split(" ");
  const home = main.dataset.home;
  return kinds.includes(change.kind) && (!home || !change.homes.length || change.homes.includes(home));
}

let source = null;
let opened = 0;
function listen() {
  source = new EventSource("/api/v1/events");
  const heard = () => { connected = true; heardAt = performance.now(); show(); };
  source.addEventListener("open", () => { opened += 1; if (opened > 1) schedule(); });
  source.addEventListener("beat", (event) => {
    known = Date.parse(JSON.parse(event.data).now);
    knownAt = performance.now();
    heard();
  });
  source.addEventListener("change", (event) => { heard(); if (concerns(JSON.parse(event.data))) schedule(); });
  source.addEventListener("resync", () => { heard(); schedule(); });
  source.addEventListener("over", over);
  source.addEventListener("error", () => {
    connected = false;
    show();
    if (source.readyState === EventSource.CLOSED && !ended) setTimeout(() => { listen(); schedule(); }, 5000);
  });
}

// Where the phone is, if its holder ticks that. Saying "I am here" never waits long for it, and never needs it.
function located(event) {
  const form = event.target;
  if (!form.querySelector("[data-locate] input:checked")) return;
  event.preventDefault();
  let sent = false;
  const send = () => { if (!sent) { sent = true; form.submit(); } };
  setTimeout(send, 8000);
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    for (const key of ["latitude", "longitude", "accuracy"]) form.elements[key].value = coords[key];
    send();
  }, send, { enableHighAccuracy: true, timeout: 7000, maximumAge: 30000 });
}

// A photo is made small enough for a slow network, and upright, before it is sent; if that fails it is sent as it is.
const LONGEST = 1600;
async function shrink(event) {
  const input = event.target;
  const [file] = input.files;
  if (!file) return;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.round(side * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const body = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
    if (!body || input.files[0] !== file) return;
    const chosen = new DataTransfer();
    chosen.items.add(new File([body], "photo.jpg", { type: "image/jpeg" }));
    input.files = chosen.files;
  } catch (error) {
    console.warn("the photo is sent as it is", error);
  }
}

function wire() {
  for (const input of document.querySelectorAll("[data-shrink]")) input.onchange = shrink;
  for (const box of document.querySelectorAll("[data-locate]")) {
    box.hidden = !("geolocation" in navigator && window.isSecureContext);
    box.closest("form").onsubmit = located;
  }
  for (const select of document.querySelectorAll("select[data-submit]")) select.onchange = () => select.form.submit();
}

root.classList.add("js");
wire();
tick();
setInterval(() => { tick(); if (source) show(); }, 1000);
if ("live" in document.body.dataset) listen();
if (location.search.match(/[?&](said|problem|lang)=/)) {
  const address = new URL(location.href);
  for (const key of ["said", "problem", "lang"]) address.searchParams.delete(key);
  history.replaceState(null, "", address);  // so that a refresh says it only once
}
