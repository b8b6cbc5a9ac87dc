// What is done with all chosen models at once.
import { useState } from "preact/hooks";
import { got, messageOf, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { TagsField, tagsIn } from "../parts/tags";
import { Dialog, toast } from "../parts/ui";
import { deleteSoon } from "../state/deletions";
import { models } from "../state/models";
import { go } from "../state/route";
import { t } from "../texts";

const AT_ONCE = 6; // as many connections as browsers open to one server

/** Does so with each, some at the same time. What fails is told once, and keeps nothing else from being done. */
async function each(ids: string[], change: (id: string) => Promise<unknown>): Promise<void> {
  const left = [...ids];
  let wrong: unknown;
  async function work() {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      await change(id).catch((error) => (wrong = error));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (wrong) toast(messageOf(wrong));
}

export function Bar(props: {
  ids: string[];
  total: number;
  archived: boolean;
  onAll: () => void;
  onDone: () => void;
  onClear: () => void;
}) {
  const { ids, archived } = props;
  const [tagging, setTagging] = useState(false);
  const [busy, setBusy] = useState(false);
  async function change(how: (id: string) => Promise<unknown>) {
    setBusy(true);
    await each(ids, how);
    setBusy(false);
    props.onDone();
  }
  function archive() {
    const path = archived ? "/v1/models/{model_id}/unarchive" : "/v1/models/{model_id}/archive";
    return change((id) => got(v1.PATCH(path, { params: { path: { model_id: id } } })));
  }
  return (
    <div class="bar" role="toolbar" aria-label={t.library.selected(ids.length)} aria-busy={busy}>
      <strong class="number">{t.library.selected(ids.length)}</strong>
      <button class="button primary" type="button" onClick={() => go("look", { models: ids.join(",") })}>
        <Icon name="look" />
        {t.library.look}
      </button>
      <button class="button" type="button" disabled={busy} onClick={() => setTagging(true)}>
        {t.library.editTags}
      </button>
      <button class="button" type="button" disabled={busy} onClick={archive}>
        {archived ? t.library.unarchive : t.library.archive}
      </button>
      <button
        class="button bad"
        type="button"
        disabled={busy}
        onClick={() => {
          deleteSoon(ids);
          props.onClear();
        }}
      >
        {t.delete}
      </button>
      {ids.length < props.total && (
        <button class="button quiet number" type="button" onClick={props.onAll}>
          {t.library.chooseAll(props.total)}
        </button>
      )}
      <button class="button quiet" type="button" onClick={props.onClear}>
        {t.library.clear}
      </button>
      {tagging && (
        <Tags
          count={ids.length}
          onClose={() => setTagging(false)}
          onSave={(added, removed) => {
            setTagging(false);
            return change((id) => retag(id, added, removed));
          }}
        />
      )}
    </div>
  );
}

async function retag(id: string, added: string[], removed: string[]): Promise<unknown> {
  const path = { model_id: id };
  const model = models.peek().get(id) ?? (await got(v1.GET("/v1/models/{model_id}", { params: { path } }))).data;
  const tags = [...new Set([...model.tags, ...added])].filter((tag) => !removed.includes(tag));
  return got(v1.PATCH("/v1/models/{model_id}", { params: { path }, body: { tags } }));
}

function Tags(props: { count: number; onClose: () => void; onSave: (added: string[], removed: string[]) => void }) {
  const [added, setAdded] = useState("");
  const [removed, setRemoved] = useState("");
  return (
    <Dialog title={t.library.tagsOf(props.count)} onClose={props.onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          props.onSave(tagsIn(added), tagsIn(removed));
        }}
      >
        <TagsField label={t.library.addTags} placeholder={t.upload.tagsHint} value={added} onInput={setAdded} />
        <TagsField label={t.library.removeTags} value={removed} onInput={setRemoved} />
        <button class="button primary" type="submit" disabled={!tagsIn(`${added},${removed}`).length}>
          {t.save}
        </button>
      </form>
    </Dialog>
  );
}
