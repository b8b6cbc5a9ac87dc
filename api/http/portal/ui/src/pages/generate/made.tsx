// One model that is made, or made lighter: how far it is, how it looks, and taking it over among the models.
import { useState } from "preact/hooks";
import { got, messageOf, v1 } from "../../api/client";
import type { Generation } from "../../api/studio";
import { ago } from "../../formats";
import { Viewer } from "../../look/viewer";
import { ArLink } from "../../parts/ar";
import { Icon } from "../../parts/icons";
import { toast } from "../../parts/ui";
import { go } from "../../state/route";
import { t } from "../../texts";
import { label } from "../../words";
import { Compare } from "./compare";

export const ENDED: ReadonlySet<string> = new Set(["completed", "failed", "aborted"]);

export function Made(props: { generation: Generation; open: boolean; onOpen: () => void }) {
  const { generation, open } = props;
  const [modelId, setModelId] = useState<string>();
  const file = `/portal/api/generations/${generation.id}/model`;
  const isLighter = generation.kind === "model" && generation.modelId !== null;
  const name = generation.prompt || t.made.fromPicture;
  async function take() {
    const title = isLighter ? t.lighter.of(name) : name;
    try {
      const kept = await got(v1.POST("/v1/models/generate", { body: { from: generation.outputId, title } as never }));
      setModelId(kept.data.modelId);
      toast(t.made.taken);
    } catch (error) {
      toast(messageOf(error));
    }
  }
  return (
    <>
      <div class="row">
        <div class="grow stack tight">
          <strong>{isLighter ? t.lighter.of(name) : name}</strong>
          <span class="small soft">{ago(generation.createdAt)}</span>
        </div>
        {generation.isReady ? (
          <>
            {!open && (
              <button class="button" type="button" onClick={props.onOpen}>
                {isLighter ? t.lighter.compare : t.generate.look}
              </button>
            )}
            <a class="button icon" href={file} download aria-label={t.inspect.download} title={t.inspect.download}>
              <Icon name="download" />
            </a>
            {modelId ? (
              <>
                <ArLink url={`/v1/models/${modelId}/file?format=usdz`} />
                <button class="button primary" type="button" onClick={() => go("look", { models: modelId })}>
                  {t.library.look}
                </button>
              </>
            ) : (
              <button class="button primary" type="button" onClick={take}>
                {t.generate.take}
              </button>
            )}
          </>
        ) : (
          <span class={`chip ${ENDED.has(generation.state) ? "bad" : "warm"}`}>
            {ENDED.has(generation.state) ? label("failed") : (t.generate.stages[generation.stage ?? "queued"] ?? label("drawing"))}
          </span>
        )}
      </div>
      {!generation.isReady && !ENDED.has(generation.state) && <Steps generation={generation} name={name} />}
      {generation.errorMessage && <p class="small bad-ink">{generation.errorMessage}</p>}
      {generation.isReady &&
        open &&
        (isLighter ? (
          <Compare before={`/v1/models/${generation.modelId}/file`} after={file} name={name} afterBytes={generation.size ?? 0} />
        ) : (
          <Viewer url={file} label={name} />
        ))}
    </>
  );
}

/** The steps from the order to the model, and which of them is at work. */
const WAYS: Record<Generation["kind"], string[]> = {
  prompt: ["queued", "image", "mesh"],
  picture: ["queued", "mesh"],
  model: ["queued", "optimise"],
};

function Steps({ generation, name }: { generation: Generation; name: string }) {
  const steps = WAYS[generation.kind];
  const at = Math.max(0, steps.indexOf(generation.stage ?? "queued"));
  return (
    <>
      <progress value={generation.progress} max={1} aria-label={name} />
      <ol class="stages small">
        {steps.map((step, index) => (
          <li key={step} class={index < at ? "past" : ""} aria-current={index === at ? "step" : undefined}>
            {t.generate.stages[step]}
          </li>
        ))}
      </ol>
    </>
  );
}
