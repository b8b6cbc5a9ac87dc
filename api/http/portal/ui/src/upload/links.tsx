// Models fetched by the farm itself, from a list of links.
import { useState } from "preact/hooks";
import { got, messageOf, type Settings, v1 } from "../api/client";
import { Dialog, toast } from "../parts/ui";
import { refreshMe } from "../state/session";
import { t } from "../texts";

export function Links(props: { settings: Settings; tags: string[]; onClose: () => void }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  async function submit(event: Event) {
    event.preventDefault();
    const urls = [...new Set(text.split(/\s+/).filter(Boolean))];
    const failed: string[] = [];
    const told: string[] = [];
    setBusy(true);
    for (const url of urls) {
      try {
        const body = { url, renderSettings: props.settings };
        const made = await got(v1.POST("/v1/models/ingest", { body }));
        const path = { model_id: made.data.modelId };
        if (props.tags.length) {
          await got(v1.PATCH("/v1/models/{model_id}", { params: { path }, body: { tags: props.tags } }));
        }
      } catch (error) {
        failed.push(url);
        told.push(`${url}: ${messageOf(error)}`);
      }
    }
    setBusy(false);
    void refreshMe();
    if (failed.length < urls.length) toast(t.upload.fetched(urls.length - failed.length));
    if (!failed.length) return props.onClose();
    setText(failed.join("\n"));
    setWrong(told);
  }
  return (
    <Dialog title={t.upload.urlsTitle} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        <p class="soft">{t.upload.urlsText}</p>
        <textarea
          class="input lines"
          rows={6}
          required
          aria-label={t.upload.urlsField}
          placeholder="https://"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {wrong.length > 0 && (
          <ul class="small bad-ink" role="alert">
            {wrong.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        )}
        <button class="button primary" type="submit" disabled={busy}>
          {t.upload.fetch}
        </button>
      </form>
    </Dialog>
  );
}
