// Files come in: dropped or picked, checked, and on their way.
import { useEffect, useState } from "preact/hooks";
import { got, type Settings, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { TagsField, tagsIn } from "../parts/tags";
import { Choice, Head } from "../parts/ui";
import { me } from "../state/session";
import { add } from "../state/uploads";
import { dropped, type Picked } from "../upload/handles";
import { Links } from "../upload/links";
import { Files, Unfinished } from "../upload/list";
import { Picker } from "../upload/picker";
import { t } from "../texts";
import { label } from "../words";

const QUALITIES = ["share", "standard", "4k", "pro"] as const;
type Quality = (typeof QUALITIES)[number];

export function Upload() {
  const [over, setOver] = useState(false);
  const [linking, setLinking] = useState(false);
  const [tags, setTags] = useState("");
  const [quality, setQuality] = useState<Quality>("share");
  const [price, setPrice] = useState(1);
  const limit = me.value?.maxUploadMb ?? 100;
  useEffect(() => {
    got(v1.POST("/v1/quote", { body: { renders: [{ quality }] } })).then(
      (answer) => setPrice(answer.data.creditsRequired),
      () => undefined,
    );
  }, [quality]);
  const take = (found: Iterable<Picked>) => add(found, { quality } satisfies Settings, tagsIn(tags));
  return (
    <>
      <Head title={t.upload.title} lead={t.upload.lead} />
      <div class="upload">
        <section
          class={over ? "drop over" : "drop"}
          aria-label={t.upload.drop}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={async (event) => {
            event.preventDefault();
            setOver(false);
            if (event.dataTransfer) take(await dropped(event.dataTransfer));
          }}
        >
          <Icon name="upload" size={56} />
          <h2>{t.upload.drop}</h2>
          <p class="soft">
            {t.upload.dropHint}, {t.upload.limit(limit)}
          </p>
          <div class="row">
            <Picker class="button primary large" label={t.upload.pick} onTake={take} />
            <Picker class="button large" label={t.upload.pickFolder} onTake={take} folder />
          </div>
          <button class="button quiet" type="button" onClick={() => setLinking(true)}>
            {t.upload.urls}
          </button>
        </section>
        <section class="card stack">
          <Choice
            label={t.upload.quality}
            value={quality}
            onChange={setQuality}
            options={QUALITIES.map((each) => [each, label(each)] as const)}
          />
          <p class="small soft number">{t.upload.price(price)}</p>
          <TagsField label={t.upload.tags} placeholder={t.upload.tagsHint} value={tags} onInput={setTags} />
          <div class="steps">
            <h3>{t.upload.stepsTitle}</h3>
            <ol class="small soft">
              {t.upload.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </div>
        </section>
      </div>
      <Files />
      <Unfinished />
      {linking && <Links settings={{ quality }} tags={tagsIn(tags)} onClose={() => setLinking(false)} />}
    </>
  );
}

