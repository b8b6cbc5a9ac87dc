// Galleries: pages with chosen videos and stills, for everybody or for who has the link.
import { useState } from "preact/hooks";
import { messageOf, own } from "../../api/client";
import type { Gallery } from "../../api/studio";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { Confirm, CopyLine, Empty, toast, Wrong } from "../../parts/ui";
import { go } from "../../state/route";
import { t } from "../../texts";

export function pageOf(gallery: Gallery): string {
  return `/g/${gallery.id}`;
}

export function Galleries() {
  const all = useFetched("", () => own<{ data: Gallery[] }>("GET", "/galleries"));
  const [asking, setAsking] = useState<Gallery>();
  async function erase(gallery: Gallery) {
    setAsking(undefined);
    try {
      await own("DELETE", `/galleries/${gallery.id}`);
      toast(t.galleries.deleted);
    } catch (error) {
      toast(messageOf(error));
    }
    all.again();
  }
  const create = (
    <button class="button primary" type="button" onClick={() => go("videos", { gallery: "new" })}>
      <Icon name="plus" />
      {t.galleries.create}
    </button>
  );
  return (
    <>
      {all.wrong && <Wrong message={all.wrong} onRetry={all.again} />}
      {!all.data && !all.wrong && <div class="skeleton tall" />}
      {all.data?.data.length === 0 && (
        <Empty icon="videos" title={t.galleries.emptyTitle} text={t.galleries.emptyText}>
          {create}
        </Empty>
      )}
      {all.data && all.data.data.length > 0 && <div class="row above">{create}</div>}
      <ul class="cards wide-cards">
        {all.data?.data.map((gallery) => (
          <li key={gallery.id} class="card stack">
            <div class="strip" aria-hidden="true">
              {gallery.covers.map((cover) => (
                <img key={cover} src={cover} alt="" loading="lazy" />
              ))}
            </div>
            <div class="row">
              <h2 class="grow cut">{gallery.title}</h2>
              <span class={`chip ${gallery.isPublic ? "good" : ""}`}>
                {gallery.isPublic ? t.galleries.isPublic : t.galleries.isUnlisted}
              </span>
            </div>
            <p class="small soft">{t.galleries.pieces(gallery.renderIds.length)}</p>
            <CopyLine text={location.origin + pageOf(gallery)} label={t.galleries.link} />
            <div class="row">
              <button
                class="button"
                type="button"
                aria-label={t.galleries.open(gallery.title)}
                onClick={() => go("videos", { gallery: gallery.id })}
              >
                {t.templates.edit}
              </button>
              <a class="button" href={pageOf(gallery)} target="_blank" rel="noreferrer">
                {t.galleries.visit}
              </a>
              <button class="button quiet bad" type="button" onClick={() => setAsking(gallery)}>
                {t.delete}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {asking && (
        <Confirm
          title={t.galleries.deleteAsk(asking.title)}
          action={t.delete}
          onConfirm={() => erase(asking)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}
