/**
 * The colours and the text size that were chosen here, before anything is drawn: a page that turned dark a
 * moment late would flash. A classic script of the head, so that it runs at once; what is chosen later is
 * ui/theme.js's. It must not wait for anything, nor fail.
 */

{
  const root = document.documentElement;
  try {
    root.dataset.theme = localStorage.getItem("parlor.theme") ?? "system";
    root.dataset.text = localStorage.getItem("parlor.text") ?? "normal";
  } catch {
    // Storage may be forbidden: the device's own choice stands.
  }
  const { theme } = root.dataset;
  if (theme === "light" || theme === "dark") {
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      // The one of the chosen scheme counts everywhere, the other one nowhere.
      meta.setAttribute("media", meta.getAttribute("data-scheme") === theme ? "all" : "not all");
    }
  }
}
