// The stage: the preview with its playhead, and the exact picture, drawn by the renderer, of the moment under it.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, messageOf, type ModelDetail, own, type Settings } from "../api/client";
import type { CameraPath } from "../api/own";
import { Icon } from "../parts/icons";
import { toast, Wrong } from "../parts/ui";
import { t } from "../texts";
import { askForPicture, drawn, urlOf } from "./exact";
import { clamp, listen, type Orbit, STRAIGHT, wrapped } from "./orbit";
import type { Preview } from "./preview";

const ZOOMS: [number, number] = [0.5, 2]; // those of the setting

/** The settings by which a render looks as the preview does once somebody has turned it. */
function viewOf(settings: Settings, preview: Preview): Settings {
  const stand = preview.stand();
  if (!stand) return {};
  const zoom = Number(clamp(stand.zoom, ...ZOOMS).toFixed(2));
  const turn = Number(settings.rotateY ?? 0);
  if (settings.output !== "image") return { zoom, rotateY: Math.round(wrapped(turn + preview.orbit.around)) };
  return { zoom, azimuth: Number(wrapped(stand.azimuth - turn).toFixed(1)), elevation: Number(stand.elevation.toFixed(1)) };
}

interface StageProps {
  model: ModelDetail;
  settings: Settings;
  onView: (settings: Settings) => void;
}

