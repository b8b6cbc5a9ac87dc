// Keys that lead to the pages, and the sheet that tells of them.
import { useEffect, useState } from "preact/hooks";
import { go } from "../state/route";
import { t } from "../texts";
import { Dialog } from "./ui";

const PAGES: Record<string, string> = {
  u: "upload",
  g: "generate",
  m: "library",
  l: "look",
  q: "queue",
  v: "videos",
  d: "datasets",
  p: "projects",
  a: "account",
};

/** Whether the key is meant for what has the focus. */
function isTyped(event: KeyboardEvent): boolean {
  const { target } = event;
  const takes = target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select");
  return Boolean(takes) || event.ctrlKey || event.metaKey || event.altKey;
}

export function Shortcuts() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyped(event) || document.querySelector("dialog[open]")) return;
      const page = PAGES[event.key];
      if (page) go(page);
      else if (event.key === "?") setShown(true);
      else if (event.key === "/") document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  if (!shown) return null;
  return (
    <Dialog title={t.keys.title} onClose={() => setShown(false)}>
      <dl class="facts">
        {t.keys.rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
