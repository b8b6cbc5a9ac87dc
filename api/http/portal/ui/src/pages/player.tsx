// One finished render: it plays, it is downloaded, and everybody may see it by a link, if its owner likes.
import { useEffect, useState } from "preact/hooks";
import { got, messageOf, type Render, type Share, v1 } from "../api/client";
import { Icon } from "../parts/icons";
import { Confirm, CopyLine, Dialog, Switch, toast, Wrong } from "../parts/ui";
import { modelName } from "../state/models";
import { go } from "../state/route";
import { bytes, moment } from "../formats";
import { t } from "../texts";
import { label } from "../words";
import { AddToGallery } from "./player/galleries";
import { Screen } from "./player/screen";
import { Checks } from "./player/checks";
import { summary } from "./queue";

const FILES: Record<string, [string, string][]> = {
  video: [
    ["video", "video"],
    ["web", "video?quality=web"],
    ["poster", "poster?quality=full"],
    ["thumb", "thumb"],
    ["bundle", "bundle"],
  ],
  image: [
    ["image", "image"],
    ["poster", "poster?quality=full"],
    ["bundle", "bundle"],
  ],
  dataset: [
    ["dataset", "dataset"],
    ["poster", "poster?quality=full"],
  ],
};

export function Player(props: { id: string; onClose: () => void; onDeleted: () => void }) {
  const [render, setRender] = useState<Render>();
  const [share, setShare] = useState<Share>();
  const [wrong, setWrong] = useState<string>();
  const [asking, setAsking] = useState(false);
  const path = { render_id: props.id };
  useEffect(() => {
    Promise.all([
      got(v1.GET("/v1/renders/{render_id}", { params: { path } })),
      got(v1.GET("/v1/renders/{render_id}/share", { params: { path } })),
    ]).then(
      ([found, shared]) => {
        setRender(found.data);
        setShare(shared.data);
      },
      (error) => setWrong(messageOf(error)),
    );
  }, [props.id]);

  async function setShared(on: boolean) {
    try {
      const answer = on
        ? await got(v1.PUT("/v1/renders/{render_id}/share", { params: { path } }))
        : await got(v1.DELETE("/v1/renders/{render_id}/share", { params: { path } }));
      setShare(answer.data);
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  async function erase() {
    try {
      await got(v1.DELETE("/v1/renders/{render_id}", { params: { path } }));
      toast(t.videos.deleted);
      props.onDeleted();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  const output = String(render?.renderSettings.output ?? "video");
  const files = (FILES[output] ?? []).filter(([name]) => name !== "web" || render?.hasWebVariant);
  const base = `/v1/renders/${props.id}`;
  const name = render ? modelName(render.modelId) : t.loadingPage;
  return (
    <Dialog wide title={name} onClose={props.onClose}>
      {wrong && <Wrong message={wrong} />}
      {render && (
        <div class="player">
          <Screen render={render} name={name} />
          <div class="stack">
            <p class="soft">
              {summary(render.renderSettings)}
              <br />
              <span class="small number">
                {moment(render.createdAt)}
                {render.fileSize !== null && ` · ${bytes(render.fileSize)}`}
              </span>
            </p>
            <Checks render={render} />
            <div class="card share">
              <Switch label={t.videos.shareTitle} checked={share?.shared ?? false} onChange={setShared} />
              <p class="small soft">{t.videos.shareText}</p>
              {share?.page && share.path && <Links page={share.page} path={share.path} name={name} />}
            </div>
            {output !== "dataset" && <AddToGallery id={props.id} />}
            <div>
              <h3>{t.videos.download}</h3>
              <ul class="downloads">
                {files.map(([file, address]) => (
                  <li key={file}>
                    <a href={`${base}/${address}`} download>
                      <Icon name="download" size={16} />
                      {t.videos.files[file]}
                    </a>
                  </li>
                ))}
                {Object.entries(render.formatUrls).map(([format, address]) => (
                  <li key={format}>
                    <a href={address} download>
                      <Icon name="download" size={16} />
                      {t.player.formats[format] ?? label(format)}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
            <div class="row">
              <button class="button" type="button" onClick={() => go("look", { models: render.modelId })}>
                <Icon name="look" />
                {t.videos.look}
              </button>
              <button class="button quiet bad" type="button" onClick={() => setAsking(true)}>
                <Icon name="trash" />
                {t.delete}
              </button>
            </div>
          </div>
        </div>
      )}
      {asking && (
        <Confirm
          title={t.videos.deleteAsk}
          action={t.delete}
          onConfirm={erase}
          onClose={() => setAsking(false)}
        />
      )}
    </Dialog>
  );
}

/** The link to the page, and the player for pages of others. */
function Links(props: { page: string; path: string; name: string }) {
  const page = location.origin + props.page;
  const player = location.origin + props.path.replace(/^\/api\/v\//, "/embed/");
  const title = props.name.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
  const snippet = `<iframe src="${player}" title="${title}" width="640" height="360" style="border:0" allowfullscreen></iframe>`;
  return (
    <>
      <CopyLine text={page} label={t.videos.shareTitle} />
      <a class="text small" href={page} target="_blank" rel="noreferrer">
        {t.videos.openPage}
      </a>
      <span class="label">{t.player.embedTitle}</span>
      <CopyLine text={snippet} label={t.player.embed} />
    </>
  );
}
