// A model before and after it was made lighter: both seen by one camera, with a divider between them.
import { useEffect, useState } from "preact/hooks";
import { LiveView } from "../../look/live";
import { type Orbit, STRAIGHT } from "../../look/orbit";
import type { Measures } from "../../look/preview";
import { t } from "../../texts";

const LOOK = { output: "image", camera: "three-quarter" };

export function Compare(props: { before: string; after: string; name: string; afterBytes: number }) {
  const [share, setShare] = useState(50);
  const [orbit, setOrbit] = useState<Orbit>(STRAIGHT);
  const [measures, setMeasures] = useState<Measures>();
  const [bytesBefore, setBytesBefore] = useState<number>();
  useEffect(() => {
    fetch(props.before, { method: "HEAD" }).then(
      (answer) => setBytesBefore(Number(answer.headers.get("content-length"))),
      () => undefined,
    );
  }, [props.before]);
  const view = { settings: LOOK, orbit, onOrbit: setOrbit };
  return (
    <div class="stack">
      <div class="stage small-stage compare">
        <div class="side">
          <LiveView {...view} url={props.before} label={`${props.name}, ${t.lighter.before}`} onMeasures={setMeasures} />
        </div>
        <div class="side" style={{ clipPath: `inset(0 0 0 ${share}%)` }}>
          <LiveView {...view} url={props.after} label={`${props.name}, ${t.lighter.after}`} measures={measures} />
        </div>
        <span class="divider" style={{ left: `${share}%` }} aria-hidden="true" />
        <span class="chip badge">{t.lighter.before}</span>
        <span class="chip badge right">{t.lighter.after}</span>
      </div>
      <input
        class="small-stage-wide"
        type="range"
        min={0}
        max={100}
        value={share}
        aria-label={t.lighter.divider}
        onInput={(event) => setShare(Number(event.currentTarget.value))}
      />
      {bytesBefore ? <p class="small number">{t.lighter.saved(bytesBefore, props.afterBytes)}</p> : null}
    </div>
  );
}
