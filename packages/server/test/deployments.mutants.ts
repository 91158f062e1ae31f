import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/deployments.pg.test.ts"
const migration = "packages/broker/src/database/migrations/0010_create_deployments.ts"
const runs = "packages/broker/src/database/migrations/0011_create_runs.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: migration,
    test,
    control: "who listens hears how a deployment stands",
    find: "IF NEW.status <> OLD.status THEN\n        PERFORM gate.emit",
    replace: "IF NEW.status <> OLD.status AND false THEN\n        PERFORM gate.emit"
  },
  {
    file: migration,
    test,
    control: "who listens hears that variables changed",
    find: "IF NEW.env_wanted <> OLD.env_wanted THEN",
    replace: "IF NEW.env_wanted < OLD.env_wanted THEN"
  },
  {
    file: runs,
    test,
    control: "who listens hears that it is to pause",
    find: "FOR EACH ROW WHEN (NEW.state = 'draining') EXECUTE FUNCTION gate.pause_event()",
    replace: "FOR EACH ROW WHEN (NEW.state = 'moved') EXECUTE FUNCTION gate.pause_event()"
  },
  {
    file: "packages/broker/src/install/deploymentRows.ts",
    test,
    control: "a restart is needed as long as the command has older variables",
    find: "d.run_env_version < d.env_wanted, false)",
    replace: "d.run_env_version > d.env_wanted, false)"
  },
  {
    file: runs,
    test,
    control: "a command has its new variables when it runs, and not before",
    find: "run_env_version = CASE WHEN fresh OR said = 'running' THEN env",
    replace: "run_env_version = CASE WHEN fresh OR said <> 'exited' THEN env"
  },
  {
    file: migration,
    test,
    control: "a manifest names what restarts it, and nothing else does",
    find: "CASE WHEN d.manifest -> 'restart_on' ? b.integration\n            OR",
    replace: "CASE WHEN d.manifest -> 'restart_on' IS NOT NULL\n            OR"
  },
  {
    file: "packages/broker/src/install/Variables.ts",
    test,
    control: "values are shown to who asks for them, and to nobody else",
    find: "value: secret && !reveal ? masked : value",
    replace: "value"
  }
]
