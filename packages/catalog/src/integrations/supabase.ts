import { define, projected } from "../Integration.ts"
import { bearer, limited, refused } from "../Recipe.ts"

export const supabase = define({
  slug: "supabase",
  name: "Supabase",
  description: "Projects and databases of a Supabase organisation.",
  category: "developer",
  profiles: ["composio_managed"],
  env: {
    composio_managed: [projected("SUPABASE_ACCESS_TOKEN")]
  },
  exclusive: false,
  context: [
    {
      field: "ref",
      description: "The reference of the project the account acts on.",
      discover: {
        request: { method: "GET", url: "https://api.supabase.com/v1/projects", headers: bearer },
        items: "",
        value: ["ref", "id"],
        label: "name"
      }
    }
  ],
  // A token of an OAuth app is of one organisation.
  account: {
    request: { method: "GET", url: "https://api.supabase.com/v1/organizations", headers: bearer },
    id: "0.id",
    name: ["0.name", "0.id"],
    verdicts: [refused(401), limited(403)]
  },
  docsUrl: "https://supabase.com/docs/reference/api",
  brandColor: "#3ECF8E"
})
