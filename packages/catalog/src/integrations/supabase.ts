import { define, projected } from "../Integration.ts"

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
  context: [{ field: "ref", description: "The reference of the project the account acts on." }],
  docsUrl: "https://supabase.com/docs/reference/api",
  brandColor: "#3ECF8E"
})
