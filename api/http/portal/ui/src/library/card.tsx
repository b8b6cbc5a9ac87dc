// One model in the library's grid.
import type { Model } from "../api/client";
import { bytes } from "../formats";
import { Turning } from "../parts/turning";
import { nameOf } from "../state/models";
import { go } from "../state/route";
import { t } from "../texts";

export function Card({ model, chosen, onToggle }: { model: Model; chosen: boolean; onToggle: () => void }) {
  const name = nameOf(model);
  return (
    <article class={chosen ? "model chosen" : "model"}>
      <button
        class="thumb"
        type="button"
        aria-label={t.library.open(name)}
        onClick={() => go("library", { open: model.id })}
      >
        <Turning poster={model.thumbnailUrl} />
      </button>
      <label class="tick" title={t.library.select(name)}>
        <input type="checkbox" checked={chosen} aria-label={t.library.select(name)} onChange={onToggle} />
      </label>
      <div class="caption">
        <strong class="cut">{name}</strong>
        <span class="small soft cut number">{model.sku || model.tags.join(", ") || bytes(model.fileSize)}</span>
      </div>
    </article>
  );
}
