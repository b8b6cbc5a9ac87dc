// A model that turns, in the renderer's studio light: for models that are no orders yet.
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf, own } from "../api/client";
import type { CameraPath } from "../api/own";
import { t } from "../texts";
import type { Preview } from "./preview";

const LOOK = { easing: false, length: 12 };

export function Viewer({ url, label }: { url: string; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [told, setTold] = useState<string | undefined>(t.look.loading);
  useEffect(() => {
    let frame = 0;
    let shown: Preview | undefined;
    let gone = false;
    async function begin() {
      const { Preview: Made } = await import("./preview");
      if (gone || !canvas.current) return;
      shown = new Made(canvas.current);
      await shown.load(url);
      await shown.set(LOOK);
      const path = await own<CameraPath>("POST", "/camera", { ...shown.measures, renderSettings: LOOK });
      if (gone) return;
      shown.follow(path);
      setTold(undefined);
      const turns = !matchMedia("(prefers-reduced-motion: reduce)").matches;
      const draw = (now: number) => {
        shown?.draw((now / 1000 / path.seconds) % 1);
        if (turns) frame = requestAnimationFrame(draw);
      };
      draw(0);
    }
    begin().catch((error) => !gone && setTold(messageOf(error)));
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
      shown?.dispose();
    };
  }, [url]);
  return (
    <div class="stage small-stage">
      <canvas ref={canvas} role="img" aria-label={label} />
      {told && <p class="veil">{told}</p>}
    </div>
  );
}
