// Models made of a sentence or a picture, and models made lighter: asked for, watched, looked at, and taken over.
import { useEffect, useState } from "preact/hooks";
import { messageOf, own } from "../api/client";
import type { Generation, Generations } from "../api/studio";
import { useFetched } from "../parts/fetched";
import { Icon } from "../parts/icons";
import { Empty, Head, Segments, Wrong } from "../parts/ui";
import { go, route } from "../state/route";
import { refreshMe } from "../state/session";
import { t } from "../texts";
import { Examples } from "./generate/examples";
import { ENDED, Made } from "./generate/made";
import { Lighter } from "./generate/lighter";

const ASK_AGAIN_MS = 1500;
/** Base64 in the request is a third longer than the picture; the farm takes 100 MB of it. */
const MOST_PICTURE_MB = 50;

type Way = keyof typeof t.made.ways;

export function Generate() {
  const all = useFetched("", () => own<Generations>("GET", "/generations"));
  const [wrong, setWrong] = useState<string>();
  const [shown, setShown] = useState<string>();
  const { query } = route.value;
  const lighten = query.get("lighten");
  const way = (lighten !== null ? "lighter" : (query.get("way") ?? "prompt")) as Way;
  const made = all.data?.data ?? [];
  const waiting = made.some((each) => !ENDED.has(each.state));
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(all.again, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waiting, all.again]);
  async function ask(path: string, body: unknown): Promise<boolean> {
    try {
      const asked = await own<Generation>("POST", path, body);
      setWrong(undefined);
      setShown(asked.id);
      all.again();
      void refreshMe();
      return true;
    } catch (error) {
      setWrong(messageOf(error));
      return false;
    }
  }
  const prices = all.data?.prices;
  const open = shown ?? made.find((each) => each.isReady)?.id;
  return (
    <>
      <Head title={t.generate.title} lead={way === "lighter" ? t.lighter.lead : t.generate.lead}>
        <Segments
          label={t.generate.title}
          hideLabel
          value={way}
          options={(Object.keys(t.made.ways) as Way[]).map((each) => [each, t.made.ways[each]] as const)}
          onChange={(each) => go("generate", { way: each }, true)}
        />
      </Head>
      {way === "prompt" && <Words price={prices?.prompt} onAsk={(prompt) => ask("/generations", { prompt })} />}
      {way === "picture" && (
        <Picture price={prices?.picture} onAsk={(image) => ask("/generations", { image })} onWrong={setWrong} />
      )}
      {way === "lighter" && (
        <Lighter price={prices?.model} begun={lighten ?? undefined} onAsk={(body) => ask("/optimisations", body)} />
      )}
      {(wrong ?? all.wrong) && <Wrong message={wrong ?? all.wrong ?? ""} />}
      {way !== "lighter" && all.data && made.length === 0 && (
        <Empty icon="spark" title={t.generate.emptyTitle} text={t.generate.emptyText} />
      )}
      <ul class="stack">
        {made.map((each) => (
          <li key={each.id} class="card made">
            <Made generation={each} open={each.id === open} onOpen={() => setShown(each.id)} />
          </li>
        ))}
      </ul>
      {way !== "lighter" && all.data && all.data.examples.length > 0 && <Examples examples={all.data.examples} />}
    </>
  );
}

function Price({ price }: { price: number | undefined }) {
  return price === undefined ? null : <span class="number">· {t.credits(price)}</span>;
}

function Words(props: { price: number | undefined; onAsk: (prompt: string) => Promise<boolean> }) {
  const [prompt, setPrompt] = useState("");
  async function submit(event: Event) {
    event.preventDefault();
    if (await props.onAsk(prompt)) setPrompt("");
  }
  return (
    <>
      <form class="card ask" onSubmit={submit}>
        <label class="hidden" for="prompt">
          {t.generate.prompt}
        </label>
        <input
          id="prompt"
          class="input"
          required
          maxLength={2000}
          placeholder={t.generate.example}
          value={prompt}
          onInput={(event) => setPrompt(event.currentTarget.value)}
        />
        <button class="button primary large" type="submit">
          <Icon name="spark" />
          {t.generate.make}
          <Price price={props.price} />
        </button>
      </form>
      <ul class="row ideas">
        {t.generate.ideas.map((idea) => (
          <li key={idea}>
            <button class="chip" type="button" onClick={() => setPrompt(idea)}>
              {idea}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

interface PictureProps {
  price: number | undefined;
  onAsk: (image: string) => Promise<boolean>;
  onWrong: (message: string) => void;
}

function Picture({ price, onAsk, onWrong }: PictureProps) {
  const [image, setImage] = useState<string>();
  function take(file: File | undefined) {
    if (!file) return;
    if (file.size > MOST_PICTURE_MB * 1024 ** 2) {
      onWrong(t.made.pictureTooLarge(MOST_PICTURE_MB));
      return;
    }
    const reader = new FileReader();
    reader.onload = () => setImage(String(reader.result));
    reader.readAsDataURL(file);
  }
  async function submit(event: Event) {
    event.preventDefault();
    if (image && (await onAsk(image))) setImage(undefined);
  }
  return (
    <form
      class="card ask picture"
      onSubmit={submit}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files[0]);
      }}
    >
      {image ? <img src={image} alt="" /> : <p class="soft">{t.made.picture}</p>}
      <label class="button">
        {t.made.pickPicture}
        <input
          class="hidden"
          type="file"
          accept="image/png,image/jpeg,image/webp,image/tiff"
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
      </label>
      <button class="button primary large" type="submit" disabled={!image}>
        <Icon name="spark" />
        {t.generate.make}
        <Price price={price} />
      </button>
    </form>
  );
}
