// Models by id, as far as a page has asked for them: renders know only the ids of theirs.
import { signal } from "@preact/signals";
import { got, type Model, v1 } from "../api/client";

export const models = signal<ReadonlyMap<string, Model>>(new Map());
const asked = new Set<string>();

export function remember(found: Model[]): void {
  const known = new Map(models.peek());
  for (const model of found) known.set(model.id, model);
  models.value = known;
}

export function nameOf(model: Model | undefined): string {
  return model ? model.title || model.originalName.replace(/\.\w+$/, "") : "";
}

/** The model's name; asks for it the first time. */
export function modelName(id: string): string {
  const known = models.value.get(id);
  if (!known && !asked.has(id)) {
    asked.add(id);
    got(v1.GET("/v1/models/{model_id}", { params: { path: { model_id: id } } })).then(
      (answer) => remember([answer.data]),
      () => undefined,
    );
  }
  return nameOf(known) || "…";
}
