// Glossi's things: projects, templates and jobs, each with a page of its own.
import { Head, Segments } from "../parts/ui";
import { go, route } from "../state/route";
import { t } from "../texts";
import { TemplateEditor } from "./projects/editor";
import { Jobs } from "./projects/jobs";
import { ProjectList } from "./projects/list";
import { ProjectPage } from "./projects/project";
import { Templates } from "./projects/templates";

type Section = keyof typeof t.projects.sections;
const SHOWN = { projects: ProjectList, templates: Templates, jobs: Jobs };

export function Projects() {
  const { query } = route.value;
  const open = query.get("open");
  const template = query.get("template");
  if (open) return <ProjectPage key={open} id={open} />;
  if (template) return <TemplateEditor key={template} from={template} isNew={query.has("new")} />;
  const asked = query.get("show") as Section | null;
  const section = asked && asked in SHOWN ? asked : "projects";
  const Shown = SHOWN[section];
  return (
    <>
      <Head title={t.projects.title} lead={t.projects.lead}>
        <Segments
          label={t.projects.title}
          hideLabel
          value={section}
          options={(Object.keys(SHOWN) as Section[]).map((each) => [each, t.projects.sections[each]] as const)}
          onChange={(each) => go("projects", { show: each })}
        />
      </Head>
      <Shown />
    </>
  );
}
