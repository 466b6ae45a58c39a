// Turns notifications on and off for this browser: asks it, subscribes, and sends the subscription with the page's own form.
const form = document.getElementById("turn-on");
const says = (id) => { for (const p of document.querySelectorAll("[data-push]")) p.hidden = p.id !== id; };
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function present() {
  const worker = await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
  return [worker, await worker.pushManager.getSubscription()];
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return says("push-denied");
  const [worker, before] = await present();
  if (before) await before.unsubscribe(); // it may have been made for another key
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) });
  form.endpoint.value = made.endpoint;
  form.p256dh.value = text(made.getKey("p256dh"));
  form.auth.value = text(made.getKey("auth"));
  form.label.value = navigator.userAgentData?.platform ? `${navigator.userAgentData.brands.at(-1)?.brand ?? ""} ${navigator.userAgentData.platform}` : navigator.platform;
  form.submit();
}

if (form && !can) says("push-cannot");
if (form && can) {
  says(Notification.permission === "denied" ? "push-denied" : "push-can");
  form.addEventListener("submit", (event) => { event.preventDefault(); turnOn().catch(() => says("push-failed")); });
  present().then(([, here]) => {
    for (const off of document.querySelectorAll("form[data-endpoint]")) {
      if (here && off.dataset.endpoint === here.endpoint) {
        off.querySelector("[data-this]").hidden = false;
        off.addEventListener("submit", () => { here.unsubscribe(); });
      }
    }
  }).catch(() => says("push-failed"));
}
