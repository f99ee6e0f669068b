/**
 * What a page does that did not come through whole. It is many files: where one of them is lost (the network
 * changed just then, the server was starting anew) none of it would run, and the page stayed empty for ever.
 * It asks again by itself, then says so. A classic script of the head; it must not need any of the others.
 */

{
  const KEY = "parlor.unopened";
  const WAITS_MS = [300, 1_500, 4_000];
  let isFailed = false;

  const again = () => (navigator.onLine ? location.reload() : addEventListener("online", () => location.reload(), { once: true }));

  const sayIt = () => {
    document.body.dataset.state = "unopened";
    const words = document.getElementById("unopened");
    words?.removeAttribute("hidden");
    words?.querySelector("button")?.addEventListener("click", () => location.reload());
  };

  const failed = () => {
    if (isFailed) return;
    isFailed = true;
    let times = WAITS_MS.length;
    try {
      times = Number(sessionStorage.getItem(KEY));
      sessionStorage.setItem(KEY, String(times + 1));
    } catch {
      // Without a memory it would ask for ever: it says so at once.
    }
    if (times < WAITS_MS.length) setTimeout(again, WAITS_MS[times]);
    else if (document.readyState === "loading") addEventListener("DOMContentLoaded", sayIt);
    else sayIt();
  };

  // These do not bubble.
  addEventListener("error", ({ target }) => {
    if (target instanceof HTMLScriptElement || target instanceof HTMLLinkElement) failed();
  }, true);
  addEventListener("load", () => {
    try {
      if (!isFailed) sessionStorage.removeItem(KEY);
    } catch {
      // Nothing was kept, then.
    }
  });
}
