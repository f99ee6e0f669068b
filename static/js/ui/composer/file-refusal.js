/** Files cannot be sent yet: dropping or pasting one says so, and nothing written is lost. */

import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { showToast } from "../../state/notices.js";

/** Without this a dropped file would replace the page, and the draft with it. */
export function useFileRefusal() {
  useEffect(() => {
    window.addEventListener("dragover", onDragOver);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragover", onDragOver);
      window.removeEventListener("drop", onDrop);
    };
  }, []);
}

/** Text that comes along with a picture is pasted as text. @param {ClipboardEvent} event */
export function refusePastedFiles(event) {
  const { clipboardData } = event;
  if (!clipboardData?.files.length || clipboardData.getData("text/plain") !== "") return;
  event.preventDefault();
  showToast(t("composer.nofiles"));
}

/** @param {DragEvent} event */
function onDragOver(event) {
  if (hasFiles(event)) event.preventDefault();
}

/** @param {DragEvent} event */
function onDrop(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  showToast(t("composer.nofiles"));
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
