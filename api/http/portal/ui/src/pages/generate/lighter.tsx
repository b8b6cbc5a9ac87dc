// What is asked for where a model is to be made lighter.
import { useState } from "preact/hooks";
import { got, v1 } from "../../api/client";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { Choice, Field, Wrong } from "../../parts/ui";
import { nameOf } from "../../state/models";
import { t } from "../../texts";

const TEXTURES = ["", "4096", "2048", "1024", "512", "256"];

interface LighterProps {
  price: number | undefined;
  /** The model that it begins with. */
  begun: string | undefined;
  onAsk: (body: unknown) => Promise<boolean>;
}

export function Lighter({ price, begun, onAsk }: LighterProps) {
  const models = useFetched("", () => got(v1.GET("/v1/models", { params: { query: { limit: 100 } } })));
  const [chosen, setChosen] = useState(begun);
  const [triangles, setTriangles] = useState("20000");
  const [texture, setTexture] = useState("1024");
  const [compress, setCompress] = useState<keyof typeof t.lighter.kinds>("none");
  const offered = (models.data?.data ?? []).filter(
    (model) => model.thumbnailUrl !== null && /\.(glb|zip)$/i.test(model.originalName),
  );
  const modelId = chosen ?? offered[0]?.id;
  function submit(event: Event) {
    event.preventDefault();
    void onAsk({
      modelId,
      triangles: Number(triangles),
      textureSize: texture ? Number(texture) : null,
      compress,
    });
  }
  if (models.wrong) return <Wrong message={models.wrong} onRetry={models.again} />;
  if (models.data && offered.length === 0) return <p class="card soft">{t.lighter.noModels}</p>;
  return (
    <form class="card lighter" onSubmit={submit}>
      <Choice
        label={t.lighter.model}
        value={modelId ?? ""}
        options={offered.map((each) => [each.id, nameOf(each)] as const)}
        onChange={setChosen}
      />
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
      <button class="button primary large" type="submit" disabled={!modelId}>
        <Icon name="spark" />
        {t.lighter.make}
        {price !== undefined && <span class="number">· {t.credits(price)}</span>}
      </button>
    </form>
  );
}
