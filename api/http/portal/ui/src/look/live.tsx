// A model in the renderer's light, before the renderer's camera, which a person may turn.
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf, own, type Settings } from "../api/client";
import type { CameraPath } from "../api/own";
import { t } from "../texts";
import { listen, type Orbit, type Turn } from "./orbit";
import type { Stand } from "./path";
import type { Measures, Preview } from "./preview";

interface LiveProps {
  url: string;
  label: string;
  settings: Settings;
  orbit: Orbit;
  onOrbit: (turn: Turn) => void;
  /** Where the camera stands, after each change. */
  onStand?: (stand: Stand) => void;
  /** Those of another model, to be framed as that one is. */
  measures?: Measures;
  onMeasures?: (measures: Measures) => void;
}

export function LiveView({ url, label, settings, orbit, onOrbit, onStand, measures, onMeasures }: LiveProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const preview = useRef<Preview | null>(null);
  const [told, setTold] = useState<string | undefined>(t.look.loading);
  const [ready, setReady] = useState(0);
  const turn = useRef(onOrbit);
  turn.current = onOrbit;
  const text = JSON.stringify([settings, measures]);

  useEffect(() => {
    let gone = false;
    async function begin() {
      const { Preview: Made } = await import("./preview");
      if (gone || !canvas.current) return;
      preview.current = new Made(canvas.current);
      await preview.current.load(url);
      if (gone) return;
      if (preview.current.measures) onMeasures?.(preview.current.measures);
      setTold(undefined);
      setReady((before) => before + 1);
    }
    begin().catch((error) => !gone && setTold(preview.current ? messageOf(error) : t.look.noWebgl));
    return () => {
      gone = true;
      preview.current?.dispose();
      preview.current = null;
    };
  }, [url]);

  useEffect(() => {
    const shown = preview.current;
    if (!ready || !shown) return undefined;
    let late = false;
    const [asked, framed] = JSON.parse(text) as [Settings, Measures | null];
    async function follow() {
      if (!shown) return;
      await shown.set(asked);
      const path = await own<CameraPath>("POST", "/camera", { ...(framed ?? shown.measures), renderSettings: asked });
      if (late) return;
      shown.follow(path);
      const stand = shown.stand();
      if (stand) onStand?.(stand);
    }
    const timer = setTimeout(() => follow().catch((error) => !late && setTold(messageOf(error))), 60);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [ready, text]);

  useEffect(() => {
    const shown = preview.current;
    if (!shown) return;
    shown.orbit = orbit;
    shown.draw(0);
    const stand = shown.stand();
    if (stand) onStand?.(stand);
  }, [orbit, ready]);

  useEffect(() => {
    if (!canvas.current) return undefined;
    const redraw = new ResizeObserver(() => preview.current?.draw(0));
    redraw.observe(canvas.current);
    const stop = listen(canvas.current, (step) => turn.current(step));
    return () => {
      redraw.disconnect();
      stop();
    };
  }, []);

  return (
    <>
      <canvas
        ref={canvas}
        class="turnable"
        role="img"
        tabIndex={0}
        title={t.look.turnHint}
        aria-label={`${label}. ${t.look.turnHint}`}
      />
      {told && <p class="veil">{told}</p>}
    </>
  );
}
