// A link that shows a model in the room around: Apple's AR Quick Look opens it, other devices download the USDZ.
import { useEffect, useState } from "preact/hooks";
import picture from "../ar.svg";
import { t } from "../texts";

const ASK_AGAIN_MS = 2000;
const MOST_ASKED = 60;

/** `url` is a USDZ's; it may still have to be made, which begins with the first question. */
export function ArLink({ url }: { url: string }) {
  const [asked, setAsked] = useState(0);
  const [state, setState] = useState<"unasked" | "waits" | "there" | "never">("unasked");
  useEffect(() => {
    if (state !== "waits") return undefined;
    let late = false;
    const timer = setTimeout(
      () => {
        fetch(url, { method: "HEAD" }).then(
          (answer) => {
            if (late) return;
            if (answer.ok) setState("there");
            else if (asked >= MOST_ASKED || answer.status !== 404) setState("never");
            else setAsked(asked + 1);
          },
          () => !late && setState("never"),
        );
      },
      asked ? ASK_AGAIN_MS : 0,
    );
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [state, asked, url]);
  if (state === "never") return null;
  if (state === "there") {
    // Quick Look is begun by a link whose only element is a picture: the words come by the style sheet.
    return (
      <a class="button ar" rel="ar" href={url} title={t.made.arHint} aria-label={t.made.ar}>
        <img src={picture} alt="" />
      </a>
    );
  }
  return (
    <button class="button" type="button" title={t.made.arHint} disabled={state === "waits"} onClick={() => setState("waits")}>
      <img src={picture} alt="" />
      {state === "waits" ? t.made.arWaits : t.made.ar}
    </button>
  );
}
