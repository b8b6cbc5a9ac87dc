// Where a render is seen: its video frame by frame, or its still, before a background that can be changed.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Render } from "../../api/client";
import { Icon } from "../../parts/icons";
import { Segments } from "../../parts/ui";
import { lookWith } from "../../state/look";
import { t } from "../../texts";

const FRAME_S = 1 / 30;

type Background = keyof typeof t.player.backgrounds;

export function Screen({ render, name }: { render: Render; name: string }) {
  const { output, quality, transparent, bgColor } = render.renderSettings;
  const own = String(bgColor ?? "#ffffff");
  const { webm, webp } = render.formatUrls;
  const hasAlpha = Boolean(transparent) || quality === "pro";
  if (output === "video" && hasAlpha && (webm ?? webp)) {
    return (
      <Backdrop own={own}>
        {webm ? (
          <video src={webm} aria-label={name} controls autoPlay loop muted playsInline />
        ) : (
          <img src={webp} alt={name} />
        )}
      </Backdrop>
    );
  }
  if (output === "video") {
    return (
      <div class="stack">
        <Film render={render} name={name} />
        {quality === "pro" && <p class="small soft">{t.player.proRes}</p>}
        {hasAlpha && <NoAlpha render={render} />}
      </div>
    );
  }
  const base = `/v1/renders/${render.id}`;
  const source = output === "image" ? `${base}/image` : `${base}/poster?quality=full`;
  return transparent ? (
    <Backdrop own={own}>
      <img src={source} alt={name} />
    </Backdrop>
  ) : (
    <div class="screen">
      <img src={source} alt={name} />
    </div>
  );
}

/** Why the background of a transparent video can't be changed here, and what would let it. */
function NoAlpha({ render }: { render: Render }) {
  const settings = { ...render.renderSettings, quality: "share", transparent: true, formats: ["webm"] };
  return (
    <div class="row">
      <p class="small soft grow">{t.player.noAlpha}</p>
      <button class="button" type="button" onClick={() => lookWith(settings, render.modelId)}>
        {t.player.orderAlpha}
      </button>
    </div>
  );
}

/** What has no background, before one that is chosen here. */
function Backdrop(props: { own: string; children: ComponentChildren }) {
  const [background, setBackground] = useState<Background>("checker");
  const [colour, setColour] = useState(props.own);
  const paint = { white: "#ffffff", black: "#000000", colour, own: props.own, checker: undefined }[background];
  return (
    <div class="stack">
      <div class={`screen ${background === "checker" ? "checker" : ""}`} style={paint ? { background: paint } : {}}>
        {props.children}
      </div>
      <div class="row">
        <div class="grow">
          <Segments
            label={t.player.background}
            hideLabel
            value={background}
            options={(["checker", "white", "black", "colour"] as const).map((each) => [each, t.player.backgrounds[each]])}
            onChange={setBackground}
          />
        </div>
        {background === "colour" && (
          <div class="colour">
            <input
              type="color"
              aria-label={t.player.pick}
              value={colour}
              onInput={(event) => setColour(event.currentTarget.value)}
            />
          </div>
        )}
      </div>
    </div>
  );
}

function Film({ render, name }: { render: Render; name: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const base = `/v1/renders/${render.id}`;
  function step(way: number) {
    const film = video.current;
    if (!film) return;
    film.pause();
    const length = film.duration || 0;
    // In the middle of a frame: at its edge, browsers show the one before or this one.
    const frame = Math.floor(film.currentTime / FRAME_S + 1e-3) + way;
    const frames = Math.max(1, Math.round(length / FRAME_S));
    film.currentTime = (((frame % frames) + frames) % frames) * FRAME_S + FRAME_S / 2;
  }
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const way = { ",": -1, ".": 1 }[event.key];
      if (way && !(event.target instanceof HTMLInputElement)) step(way);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  function save() {
    const film = video.current;
    if (!film) return;
    const canvas = document.createElement("canvas");
    canvas.width = film.videoWidth;
    canvas.height = film.videoHeight;
    canvas.getContext("2d")?.drawImage(film, 0, 0);
    canvas.toBlob((blob) => {
      if (!blob) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = t.player.stillName(name, film.currentTime);
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
  return (
    <div class="stack">
      <div class="screen">
        <video
          ref={video}
          src={`${base}/video${render.hasWebVariant ? "?quality=web" : ""}`}
          poster={`${base}/poster?quality=full`}
          aria-label={name}
          controls
          autoPlay
          loop
          muted
          playsInline
        />
      </div>
      <div class="row">
        <button class="button icon" type="button" aria-label={t.player.back} title={t.player.back} onClick={() => step(-1)}>
          <Icon name="left" />
        </button>
        <button class="button icon" type="button" aria-label={t.player.forth} title={t.player.forth} onClick={() => step(1)}>
          <Icon name="right" />
        </button>
        <button class="button" type="button" onClick={save}>
          <Icon name="camera" />
          {t.player.still}
        </button>
        <span class="small soft">{t.videos.step}</span>
      </div>
    </div>
  );
}