export function Stage({ model, settings, onView }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const preview = useRef<Preview | null>(null);
  const [state, setState] = useState<"loading" | "shown" | "no-webgl" | "unreadable">("loading");
  const [path, setPath] = useState<CameraPath>();
  const [moment, setMoment] = useState(0);
  const [playing, setPlaying] = useState(() => !matchMedia("(prefers-reduced-motion: reduce)").matches);
  const [wrong, setWrong] = useState<string>();
  const [exact, setExact] = useState<string>(); // the id of the picture that is shown, or waited for
  const [ready, setReady] = useState(false);
  const [orbit, setOrbit] = useState<Orbit>(STRAIGHT);
  const taken = useRef(false);
  const text = JSON.stringify(settings);

  useEffect(() => {
    let gone = false;
    async function begin() {
      const { Preview: Made } = await import("./preview");
      if (gone || !canvas.current) return;
      try {
        preview.current = new Made(canvas.current);
      } catch {
        setState("no-webgl");
        return;
      }
      try {
        await preview.current.load(`/v1/models/${model.id}/file`);
        if (!gone) setState("shown");
      } catch {
        if (!gone) setState("unreadable");
      }
    }
    void begin();
    return () => {
      gone = true;
      preview.current?.dispose();
      preview.current = null;
    };
  }, [model.id]);

  useEffect(() => {
    if (state !== "shown" || !preview.current) return undefined;
    let late = false;
    const shown = preview.current;
    const asked = JSON.parse(text) as Settings;
    setExact(undefined);
    async function follow() {
      await shown.set(asked);
      const told = await own<CameraPath>("POST", "/camera", { ...shown.measures, renderSettings: asked });
      if (late) return;
      setPath(told);
      setWrong(undefined);
      if (taken.current) {
        taken.current = false;
        shown.orbit = STRAIGHT;
        setOrbit(STRAIGHT);
      }
      shown.follow(told);
    }
    const timer = setTimeout(() => follow().catch((error) => !late && setWrong(messageOf(error))), 60);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [state, text]);

  useEffect(() => {
    if (!preview.current) return;
    preview.current.orbit = orbit;
    preview.current.draw(moment);
  }, [moment, path, orbit]);

  const isStill = settings.output === "image";
  useEffect(() => {
    if (!canvas.current || state !== "shown") return undefined;
    // A video's camera stands at one height: only stills are looked at from above.
    return listen(canvas.current, (turn) =>
      setOrbit((before) => (isStill ? turn(before) : { ...turn(before), up: 0 })),
    );
  }, [state, isStill]);
  function take() {
    if (!preview.current) return;
    taken.current = true;
    onView(viewOf(settings, preview.current));
  }

  useEffect(() => {
    if (!playing || !path || exact || path.frames.length < 2) return undefined;
    let before = performance.now();
    let frame = requestAnimationFrame(function advance(now) {
      const step = (now - before) / 1000 / path.seconds;
      before = now;
      setMoment((at) => (at + step) % 1);
      frame = requestAnimationFrame(advance);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, path, exact]);

  useEffect(() => {
    setReady(false);
    if (!exact) return undefined;
    let late = false;
    drawn(exact, () => !late).then(
      () => !late && setReady(true),
      (error) => {
        if (late) return;
        setExact(undefined);
        setWrong(messageOf(error));
      },
    );
    return () => {
      late = true;
    };
  }, [exact]);
  async function ask() {
    setPlaying(false);
    setWrong(undefined);
    try {
      const turned = orbit === STRAIGHT || !preview.current ? {} : viewOf(settings, preview.current);
      setExact(await askForPicture(model.id, { ...settings, ...turned }, moment));
    } catch (error) {
      if (error instanceof ApiError && error.status === 429) toast(t.look.exactSoon);
      else setWrong(messageOf(error));
    }
  }
  const [wide = 16, high = 9] = String(settings.aspect ?? "16:9").split(":").map(Number);
  const many = (path?.frames.length ?? 0) > 1;
  return (
    <div class="stack">
      <div class="stage" style={{ aspectRatio: `${wide} / ${high}`, "--shape": String(wide / high) }}>
        <canvas
          ref={canvas}
          class="turnable"
          role="img"
          tabIndex={0}
          title={t.look.turnHint}
          aria-label={`${t.look.preview}: ${model.title ?? model.originalName}. ${t.look.turnHint}`}
        />
        {state === "loading" && <p class="veil">{t.look.loading}</p>}
        {(state === "no-webgl" || state === "unreadable") && (
          <div class="veil">
            {model.thumbnailUrl && <img src={`${model.thumbnailUrl}?quality=full`} alt="" />}
            <p>{state === "no-webgl" ? t.look.noWebgl : t.look.notShown}</p>
          </div>
        )}
        {exact && ready && <img class="exact" src={urlOf(exact)} alt={t.look.exact} />}
        <span class="chip badge">
          {exact ? (ready ? t.look.exact : t.look.exactWaiting) : t.look.preview}
        </span>
      </div>
      {wrong && <Wrong message={wrong} />}
      {orbit !== STRAIGHT && !exact && settings.output !== "dataset" && (
        <div class="row">
          <button class="button primary" type="button" onClick={take}>
            {t.look.useView}
          </button>
          <button class="button" type="button" onClick={() => setOrbit(STRAIGHT)}>
            {t.look.resetView}
          </button>
        </div>
      )}
      <div class="row playhead">
        {many && !exact && (
          <>
            <button
              class="button icon"
              type="button"
              aria-label={playing ? t.look.pause : t.look.play}
              onClick={() => setPlaying(!playing)}
            >
              <Icon name={playing ? "pause" : "play"} />
            </button>
            <input
              class="grow"
              type="range"
              min={0}
              max={0.999}
              step={0.001}
              value={moment}
              aria-label={t.look.playhead}
              onInput={(event) => {
                setPlaying(false);
                setMoment(Number(event.currentTarget.value));
              }}
            />
          </>
        )}
        {exact ? (
          <button class="button" type="button" onClick={() => setExact(undefined)}>
            <Icon name="back" />
            {t.look.backToPreview}
          </button>
        ) : (
          <button
            class="button"
            type="button"
            disabled={!path}
            title={t.look.exactHint}
            onClick={ask}
          >
            <Icon name="camera" />
            {t.look.exact}
          </button>
        )}
      </div>
    </div>
  );
}
