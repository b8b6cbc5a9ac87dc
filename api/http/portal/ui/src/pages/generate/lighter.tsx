// What is asked for where a model is to be made lighter.
import { useState } from "preact/hooks";
import type { Model } from "../../api/client";
import { Icon } from "../../parts/icons";
import { ModelChoice, useOffered } from "../../parts/models";
import { Choice, Empty, Field, Wrong } from "../../parts/ui";
import { go } from "../../state/route";
import { modelName, models } from "../../state/models";
import { t } from "../../texts";

const TEXTURES = ["", "4096", "2048", "1024", "512", "256"];

interface LighterProps {
  price: number | undefined;
  /** The model that it begins with. */
  begun: string | undefined;
  onAsk: (body: unknown) => Promise<boolean>;
}

export function Lighter({ price, begun, onAsk }: LighterProps) {
  const offered = useOffered();
  const [chosen, setChosen] = useState<Model>();
  const [triangles, setTriangles] = useState("20000");
  const [texture, setTexture] = useState("1024");
  const [compress, setCompress] = useState<keyof typeof t.lighter.kinds>("none");
  const fitting = offered.models.filter((each) => /\.(glb|zip)$/i.test(each.originalName));
  if (begun) modelName(begun); // asks for the model, which may not be among those that are offered
  const model = chosen ?? (begun ? models.value.get(begun) : fitting[0]);
  function submit(event: Event) {
    event.preventDefault();
    void onAsk({
      modelId: model?.id,
      triangles: Number(triangles),
      textureSize: texture ? Number(texture) : null,
      compress,
    });
  }
  if (offered.wrong) return <Wrong message={offered.wrong} onRetry={offered.again} />;
  if (offered.known && !model && !offered.isSearched) {
    return (
      <Empty icon="library" title={t.library.emptyTitle} text={t.lighter.noModels}>
        <button class="button primary large" type="button" onClick={() => go("upload")}>
          {t.library.upload}
        </button>
      </Empty>
    );
  }
  return (
    <form class="card lighter" onSubmit={submit}>
      <ModelChoice offered={{ ...offered, models: fitting }} chosen={model} onChoose={setChosen} />
      <Field label={t.lighter.triangles} type="number" min={1} required value={triangles} onInput={setTriangles} />
      <Choice
        label={t.lighter.textures}
        value={texture}
        options={TEXTURES.map((each) => [each, each || t.lighter.keep] as const)}
        onChange={setTexture}
      />
      <Choice
        label={t.lighter.compress}
        value={compress}
        options={(["none", "draco", "meshopt"] as const).map((each) => [each, t.lighter.kinds[each]])}
        onChange={setCompress}
      />
      <button class="button primary large" type="submit" disabled={!model}>
        <Icon name="spark" />
        {t.lighter.make}
        {price !== undefined && <span class="number">· {t.credits(price)}</span>}
      </button>
    </form>
  );
}
