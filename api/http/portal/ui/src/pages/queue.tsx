// What is being made, as it happens; what failed, to be tried again.
import { useEffect, useState } from "preact/hooks";
import { got, messageOf, type Render, v1 } from "../api/client";
import type { LiveRender } from "../api/own";
import { Icon } from "../parts/icons";
import { Confirm, Empty, Head, toast, Wrong } from "../parts/ui";
import { away, endings, live, unfinished, waiting as order, workers } from "../state/live";
import { modelName } from "../state/models";
import { go } from "../state/route";
import { refreshMe } from "../state/session";
import { t } from "../texts";
import { label } from "../words";

const CANCELLED = "cancelled"; // errorCode of what was ended by its owner
const WAITING = "pending,poster-processing,poster-done,video-processing";

export function Queue() {
  const [renders, setRenders] = useState<Render[]>();
  const [wrong, setWrong] = useState<string>();
  const [asking, setAsking] = useState<string[]>();
  const [changed, setChanged] = useState(0);
  const again = () => setChanged((before) => before + 1);
  const waiting = unfinished.value;
  const endedSoFar = endings.value;
  useEffect(() => {
    const query = { status: `${WAITING},error`, include: "preview", limit: 100, sort: "-createdAt" };
    got(v1.GET("/v1/renders", { params: { query } })).then(
      (found) => {
        setRenders(found.data);
        setWrong(undefined);
      },
      (error) => setWrong(messageOf(error)),
    );
  }, [waiting, endedSoFar, changed]);

  async function cancel(ids: string[]) {
    setAsking(undefined);
    try {
      await got(v1.POST("/v1/renders/cancel", { body: { ids: ids.slice(0, 100) } }));
    } catch (error) {
      toast(messageOf(error));
    }
    void refreshMe();
    again();
  }
  async function change(render: Render, what: "retry" | "dismiss" | "put-first") {
    const path = { render_id: render.id };
    try {
      await got(v1.PATCH(`/v1/renders/{render_id}/${what}`, { params: { path } }));
      if (what === "put-first") toast(t.queue.isFirst);
    } catch (error) {
      toast(messageOf(error));
    }
    void refreshMe();
    again();
  }

  const ended = (renders ?? []).filter((render) => render.status === "error");
  const failed = ended.filter((render) => render.errorCode !== CANCELLED);
  const cancelled = ended.filter((render) => render.errorCode === CANCELLED);
  const running = inOrder((renders ?? []).filter((render) => render.status !== "error"));
  const paid = running.filter((render) => !render.is_system_preview).map((render) => render.id);
  return (
    <>
      <Head title={t.queue.title} lead={t.queue.lead}>
        {paid.length > 1 && (
          <button class="button" type="button" onClick={() => setAsking(paid)}>
            {t.queue.cancelAll}
          </button>
        )}
      </Head>
      {wrong && <Wrong message={wrong} onRetry={again} />}
      {away.value && (
        <div class="note block" role="status">
          {t.queue.away}
        </div>
      )}
      {!renders && !wrong && <div class="skeleton tall" />}
      {renders && renders.length === 0 && (
        <Empty icon="queue" title={t.queue.emptyTitle} text={t.queue.emptyText}>
          <button class="button primary large" type="button" onClick={() => go("videos")}>
            {t.tabs.videos}
          </button>
        </Empty>
      )}
      {failed.length > 0 && (
        <section class="stack block">
          <h2>{t.queue.failedTitle}</h2>
          <Ended renders={failed} onChange={change} />
        </section>
      )}
      {running.length > 0 && (
        <section class="stack">
          {ended.length > 0 && <h2>{t.queue.runningTitle}</h2>}
          <ul class="card list">
            {running.map((render) => (
              <Running
                key={render.id}
                render={render}
                onFirst={() => change(render, "put-first")}
                onCancel={() => setAsking([render.id])}
              />
            ))}
          </ul>
        </section>
      )}
      {cancelled.length > 0 && (
        <section class="stack foot">
          <h2>{t.queue.cancelledTitle}</h2>
          <Ended renders={cancelled} onChange={change} />
        </section>
      )}
      {asking && (
        <Confirm
          title={t.queue.cancelAsk(asking.length)}
          action={t.queue.cancel}
          leave={t.close}
          onConfirm={() => cancel(asking)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

interface EndedProps {
  renders: Render[];
  onChange: (render: Render, what: "retry" | "dismiss") => void;
}

/** What failed or was cancelled: to be ordered again, or put out of sight. */
function Ended({ renders, onChange }: EndedProps) {
  return (
    <ul class="card list">
      {renders.map((render) => (
        <li key={render.id} class="line">
          <Name render={render}>
            {render.errorCode !== CANCELLED && <span class="small bad-ink">{render.errorMessage}</span>}
          </Name>
          <button class="button" type="button" onClick={() => onChange(render, "retry")}>
            <Icon name="retry" />
            {render.errorCode === CANCELLED ? t.queue.orderAgain : t.queue.retry}
          </button>
          <button class="button quiet" type="button" onClick={() => onChange(render, "dismiss")}>
            {t.queue.dismiss}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What is at work first, then what waits, in the order in which it is drawn; free previews only while they are. */
function inOrder(renders: Render[]): Render[] {
  const status = (render: Render) => live.value.get(render.id)?.status ?? render.status;
  const places = new Map(order.value.map((id, index) => [id, index]));
  const place = (render: Render) => (status(render) === "pending" ? (places.get(render.id) ?? places.size) : -1);
  return renders
    .filter((render) => status(render) !== "pending" || !render.is_system_preview)
    .sort((a, b) => place(a) - place(b) || a.createdAt.localeCompare(b.createdAt));
}

/** What was ordered, in a few words. */
export function summary(settings: Record<string, unknown>): string {
  const parts =
    settings.output === "dataset"
      ? [label("dataset"), String(settings.datasetQuality)]
      : settings.output === "image"
        ? [label("image"), String(settings.name ?? label(String(settings.quality))), String(settings.aspect)]
        : [label(String(settings.effect)), label(String(settings.quality)), String(settings.aspect)];
  return parts.join(" · ");
}

function Name(props: { render: Render; children?: preact.ComponentChildren }) {
  const { render } = props;
  return (
    <div class="grow stack tight">
      <strong class="cut">{modelName(render.modelId)}</strong>
      <span class="small soft cut">
        {render.is_system_preview ? t.queue.previewOf : summary(render.renderSettings)}
      </span>
      {props.children}
    </div>
  );
}

function Running({ render, onFirst, onCancel }: { render: Render; onFirst: () => void; onCancel: () => void }) {
  const now: LiveRender | undefined = live.value.get(render.id);
  const progress = now ?? { ...render.progress, status: render.status };
  const { framesDone, framesTotal, secondsLeft, stage } = progress;
  const drawn = framesTotal ? framesDone / framesTotal : 0;
  const poster = progress.status === "poster-done" || progress.status === "video-processing";
  const waits = progress.status === "pending";
  const place = order.value.indexOf(render.id) + 1;
  const worker = workers.value.get(render.id);
  return (
    <li class="line">
      <span class="mini">{poster && <img src={`/v1/renders/${render.id}/poster`} alt="" />}</span>
      <Name render={render}>
        {!waits && <progress value={drawn} max={1} aria-label={modelName(render.modelId)} />}
        {!waits && (
          <span class="small soft number">
            {label(stage)}
            {stage === "drawing" && ` · ${t.queue.frames(framesDone, framesTotal)}`}
            {secondsLeft !== null && secondsLeft > 1 && ` · ${t.queue.left(secondsLeft)}`}
            {worker && ` · ${worker}`}
          </span>
        )}
      </Name>
      {waits && <span class="chip number">{place ? t.queue.place(place) : label("pending")}</span>}
      {waits && !render.is_system_preview && place !== 1 && (
        <button class="button quiet" type="button" onClick={onFirst}>
          {t.queue.first}
        </button>
      )}
      {!render.is_system_preview && (
        <button class="button quiet" type="button" onClick={onCancel}>
          {t.queue.cancel}
        </button>
      )}
    </li>
  );
}
