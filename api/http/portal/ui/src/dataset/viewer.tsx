// A training set: its points and cameras in space, and beside them any plane of any view.
import { useEffect, useRef, useState } from "preact/hooks";
import { got, messageOf, v1 } from "../api/client";
import type { Transforms } from "../api/studio";
import { listen, type Orbit, STRAIGHT } from "../look/orbit";
import { useFetched } from "../parts/fetched";
import { Icon } from "../parts/icons";
import { CopyLine, Head, Segments, Switch, Wrong } from "../parts/ui";
import { modelName } from "../state/models";
import { go } from "../state/route";
import { t } from "../texts";
import type { Space } from "./space";

type Plane = keyof typeof t.sets.planes;

export function SetViewer({ id }: { id: string }) {
  const files = `/portal/api/datasets/${id}`;
  const path = { render_id: id };
  const render = useFetched(id, () => got(v1.GET("/v1/renders/{render_id}", { params: { path } })));
  const poses = useFetched(id, () => read(`${files}/transforms.json`));
  const [view, setView] = useState(0);
  const [plane, setPlane] = useState<Plane>("images");
  const [through, setThrough] = useState(false);
  const [points, setPoints] = useState<number>();
  const frames = poses.data?.frames ?? [];
  const name = render.data ? modelName(render.data.data.modelId) : t.loadingPage;
  const wrong = render.wrong ?? poses.wrong;
  const source = (at: number) => `${files}/${plane}/${frames[at]?.file_path.split("/").at(-1)}`;
  useEffect(() => {
    // The next one is there by the time that the slider is.
    if (frames[view + 1]) new Image().src = source(view + 1);
  }, [view, plane, frames.length]);
  return (
    <>
      <Head title={name} lead={points !== undefined && t.sets.facts(frames.length, points)}>
        <button class="button" type="button" onClick={() => go("datasets")}>
          <Icon name="back" />
          {t.sets.title}
        </button>
        <a class="button primary" href={`/v1/renders/${id}/dataset`} download>
          <Icon name="download" />
          {t.sets.download}
        </a>
      </Head>
      {wrong && <Wrong message={wrong} onRetry={poses.again} />}
      {poses.data && (
        <div class="set">
          <SpaceView poses={poses.data} url={`${files}/points3D.ply`} view={view} through={through} onPoints={setPoints} />
          <div class="stack">
            <div class="screen square">
              {frames[view] && <img src={source(view)} alt={t.sets.picture(t.sets.planes[plane], view + 1)} />}
            </div>
            <Segments
              label={t.sets.plane}
              hideLabel
              value={plane}
              options={(Object.keys(t.sets.planes) as Plane[]).map((each) => [each, t.sets.planes[each]] as const)}
              onChange={setPlane}
            />
            <div class="field">
              <label for="view" class="row">
                <span class="grow">{t.sets.view}</span>
                <span class="number soft">{t.sets.of(view + 1, frames.length)}</span>
              </label>
              <input
                id="view"
                type="range"
                min={0}
                max={Math.max(0, frames.length - 1)}
                value={view}
                onInput={(event) => setView(Number(event.currentTarget.value))}
              />
            </div>
            <Switch label={t.sets.through} checked={through} onChange={setThrough} />
            <div>
              <span class="label">{t.sets.command}</span>
              <CopyLine
                text="ns-train splatfacto --data . --pipeline.model.background-color white"
                label={t.sets.command}
              />
            </div>
          </div>
        </div>
      )}
    </>
  );
}

async function read(url: string): Promise<Transforms> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(((await answer.json()) as { error: { message: string } }).error.message);
  return (await answer.json()) as Transforms;
}

interface SpaceProps {
  poses: Transforms;
  url: string;
  view: number;
  through: boolean;
  onPoints: (count: number) => void;
}

function SpaceView({ poses, url, view, through, onPoints }: SpaceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const space = useRef<Space | null>(null);
  const [told, setTold] = useState<string | undefined>(t.sets.loading);
  const [orbit, setOrbit] = useState<Orbit>(STRAIGHT);
  useEffect(() => {
    let gone = false;
    async function begin() {
      const { Space: Made } = await import("./space");
      if (gone || !canvas.current) return;
      space.current = new Made(canvas.current, poses);
      const count = await space.current.load(url);
      if (gone) return;
      onPoints(count);
      setTold(undefined);
      space.current.draw();
    }
    begin().catch((error) => !gone && setTold(space.current ? messageOf(error) : t.sets.noWebgl));
    const redraw = new ResizeObserver(() => space.current?.draw());
    if (canvas.current) redraw.observe(canvas.current);
    return () => {
      gone = true;
      redraw.disconnect();
      space.current?.dispose();
      space.current = null;
    };
  }, [url]);
  useEffect(() => {
    if (!canvas.current) return undefined;
    return listen(canvas.current, setOrbit);
  }, []);
  useEffect(() => space.current?.show(view, through, orbit), [view, through, orbit, told]);
  return (
    <div class="stage space">
      <canvas
        ref={canvas}
        class="turnable"
        role="img"
        tabIndex={0}
        title={t.look.turnHint}
        aria-label={`${t.sets.space}. ${t.look.turnHint}`}
      />
      {told && <p class="veil">{told}</p>}
    </div>
  );
}
