// Shows what the service sends, also when none of its pages is open; a touch opens the page that it is about.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data ? event.data.json() : {}; } catch { told = {}; }
  const shown = self.registration.showNotification(told.title || "安心 Anxin", {
    body: told.body || "",
    tag: told.tag || undefined,
    renotify: Boolean(told.tag),
    lang: told.lang || "zh-CN",
    requireInteraction: Boolean(told.stays),
    icon: "/static/icon.svg",
    data: { url: told.url || "/" },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data?.url || "/", self.location.origin);
  const url = wanted.origin === self.location.origin ? wanted.href : self.location.origin;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const here = open.find((client) => client.url === url);
    return here ? here.focus() : self.clients.openWindow(url);
  })());
});
