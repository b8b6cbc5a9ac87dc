// A picture that turns with the pointer over it: by the render's strip of tiles or, where it has none, its small video.
import { useState } from "preact/hooks";
import { Icon } from "./icons";

// What GET /v1/renders/:id/strip answers: all moments of a turn in one picture.
const COLUMNS = 6;
const ROWS = 4;
const CARD = 16 / 9;

/** Pictures whose strip was asked for in vain. */
const without = new Set<string>();

export function Turning({ poster }: { poster: string | null }) {
  const [over, setOver] = useState(false);
  const [missing, setMissing] = useState(false);
  const [at, setAt] = useState(0);
  if (!poster) {
    return (
      <span class="no-picture">
        <Icon name="library" size={40} />
      </span>
    );
  }
  return (
    <span
      class="turning"
      onPointerEnter={(event) => setOver(event.pointerType === "mouse")}
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        setAt((event.clientX - left) / width);
      }}
      onPointerLeave={() => setOver(false)}
    >
      <img src={poster} alt="" loading="lazy" decoding="async" />
      {over &&
        (missing || without.has(poster) ? (
          <video src={poster.replace(/\/poster$/, "/thumb")} autoPlay loop muted playsInline />
        ) : (
          <Strip
            source={poster.replace(/\/poster$/, "/strip")}
            at={at}
            onMissing={() => {
              without.add(poster);
              setMissing(true);
            }}
          />
        ))}
    </span>
  );
}

/** The moment `at` of the turn, from 0 to 1. */
function Strip({ source, at, onMissing }: { source: string; at: number; onMissing: () => void }) {
  const [aspect, setAspect] = useState(0); // of one tile, once it is there
  const tile = Math.max(0, Math.min(COLUMNS * ROWS - 1, Math.floor(at * COLUMNS * ROWS)));
  const place = { left: `${-100 * (tile % COLUMNS)}%`, top: `${-100 * Math.floor(tile / COLUMNS)}%` };
  const frame = { aspectRatio: String(aspect || CARD), [aspect > CARD ? "width" : "height"]: "100%" };
  return (
    <span class={aspect ? "turn" : "turn loading"}>
      <span style={frame}>
        <img
          src={source}
          alt=""
          style={place}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setAspect((naturalWidth / naturalHeight) * (ROWS / COLUMNS))
          }
          onError={onMissing}
        />
      </span>
    </span>
  );
}
