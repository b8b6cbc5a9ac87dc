// The galleries that a render can be added to.
import { messageOf, own } from "../../api/client";
import type { Gallery } from "../../api/studio";
import { useFetched } from "../../parts/fetched";
import { Choice, toast } from "../../parts/ui";
import { go } from "../../state/route";
import { t } from "../../texts";

export function AddToGallery({ id }: { id: string }) {
  const all = useFetched("", () => own<{ data: Gallery[] }>("GET", "/galleries"));
  const others = (all.data?.data ?? []).filter((each) => !each.renderIds.includes(id));
  async function add(to: string) {
    if (to === "new") {
      go("videos", { gallery: "new", with: id });
      return;
    }
    const gallery = others.find((each) => each.id === to);
    if (!gallery) return;
    const { title, text, isPublic, renderIds } = gallery;
    try {
      await own("PUT", `/galleries/${to}`, { title, text, isPublic, renderIds: [...renderIds, id] });
      toast(t.player.added(title));
    } catch (error) {
      toast(messageOf(error));
    }
    all.again();
  }
  return (
    <Choice
      label={t.player.addTo}
      hideLabel
      value=""
      options={[
        ["", t.player.addTo],
        ...others.map((each): [string, string] => [each.id, each.title]),
        ["new", t.player.newGallery],
      ]}
      onChange={add}
    />
  );
}
