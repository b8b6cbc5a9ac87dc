// The templates that projects are made with: the farm's, and the account's own, which can be changed.
import { useState } from "preact/hooks";
import { got, messageOf, v1 } from "../../api/client";
import type { Template } from "../../api/studio";
import { useFetched } from "../../parts/fetched";
import { Icon } from "../../parts/icons";
import { Confirm, toast, Wrong } from "../../parts/ui";
import { go } from "../../state/route";
import { t } from "../../texts";

export function Templates() {
  const all = useFetched("", () => got(v1.GET("/api/v1/templates")));
  const [asking, setAsking] = useState<Template>();
  const templates = all.data?.templates ?? [];
  const first = templates[0];
  async function erase(template: Template) {
    setAsking(undefined);
    try {
      const path = { template_id: template.templateId };
      await got(v1.DELETE("/api/v1/templates/{template_id}", { params: { path } }));
    } catch (error) {
      toast(messageOf(error));
    }
    all.again();
  }
  return (
    <>
      {first && (
        <div class="row above">
          <button
            class="button primary"
            type="button"
            onClick={() => go("projects", { template: first.templateId, new: "" })}
          >
            <Icon name="plus" />
            {t.templates.create}
          </button>
        </div>
      )}
      {all.wrong && <Wrong message={all.wrong} onRetry={all.again} />}
      {!all.data && !all.wrong && <div class="skeleton tall" />}
      <ul class="cards">
        {templates.map((template) => (
          <li key={template.templateId} class="card stack">
            <div class="row">
              <h2 class="grow">{template.name}</h2>
              {template.public && <span class="chip">{t.templates.everybodys}</span>}
            </div>
            {template.description && <p class="soft">{template.description}</p>}
            <p class="small soft">{t.templates.holds(template.bookmarks.length, template.shots.length)}</p>
            <p class="small soft">{[...template.bookmarks, ...template.shots].join(" · ")}</p>
            <div class="row end-row">
              {template.public ? (
                <button
                  class="button"
                  type="button"
                  onClick={() => go("projects", { template: template.templateId, new: "" })}
                >
                  {t.templates.use}
                </button>
              ) : (
                <>
                  <button
                    class="button"
                    type="button"
                    onClick={() => go("projects", { template: template.templateId })}
                  >
                    {t.templates.edit}
                  </button>
                  <button class="button quiet bad" type="button" onClick={() => setAsking(template)}>
                    {t.delete}
                  </button>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {asking && (
        <Confirm
          title={t.templates.deleteAsk(asking.name)}
          action={t.delete}
          onConfirm={() => erase(asking)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}
