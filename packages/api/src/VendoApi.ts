/** The contract of every surface, as a value: the service, the clients and the reference are made from it. */
import { HttpApi, OpenApi } from "effect/http-api"
import { BillingGroup } from "./BillingGroup.ts"
import { CatalogGroup } from "./CatalogGroup.ts"
import { CredentialsGroup } from "./CredentialsGroup.ts"
import { DeploymentsGroup } from "./DeploymentsGroup.ts"
import { EventsGroup } from "./EventsGroup.ts"
import { HealthGroup } from "./HealthGroup.ts"
import { LifecycleGroup } from "./LifecycleGroup.ts"
import { ManagementGroup } from "./ManagementGroup.ts"
import { RunsGroup } from "./RunsGroup.ts"
import { RuntimeGroup } from "./RuntimeGroup.ts"
import { ToolsGroup } from "./ToolsGroup.ts"
import { WellKnownGroup } from "./WellKnownGroup.ts"

/** What the service answers through the contract. A field nobody declared is an error, not a surprise. */
export class ServiceApi extends HttpApi.make("vendo-service")
  .add(ManagementGroup)
  .add(ToolsGroup)
  .add(DeploymentsGroup)
  .add(LifecycleGroup)
  .add(RuntimeGroup)
  .add(RunsGroup)
  .add(BillingGroup)
  .add(CatalogGroup)
  .add(WellKnownGroup)
  .add(HealthGroup)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error" }) {}

/** Everything there is, the hot path and the streams included, which the service answers by hand. */
export class VendoApi extends HttpApi.make("vendo")
  .add(CredentialsGroup)
  .add(RuntimeGroup)
  .add(RunsGroup)
  .add(BillingGroup)
  .add(CatalogGroup)
  .add(EventsGroup)
  .add(ManagementGroup)
  .add(ToolsGroup)
  .add(DeploymentsGroup)
  .add(LifecycleGroup)
  .add(WellKnownGroup)
  .add(HealthGroup)
  .annotate(OpenApi.Title, "Vendo")
  .annotate(OpenApi.Version, "1.0.0")
  .annotate(
    OpenApi.Description,
    "A credential broker: a tool asks for a token by integration, and gets it through key → app → binding → connection, " +
      "or one machine-readable code in the `Vendo-Error-Code` header."
  ) {}
