// Three models that the farm made at its start: to be turned, downloaded, and seen in the room.
import { useState } from "preact/hooks";
import { Viewer } from "../../look/viewer";
import { ArLink } from "../../parts/ar";
import { Icon } from "../../parts/icons";
import { Dialog } from "../../parts/ui";
import { t } from "../../texts";

interface Example {
  id: string;
  name: string;
  description: string;
}

function assetOf(example: Example, type: "image" | "glb" | "usdz"): string {
  return `/api/asset/${example.id}?asset_type=${type}`;
}

export function Examples({ examples }: { examples: Example[] }) {
  const [open, setOpen] = useState<Example>();
  return (
    <section class="stack examples">
      <div>
        <h2>{t.made.examples}</h2>
        <p class="small soft">{t.made.examplesLead}</p>
      </div>
      <ul class="cards">
        {examples.map((example) => (
          <li key={example.id} class="card example">
            <img src={assetOf(example, "image")} alt="" loading="lazy" />
            <div class="stack tight">
              <h3>{example.name}</h3>
              <p class="small soft">{example.description}</p>
              <div class="row">
                <button class="button" type="button" onClick={() => setOpen(example)}>
                  {t.generate.look}
                </button>
                <ArLink url={assetOf(example, "usdz")} />
              </div>
            </div>
          </li>
        ))}
      </ul>
      {open && (
        <Dialog title={open.name} onClose={() => setOpen(undefined)}>
          <div class="stack">
            <Viewer url={assetOf(open, "glb")} label={open.name} />
            <div>
              <a class="button" href={assetOf(open, "glb")} download={`${open.name}.glb`}>
                <Icon name="download" />
                {t.inspect.download}
              </a>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  );
}
