/** The controls of a simulator in another process. */
import { calling } from "./calling.ts"
import { type Controls, operations } from "./Controls.ts"

/** `baseUrl` is the one the listener gave. Nothing here fails: a simulator that does not answer is a defect. */
export const make = (baseUrl: string): Controls => {
  const { call, tell } = calling(baseUrl)
  return {
    putAccount: (id, settings = {}) => tell("putAccount", operations.putAccount, { id, settings }),
    patchAccount: (id, patch) => tell("patchAccount", operations.patchAccount, { id, patch }),
    removeAccount: (id) => tell("removeAccount", operations.removeAccount, { id }),
    rotate: (id) => call("rotate", operations.rotate, { id }),
    expire: (id) => tell("expire", operations.expire, { id }),
    reconnect: (id) => tell("reconnect", operations.reconnect, { id }),
    addFaults: (...faults) => tell("addFaults", operations.addFaults, { faults }),
    clearFaults: tell("clearFaults", operations.clearFaults, {}),
    faults: call("faults", operations.faults, {}),
    settings: call("settings", operations.settings, {}),
    patchSettings: (patch) => tell("patchSettings", operations.patchSettings, patch),
    now: call("now", operations.now, {}),
    mark: call("mark", operations.mark, {}),
    calls: (filter = {}) => call("calls", operations.calls, filter),
    credentialCalls: (since = 0) => call("credentialCalls", operations.credentialCalls, { since }),
    tokens: (account) => call("tokens", operations.tokens, account === undefined ? {} : { account }),
    validity: (token, at) => call("validity", operations.validity, at === undefined ? { token } : { token, at }),
    clearCalls: tell("clearCalls", operations.clearCalls, {}),
    webhook: (options) => call("webhook", operations.webhook, options),
    sendWebhook: (url, webhook) => call("sendWebhook", operations.sendWebhook, { url, webhook })
  }
}
