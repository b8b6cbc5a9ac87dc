// How a model is to look: a live preview, the settings beside it, the price below, and the order.
import { useEffect, useMemo, useState } from "preact/hooks";
import { got, messageOf, type ModelDetail, own, type Settings, v1 } from "../api/client";
import type { Setting } from "../api/own";
import { matters, Panel } from "../look/panel";
import { Presets } from "../look/presets";
import { Stage } from "../look/stage";
import { Empty, Head, toast, Wrong } from "../parts/ui";
import { heldTo, offeredIn } from "../modes";
import { keepLook, keptLook } from "../state/look";
import { mode } from "../state/mode";
import { nameOf, remember } from "../state/models";
import { go, route } from "../state/route";
import { me, refreshMe } from "../state/session";
import { t } from "../texts";
import { label } from "../words";

const FORMATS = ["16:9", "1:1", "9:16"];

export function Look() {
  const ids = [...new Set((route.value.query.get("models") ?? "").split(",").filter(Boolean))];
  const key = ids.join(",");
  const [whole, setTable] = useState<Setting[]>([]);
  const [model, setModel] = useState<ModelDetail>();
  const [wrong, setWrong] = useState<string>();
  const [chosen, setSettings] = useState<Settings>(keptLook);
  const [formats, setFormats] = useState<string[]>(["16:9"]);
  const first = ids[0];
  const now = mode.value;
  const table = useMemo(() => offeredIn(now, whole), [now, whole]);
  const settings = useMemo(() => heldTo(now, chosen), [now, chosen]);
  useEffect(() => {
    own<{ data: Setting[] }>("GET", "/settings").then(
      (found) => setTable(found.data),
      (error) => setWrong(messageOf(error)),
    );
  }, []);
  useEffect(() => {
    setModel(undefined);
    setWrong(undefined);
    if (!first) return;
    got(v1.GET("/v1/models/{model_id}", { params: { path: { model_id: first } } })).then(
      (answer) => {
        setModel(answer.data);
        remember([answer.data]);
      },
      (error) => setWrong(messageOf(error)),
    );
  }, [first]);
  useEffect(() => keepLook(chosen), [chosen]);

  const orders = useMemo(() => {
    const asked = usable(settings, table, model);
    const wanted = asked.output === "dataset" ? ["16:9"] : formats;
    return key
      .split(",")
      .filter(Boolean)
      .flatMap((modelId) => wanted.map((aspect) => ({ modelId, renderSettings: { ...asked, aspect } })));
  }, [key, settings, formats, table, model]);

  if (!first) {
    return (
      <>
        <Head title={t.look.title} />
        <Empty icon="look" title={t.look.noneTitle} text={t.look.noneText}>
          <button class="button primary large" type="button" onClick={() => go("library")}>
            {t.look.toLibrary}
          </button>
        </Empty>
      </>
    );
  }
  if (wrong && !model) {
    return (
      <>
        <Head title={t.look.title} />
        <Wrong message={wrong} onRetry={() => go("library")} retry={t.look.toLibrary} />
      </>
    );
  }
  const change = (name: string, value: unknown) => {
    setSettings((before) => {
      const after = { ...before };
      if (value === undefined) delete after[name];
      else after[name] = value;
      return after;
    });
  };
  const toggle = (aspect: string) => {
    const others = formats.filter((each) => each !== aspect);
    setFormats(others.length === formats.length ? [...formats, aspect] : others.length ? others : formats);
  };
  const shownSettings = { ...usable(settings, table, model), aspect: formats[0] };
  return (
    <>
      <Head
        title={model ? nameOf(model) : t.look.title}
        lead={ids.length > 1 ? t.look.several(ids.length) : undefined}
      >
        <Presets settings={chosen} onChoose={setSettings} />
      </Head>
      {wrong && <Wrong message={wrong} />}
      <div class="look">
        <div class="look-left">
          {model && (
            <Stage
              key={model.id}
              model={model}
              settings={shownSettings}
              onView={(view) => setSettings((before) => ({ ...before, ...view }))}
            />
          )}
          {settings.output !== "dataset" && (
            <fieldset class="formats">
              <legend class="label">{t.look.formats}</legend>
              <div class="row">
                {FORMATS.map((aspect) => (
                  <label key={aspect} class="format">
                    <input type="checkbox" checked={formats.includes(aspect)} onChange={() => toggle(aspect)} />
                    <span class={`shape s${aspect.replace(":", "-")}`} aria-hidden="true" />
                    {aspect}
                  </label>
                ))}
              </div>
            </fieldset>
          )}
        </div>
        <div class="look-right">
          <Panel table={table} settings={settings} model={model} onChange={change} />
          <Order orders={orders} output={String(settings.output ?? "video")} />
        </div>
      </div>
    </>
  );
}

/** The settings that mean something, without names of parts that this model doesn't have: those are another one's. */
function usable(settings: Settings, table: Setting[], model: ModelDetail | undefined): Settings {
  const rows = new Map(table.map((row) => [row.name, row]));
  const asked = Object.fromEntries(
    Object.entries(settings).filter(([name]) => {
      const row = rows.get(name);
      return row !== undefined && matters(row, settings);
    }),
  );
  const found = model?.contents;
  if (found) {
    const clips = found.animations.map((each) => each.name);
    if (asked.materialVariant && !found.variants.includes(String(asked.materialVariant))) delete asked.materialVariant;
    if (asked.animation && asked.animation !== "*" && !clips.includes(String(asked.animation))) delete asked.animation;
    if (asked.animation === "*" && !clips.length) delete asked.animation;
  }
  return asked;
}

function Order({ orders, output }: { orders: { modelId: string; renderSettings: Settings }[]; output: string }) {
  const [price, setPrice] = useState<number>();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  // All models are ordered with the same settings, so those of one of them are priced: a quote takes 100 at most.
  const count = new Set(orders.map((each) => each.modelId)).size;
  const first = orders.filter((each) => each.modelId === orders[0]?.modelId);
  const priced = JSON.stringify(
    first.map(({ renderSettings: { quality, output: made, datasetQuality } }) => ({ quality, output: made, datasetQuality })),
  );
  useEffect(() => {
    let late = false;
    const renders = JSON.parse(priced) as Record<string, never>[];
    got(v1.POST("/v1/quote", { body: { renders } })).then(
      (answer) => !late && setPrice(answer.data.creditsRequired * count),
      (error) => !late && setWrong(messageOf(error)),
    );
    return () => {
      late = true;
    };
  }, [priced, count]);
  async function order() {
    setBusy(true);
    setWrong(undefined);
    try {
      for (let start = 0; start < orders.length; start += 100) {
        await got(v1.POST("/v1/renders/batch", { body: { renders: orders.slice(start, start + 100) } }));
      }
      toast(t.look.ordered(orders.length));
      void refreshMe();
      go("queue");
    } catch (error) {
      setWrong(messageOf(error));
      setBusy(false);
    }
  }
  const poor = price !== undefined && (me.value?.credits ?? 0) < price;
  return (
    <div class="order">
      {wrong && <Wrong message={wrong} />}
      <div class="row">
        <div class="grow">
          <div class="price number">{price === undefined ? "…" : t.credits(price)}</div>
          <div class="small soft">{poor ? t.look.tooLittle : t.look.have(me.value?.credits ?? 0)}</div>
        </div>
        <button class="button primary large" type="button" disabled={busy || poor || price === undefined} onClick={order}>
          {t.look.order(orders.length, label(output).toLowerCase())}
        </button>
      </div>
    </div>
  );
}
