// What is done with all chosen models at once.
import { useState } from "preact/hooks";
import { got, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { TagsField, tagsIn } from "../parts/tags";
import { Confirm, Dialog } from "../parts/ui";
import { deleteModels } from "../state/deletions";
import { each } from "../state/each";
import { models } from "../state/models";
import { go } from "../state/route";
import { me } from "../state/session";
import { t } from "../texts";

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
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  async function erase() {
    setAsking(false);
    setBusy(true);
    await deleteModels(ids);
    setBusy(false);
    props.onClear();
  }
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
        onClick={() => (me.value?.keepsDeleted ? erase() : setAsking(true))}
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
      {asking && (
        <Confirm
          title={t.library.deleteAsk(ids.length)}
          action={t.delete}
          onConfirm={erase}
          onClose={() => setAsking(false)}
        />
      )}
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
