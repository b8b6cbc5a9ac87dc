// A model in the room around: Apple's AR Quick Look opens it by a link; elsewhere a code leads an iPhone or iPad here.
import { useEffect, useState } from "preact/hooks";
import picture from "../ar.svg";
import { t } from "../texts";
import { Icon } from "./icons";
import { QrCode } from "./qr";
import { Dialog } from "./ui";

const ASK_AGAIN_MS = 2000;
const MOST_ASKED = 60;

/** Whether links with rel="ar" open Quick Look in this browser. */
const OPENS = document.createElement("a").relList.supports("ar");
/** Addresses that other devices can't reach. */
const ONLY_HERE = /^(localhost|127\.[\d.]+|\[::1\])$/;

type State = "unasked" | "waits" | "there" | "never";

/** Asks for a USDZ from when `wanted` on; it may still have to be made, which begins with the first question. */
function useMade(url: string, wanted: boolean): State {
  const [asked, setAsked] = useState(0);
  const [state, setState] = useState<State>("unasked");
  useEffect(() => {
    if (wanted) setState("waits");
  }, [wanted]);
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
  return state;
}

/** `url` is a USDZ's. */
export function ArLink({ url }: { url: string }) {
  const [wanted, setWanted] = useState(false);
  const [open, setOpen] = useState(false);
  const state = useMade(url, wanted);
  if (OPENS && state === "never") return null;
  if (OPENS && state === "there") {
    // Quick Look is begun by a link whose only element is a picture: the words come by the style sheet.
    return (
      <a class="button ar" rel="ar" href={url} aria-label={t.made.ar}>
        <img src={picture} alt="" />
      </a>
    );
  }
  return (
    <>
      <button
        class="button"
        type="button"
        disabled={OPENS && state === "waits"}
        onClick={() => {
          setWanted(true);
          setOpen(!OPENS);
        }}
      >
        <img src={picture} alt="" />
        {OPENS && state === "waits" ? t.made.arWaits : t.made.ar}
      </button>
      {open && (
        <Dialog title={t.made.ar} onClose={() => setOpen(false)}>
          <Elsewhere url={url} state={state} />
        </Dialog>
      )}
    </>
  );
}

/** How a model is seen in the room where this browser can't show it. */
function Elsewhere({ url, state }: { url: string; state: State }) {
  return (
    <div class="stack">
      <p>{t.made.arElsewhere}</p>
      {ONLY_HERE.test(location.hostname) ? (
        <p class="soft">{t.made.arOnlyHere}</p>
      ) : (
        <QrCode text={location.href} label={t.made.arCode} />
      )}
      <div>
        {state === "there" ? (
          <a class="button" href={url} download>
            <Icon name="download" />
            {t.made.arFile}
          </a>
        ) : (
          <p class="small soft" role="status">
            {state === "never" ? t.made.arNever : t.made.arWaits}
          </p>
        )}
      </div>
    </div>
  );
}
