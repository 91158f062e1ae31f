/**
 * Appending to the audit chain: `hash = sha256(previous hash ‖ seq ‖ µs ‖ body)`.
 *
 * The server role can neither write the table nor name the tenant it writes
 * for: a change is recorded for the tenant it was made in, a vend for the
 * tenant of the key that asked.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_gate`,

  // Sorted by tenant, so that two processes take the heads in one order.
  `CREATE FUNCTION gate.append(owners uuid[], bodies jsonb[]) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    DECLARE
      moment timestamptz := clock_timestamp();
      micros bytea := int8send((extract(epoch FROM moment) * 1000000)::bigint);
      entry record;
      owner uuid;
      n bigint;
      h bytea;
    BEGIN
      FOR entry IN
        SELECT x.t, x.b FROM unnest(owners, bodies) WITH ORDINALITY AS x (t, b, o) WHERE x.t IS NOT NULL ORDER BY x.t, x.o
      LOOP
        IF owner IS DISTINCT FROM entry.t THEN
          IF owner IS NOT NULL THEN UPDATE broker.audit_heads SET seq = n, hash = h WHERE tenant_id = owner; END IF;
          owner := entry.t;
          SELECT a.seq, a.hash INTO STRICT n, h FROM broker.audit_heads a WHERE a.tenant_id = owner FOR UPDATE;
        END IF;
        n := n + 1;
        h := sha256(h || int8send(n) || micros || convert_to(entry.b::text, 'UTF8'));
        INSERT INTO broker.audit VALUES (owner, n, moment, entry.b, h);
      END LOOP;
      IF owner IS NOT NULL THEN UPDATE broker.audit_heads SET seq = n, hash = h WHERE tenant_id = owner; END IF;
    END $$`,

  // For changes: joins the transaction of the change.
  `CREATE FUNCTION gate.record(body jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DECLARE t uuid := gate.tenant();
    BEGIN
      IF t IS NULL THEN RAISE EXCEPTION 'no tenant context' USING errcode = '42501'; END IF;
      PERFORM gate.append(ARRAY[t], ARRAY[body]);
    END $$`,

  // For vends and denials: one call for many. Only a group of vends may commit without waiting for the disk.
  `CREATE FUNCTION gate.record_vends(key_hashes bytea[], bodies jsonb[], durable boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    BEGIN
      IF NOT durable THEN PERFORM set_config('synchronous_commit', 'off', true); END IF;
      PERFORM gate.append(array_agg(k.tenant_id ORDER BY q.n), array_agg(q.b ORDER BY q.n))
        FROM unnest(key_hashes, bodies) WITH ORDINALITY AS q (h, b, n)
        LEFT JOIN broker.app_keys k ON k.key_hash = q.h;
    END $$`,

  `REVOKE ALL ON FUNCTION gate.append(uuid[], jsonb[]), gate.record(jsonb), gate.record_vends(bytea[], jsonb[], boolean)
    FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.record(jsonb), gate.record_vends(bytea[], jsonb[], boolean) TO vendo_server`,

  `RESET ROLE`
)
