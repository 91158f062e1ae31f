/**
 * What no key may be minted for: a deployment that is destroyed, and a
 * connection whose credential has one consumer. That is an app's binding, and a
 * key of the connection would be a second one nobody sees.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  // Row security holds the owner as well.
  `GRANT UPDATE (revoked_at) ON broker.app_keys TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  `UPDATE broker.app_keys k SET revoked_at = now() FROM broker.connections c
    WHERE c.tenant_id = k.tenant_id AND c.id = k.connection_id AND c.exclusive AND k.revoked_at IS NULL`,

  `CREATE FUNCTION gate.key_scope() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF NEW.app_id IS NOT NULL THEN
        PERFORM gate.refuse_destroyed(NEW.tenant_id, NEW.app_id);
      END IF;
      IF EXISTS (SELECT FROM broker.connections c
        WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.connection_id AND c.exclusive)
      THEN
        RAISE EXCEPTION 'a credential with one consumer is opened by no key of its own'
          USING errcode = '23514', constraint = 'key_shares_nothing', table = 'app_keys', schema = 'broker';
      END IF;
      RETURN NULL;
    END $$`,
  `REVOKE ALL ON FUNCTION gate.key_scope() FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.key_scope() TO vendo_owner`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_owner`,

  `REVOKE UPDATE (revoked_at) ON broker.app_keys FROM vendo_gate`,
  `CREATE TRIGGER key_scope AFTER INSERT ON broker.app_keys FOR EACH ROW EXECUTE FUNCTION gate.key_scope()`,

  `RESET ROLE`
)
