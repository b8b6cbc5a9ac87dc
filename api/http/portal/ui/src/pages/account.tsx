// The account: credits, keys for programs, people, and for who runs the farm, all accounts.
import { ModePicker } from "../parts/modes";
import { ThemeButton } from "../parts/theme";
import { Head, Segments } from "../parts/ui";
import { go, route } from "../state/route";
import { me, signOut } from "../state/session";
import { t } from "../texts";
import { Credits } from "./account/credits";
import { Farm } from "./account/farm";
import { Hooks } from "./account/hooks";
import { Keys } from "./account/keys";
import { People } from "./account/people";

type Section = keyof typeof t.account.sections;
const SHOWN = { credits: Credits, keys: Keys, hooks: Hooks, people: People, farm: Farm };

export function Account() {
  const sections: Section[] = ["credits", "keys", "hooks", "people", ...(me.value?.runsFarm ? (["farm"] as const) : [])];
  const section = sections.find((each) => each === route.value.query.get("show")) ?? "credits";
  const Shown = SHOWN[section];
  return (
    <>
      <Head title={t.account.title} lead={me.value?.email}>
        <Segments
          label={t.account.title}
          hideLabel
          value={section}
          options={sections.map((each) => [each, t.account.sections[each]] as const)}
          onChange={(each) => go("account", { show: each })}
        />
        <div class="small-only row">
          <ModePicker />
          <ThemeButton />
          <button class="button" type="button" onClick={signOut}>
            {t.signOut}
          </button>
        </div>
      </Head>
      <Shown />
      <p class="foot small soft">
        <a class="text" href="/docs">
          {t.account.apiDocs}
        </a>
        {" · "}
        <a class="text" href="/portal/files/licences.txt">
          {t.account.licences}
        </a>
      </p>
    </>
  );
}
