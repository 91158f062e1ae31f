import { credential, define } from "../Integration.ts"
import { bearer, limited, refused } from "../Recipe.ts"

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
  account: {
    request: { method: "GET", url: "https://api.stripe.com/v1/account", headers: bearer },
    id: "id",
    name: ["settings.dashboard.display_name", "id"],
    // A restricted key may lack the permission.
    verdicts: [refused(401), limited(403)]
  },
  shape: {
    pattern: "^(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}$",
    hint: "a secret or restricted key of Stripe, which begins with sk_live_, sk_test_, rk_live_ or rk_test_"
  },
  docsUrl: "https://docs.stripe.com/api",
  brandColor: "#635BFF"
})
