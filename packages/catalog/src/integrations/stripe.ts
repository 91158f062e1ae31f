import { credential, define } from "../Integration.ts"

export const stripe = define({
  slug: "stripe",
  name: "Stripe",
  description: "Payments, customers and subscriptions.",
  category: "payments",
  profiles: ["byok_static"],
  env: {
    byok_static: [credential("STRIPE_SECRET_KEY")]
  },
  exclusive: false,
  context: [],
  docsUrl: "https://docs.stripe.com/api",
  brandColor: "#635BFF"
})
