/** The page, as markup. It works without a script and with a keyboard alone; every text of somebody else's is text. */
import { Option } from "effect"
import type { ConnectFailure } from "./failures.ts"
import type { View } from "@vendodev/broker/connect/Connect"
import type { Way } from "@vendodev/broker/connect/ways"
import type { Connection } from "@vendodev/domain/Connection"
import { escaped } from "../page.ts"

interface Forms {
  readonly view: View
  /** Stands in each of them. */
  readonly formToken: string
  /** What went wrong when one of them was sent. */
  readonly failure: Option.Option<ConnectFailure>
}

const form = ({ formToken }: Forms, fields: string) =>
  `<form method="post" autocomplete="off">
<input type="hidden" name="form_token" value="${escaped(formToken)}">
${fields}
</form>`

const button = (action: string, text: string) => `<button name="action" value="${action}">${escaped(text)}</button>`

const section = (id: string, title: string, body: string) =>
  `<section aria-labelledby="${id}">\n<h2 id="${id}">${escaped(title)}</h2>\n${body}\n</section>`

/** What is announced, and where the keyboard is when the page opens. */
const problem = (failure: ConnectFailure) =>
  `<div id="problem" role="alert" tabindex="-1" autofocus>
<p>${escaped(failure.detail)}</p>
<p>Code: <code>${escaped(failure.code)}</code></p>
</div>`

const isAboutKey = ({ field }: ConnectFailure) => field === "credential"

const paste = (forms: Forms, hint: Option.Option<string>) => {
  const { failure, view } = forms
  const { name } = view.integration
  const wrong = Option.exists(failure, isAboutKey)
  const silent = Option.exists(failure, ({ code }) => code === "upstream_error")
  const described = [...(Option.isSome(hint) ? ["credential-hint"] : []), ...(wrong ? ["problem"] : [])].join(" ")
  const attributes = [
    `id="credential" name="credential" type="password" required maxlength="16384" spellcheck="false"`,
    ...(described === "" ? [] : [`aria-describedby="${described}"`]),
    ...(wrong ? [`aria-invalid="true"`] : [])
  ].join(" ")
  const keep = `<p><input type="checkbox" id="unverified" name="unverified" value="1">
<label for="unverified">Keep the key even if ${escaped(name)} gives no answer</label></p>`
  return section(
    "paste",
    "Paste a key",
    form(
      forms,
      [
        `<p><label for="credential">${escaped(name)} key</label></p>`,
        ...Option.toArray(Option.map(hint, (text) => `<p id="credential-hint">It is ${escaped(text)}.</p>`)),
        `<p><input ${attributes}></p>`,
        ...(silent ? [keep] : []),
        button("paste", `Connect with this key`)
      ].join("\n")
    )
  )
}

const wayOf = (forms: Forms, way: Way) => {
  const { name } = forms.view.integration
  switch (way.kind) {
    case "oauth":
      return section("oauth", `Sign in at ${name}`, form(forms, button("oauth", `Continue to ${name}`)))
    case "composio":
      return section("composio", `Sign in to ${name}`, form(forms, button("composio", `Continue to ${name}`)))
    case "paste":
      return paste(forms, way.hint)
  }
}

const existing = (forms: Forms, connections: ReadonlyArray<Connection>) =>
  section(
    "existing",
    "Use a connection you have",
    form(
      forms,
      [
        `<fieldset>\n<legend>Which connection</legend>`,
        ...connections.map(
          ({ id, name }) =>
            `<p><input type="radio" id="c-${id}" name="connection" value="${id}" required> <label for="c-${id}">${escaped(name)}</label></p>`
        ),
        `</fieldset>`,
        button("use", "Use this connection")
      ].join("\n")
    )
  )

const cancel = (forms: Forms) => form(forms, button("cancel", "Cancel"))

const choosing = (forms: Forms) => {
  const { integration, toChoose } = forms.view
  const fields = toChoose.map(({ candidates, field }, at) => {
    const description = integration.context.find((each) => each.field === field)?.description ?? field
    const options = candidates.map(({ label, value }, n) => {
      const id = `choice-${at}-${n}`
      return `<p><input type="radio" id="${id}" name="context.${escaped(field)}" value="${escaped(value)}" required> <label for="${id}">${escaped(label)} <small>${escaped(value)}</small></label></p>`
    })
    return `<fieldset>\n<legend>${escaped(description)}</legend>\n${options.join("\n")}\n</fieldset>`
  })
  return `<p>The account is connected. Say what it is to be used for.</p>\n${form(forms, `${fields.join("\n")}\n${button("choose", "Continue")}`)}`
}

const confirming = (forms: Forms, { before, now }: { readonly before: string; readonly now: string }) =>
  `<p>The connection there is belongs to <strong>${escaped(before)}</strong>. This account is
<strong>${escaped(now)}</strong>, which is another one. Whatever uses the connection would use the other account from now on.</p>
${form(forms, `${button("replace", `Replace ${before} with ${now}`)}\n${button("keep", `Keep ${before}`)}`)}`

/** For whom, so that nobody connects an account for somebody they do not know. */
const purpose = ({ appName, integration, tenantName, visit }: View) => {
  const whose = visit.user === "" ? "" : ` It will be used on behalf of <strong>${escaped(visit.user)}</strong>.`
  const for_ = Option.match(appName, {
    onNone: () => `<strong>${escaped(tenantName)}</strong> asks`,
    onSome: (name) => `<strong>${escaped(name)}</strong> of <strong>${escaped(tenantName)}</strong> asks`
  })
  return `<p>${for_} to be connected to ${escaped(integration.name)}.${whose} Go on only if you expected this.</p>`
}

/** Everything below the heading, while nothing is connected yet. */
export const bodyOf = (forms: Forms): string => {
  const { failure, view } = forms
  const parts = [purpose(view), ...Option.toArray(Option.map(failure, problem))]
  if (view.visit.step === "choosing") return [...parts, choosing(forms), cancel(forms)].join("\n")
  if (Option.isSome(view.other)) return [...parts, confirming(forms, view.other.value), cancel(forms)].join("\n")
  const ways = view.ways.map((way) => wayOf(forms, way))
  const old = view.existing.length === 0 ? [] : [existing(forms, view.existing)]
  return [...parts, ...ways, ...old, cancel(forms)].join("\n")
}

/** What there is to say of a connection that was made. */
export const connectedAs = ({ metadata, name }: Connection): string => {
  const missing = metadata["context_missing"]
  return [
    `<p role="status" tabindex="-1" autofocus>Connected as <strong>${escaped(name)}</strong>.</p>`,
    ...(Array.isArray(missing)
      ? [`<p>What the account is to act on could not be found out: ${escaped(missing.join(", "))}.</p>`]
      : []),
    ...(metadata["unverified"] === true ? [`<p>The provider gave no answer, so the key is not verified.</p>`] : [])
  ].join("\n")
}
