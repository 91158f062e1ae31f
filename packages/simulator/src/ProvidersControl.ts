/** The controls of simulated providers in another process. */
import { calling } from "./calling.ts"
import { operations, type ProvidersControls } from "./ProvidersControls.ts"

/** `baseUrl` is the one the listener gave. Nothing here fails: a simulator that does not answer is a defect. */
export const make = (baseUrl: string): ProvidersControls => {
  const { call, tell } = calling(baseUrl)
  return {
    putBot: (options) => call("putBot", operations.putBot, options),
    bot: (id) => call("bot", operations.bot, { id }),
    reissueToken: (id) => call("reissueToken", operations.reissueToken, { id }),
    deliver: (message) => call("deliver", operations.deliver, message),
    sent: (id) => call("sent", operations.sent, { id }),
    pollers: (id) => call("pollers", operations.pollers, { id }),
    putKey: (key, account) => tell("putKey", operations.putKey, { key, account }),
    addFaults: (...faults) => tell("addFaults", operations.addFaults, { faults }),
    clearFaults: tell("clearFaults", operations.clearFaults, {}),
    settings: call("settings", operations.settings, {}),
    patchSettings: (patch) => tell("patchSettings", operations.patchSettings, patch),
    mark: call("mark", operations.mark, {}),
    calls: (filter = {}) => call("calls", operations.calls, filter),
    clearCalls: tell("clearCalls", operations.clearCalls, {}),
    tokens: (workspace) => call("tokens", operations.tokens, workspace === undefined ? {} : { workspace }),
    validity: (token) => call("validity", operations.validity, { token })
  }
}
