// One model: what is in it, what it is called, what was made of it.
import { useEffect, useState } from "preact/hooks";
import { got, messageOf, type ModelDetail, v1 } from "../api/client";
import { ArLink } from "../parts/ar";
import { Icon } from "../parts/icons";
import { TagsField, tagsIn } from "../parts/tags";
import { Dialog, Field, toast, Wrong } from "../parts/ui";
import { endings } from "../state/live";
import { nameOf, remember } from "../state/models";
import { go } from "../state/route";
import { bytes } from "../formats";
import { t } from "../texts";

export function Inspect(props: { id: string; onClose: () => void; onChanged: () => void }) {
  const [model, setModel] = useState<ModelDetail>();
  const [wrong, setWrong] = useState<string>();
  const ended = endings.value;
  useEffect(() => {
    got(v1.GET("/v1/models/{model_id}", { params: { path: { model_id: props.id } } })).then(
      (answer) => {
        setModel(answer.data);
        remember([answer.data]);
      },
      (error) => setWrong(messageOf(error)),
    );
  }, [props.id, ended]);
  return (
    <Dialog wide title={model ? nameOf(model) : t.loadingPage} onClose={props.onClose}>
      {wrong && <Wrong message={wrong} />}
      {model && (
        <div class="inspect">
          <div class="stack">
            {model.thumbnailUrl ? (
              <img class="shown" src={`${model.thumbnailUrl}?quality=full`} alt={nameOf(model)} />
            ) : (
              <div class="shown no-picture">
                <Icon name="library" size={56} />
              </div>
            )}
            <div class="row">
              <button class="button primary" type="button" onClick={() => go("look", { models: model.id })}>
                <Icon name="look" />
                {t.library.look}
              </button>
              <a class="button" href={`/v1/models/${model.id}/file`} download>
                <Icon name="download" />
                {t.inspect.download}
              </a>
              <button class="button" type="button" onClick={() => go("generate", { lighten: model.id })}>
                <Icon name="spark" />
                {t.lighter.make}
              </button>
              <ArLink url={`/v1/models/${model.id}/file?format=usdz`} />
            </div>
          </div>
          <div class="stack">
            <Names key={model.id} model={model} onChanged={props.onChanged} />
            <Facts model={model} />
          </div>
        </div>
      )}
    </Dialog>
  );
}

function Names({ model, onChanged }: { model: ModelDetail; onChanged: () => void }) {
  const [title, setTitle] = useState(model.title ?? "");
  const [sku, setSku] = useState(model.sku ?? "");
  const [tags, setTags] = useState(model.tags.join(", "));
  const [wrong, setWrong] = useState<string>();
  async function save(event: Event) {
    event.preventDefault();
    const body = { title: title.trim() || null, sku: sku.trim() || null, tags: tagsIn(tags) };
    try {
      const saved = await got(v1.PATCH("/v1/models/{model_id}", { params: { path: { model_id: model.id } }, body }));
      remember([saved.data]);
      setWrong(undefined);
      toast(t.inspect.saved);
      onChanged();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  return (
    <form class="stack" onSubmit={save}>
      <Field label={t.inspect.titleField} value={title} placeholder={nameOf(model)} onInput={setTitle} />
      <div class="two">
        <Field label={t.inspect.sku} value={sku} onInput={setSku} />
        <TagsField label={t.inspect.tags} value={tags} onInput={setTags} />
      </div>
      {wrong && <Wrong message={wrong} />}
      <div>
        <button class="button" type="submit">
          {t.save}
        </button>
      </div>
    </form>
  );
}

function Facts({ model }: { model: ModelDetail }) {
  const found = model.contents;
  const facts: [string, string][] = [
    [t.inspect.file, model.originalName],
    [t.inspect.size, bytes(model.fileSize)],
  ];
  if (found) {
    const { low, high } = found;
    const sides = high.map((value, axis) => `${(value - (low[axis] ?? 0)).toFixed(2)} m`);
    const largest = Math.max(0, ...found.textures.map((each) => Math.max(each.width, each.height)));
    facts.push(
      [t.inspect.triangles, found.triangles.toLocaleString("en")],
      [t.inspect.dimensions, sides.join(" × ")],
      [t.inspect.materials, String(found.materials.length)],
      [t.inspect.textures, largest ? `${found.textures.length}, up to ${largest} px` : "0"],
    );
    if (found.animations.length) facts.push([t.inspect.animations, found.animations.map((each) => each.name).join(", ")]);
    if (found.variants.length) facts.push([t.inspect.variants, found.variants.join(", ")]);
    if (found.extensions.length) facts.push([t.inspect.extensions, found.extensions.join(", ")]);
  }
  return (
    <div class="stack">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt class="soft">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {model.state === "failed" && <Wrong message={`${t.inspect.failed}: ${model.errorMessage ?? ""}`} />}
      {!found && model.state !== "failed" && <p class="soft">{t.inspect.reading}</p>}
      {found && found.warnings.length > 0 && (
        <div>
          <h3>{t.inspect.warnings}</h3>
          <ul class="soft small">
            {found.warnings.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
