// Models made of a sentence: asked for, watched, looked at, and taken over among the models.
import { useEffect, useState } from "preact/hooks";
import { messageOf, own } from "../api/client";
import type { Generation } from "../api/own";
import { Viewer } from "../look/viewer";
import { useFetched } from "../parts/fetched";
import { Icon } from "../parts/icons";
import { Empty, Head, toast, Wrong } from "../parts/ui";
import { go } from "../state/route";
import { refreshMe } from "../state/session";
import { add } from "../state/uploads";
import { ago } from "../formats";
import { t } from "../texts";
import { label } from "../words";

const ASK_AGAIN_MS = 1500;
const ENDED = new Set(["completed", "failed", "aborted"]);

export function Generate() {
  const all = useFetched("", () => own<{ data: Generation[]; price: number }>("GET", "/generations"));
  const [prompt, setPrompt] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [shown, setShown] = useState<string>();
  const made = all.data?.data ?? [];
  const waiting = made.some((each) => !ENDED.has(each.state));
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(all.again, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waiting, all.again]);
  async function ask(event: Event) {
    event.preventDefault();
    try {
      const asked = await own<Generation>("POST", "/generations", { prompt });
      setPrompt("");
      setWrong(undefined);
      setShown(asked.id);
      all.again();
      void refreshMe();
    } catch (error) {
      setWrong(messageOf(error));
    }
  }
  const open = shown ?? made.find((each) => each.isReady)?.id;
  return (
    <>
      <Head title={t.generate.title} lead={t.generate.lead} />
      <form class="card ask" onSubmit={ask}>
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
          {all.data && <span class="number">· {t.credits(all.data.price)}</span>}
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
      {(wrong ?? all.wrong) && <Wrong message={wrong ?? all.wrong ?? ""} />}
      {all.data && made.length === 0 && (
        <Empty icon="spark" title={t.generate.emptyTitle} text={t.generate.emptyText} />
      )}
      <ul class="stack">
        {made.map((each) => (
          <li key={each.id} class="card made">
            <Made generation={each} open={each.id === open} onOpen={() => setShown(each.id)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Made(props: { generation: Generation; open: boolean; onOpen: () => void }) {
  const { generation, open } = props;
  const file = `/portal/api/generations/${generation.id}/model`;
  async function take() {
    try {
      const answer = await fetch(file);
      const name = generation.prompt.replace(/[^\p{L}\p{N} -]/gu, "").slice(0, 60).trim() || "model";
      add([{ file: new File([await answer.blob()], `${name}.glb`) }], {}, ["generated"]);
      go("upload");
    } catch (error) {
      toast(messageOf(error));
    }
  }
  return (
    <>
      <div class="row">
        <div class="grow stack tight">
          <strong>{generation.prompt}</strong>
          <span class="small soft">{ago(generation.createdAt)}</span>
        </div>
        {generation.isReady ? (
          <>
            {!open && (
              <button class="button" type="button" onClick={props.onOpen}>
                {t.generate.look}
              </button>
            )}
            <a class="button icon" href={file} download aria-label={t.inspect.download} title={t.inspect.download}>
              <Icon name="download" />
            </a>
            <button class="button primary" type="button" onClick={take}>
              {t.generate.take}
            </button>
          </>
        ) : (
          <span class={`chip ${ENDED.has(generation.state) ? "bad" : "warm"}`}>
            {ENDED.has(generation.state) ? label("failed") : t.generate.stages[generation.stage ?? "queued"]}
          </span>
        )}
      </div>
      {!generation.isReady && !ENDED.has(generation.state) && (
        <progress value={generation.progress} max={1} aria-label={generation.prompt} />
      )}
      {generation.errorMessage && <p class="small bad-ink">{generation.errorMessage}</p>}
      {generation.isReady && open && <Viewer url={file} label={generation.prompt} />}
    </>
  );
}
