/**
 * Appending to the audit chain: `hash = sha256(previous hash ‖ seq ‖ µs ‖ body)`.
 *
 * The server role can neither write the table nor name the tenant it writes
 * for: a change is recorded for the tenant it was made in, a denial for the
 * tenant of the key that asked. Vends are recorded by the function that grants
 * them.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_gate`,

  // Heads are taken in one order, so that two processes can not wait for each other; the rows go in as one statement.
  `CREATE FUNCTION gate.append(owners uuid[], bodies jsonb[]) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      moment timestamptz := clock_timestamp();
      micros bytea := int8send((extract(epoch FROM moment) * 1000000)::bigint);
      tenants uuid[];
      seqs bigint[];
      hashes bytea[];
      row_seqs bigint[];
      row_hashes bytea[];
      at int;
    BEGIN
      IF coalesce(cardinality(owners), 0) = 0 THEN RETURN; END IF;
      SELECT array_agg(h.tenant_id), array_agg(h.seq), array_agg(h.hash) INTO tenants, seqs, hashes FROM (
        SELECT a.tenant_id, a.seq, a.hash FROM broker.audit_heads a
        WHERE a.tenant_id = ANY (owners) ORDER BY a.tenant_id FOR UPDATE
      ) h;
      FOR i IN 1 .. cardinality(owners) LOOP
        at := array_position(tenants, owners[i]);
        seqs[at] := seqs[at] + 1;
        hashes[at] := sha256(hashes[at] || int8send(seqs[at]) || micros || convert_to(bodies[i]::text, 'UTF8'));
        row_seqs[i] := seqs[at];
        row_hashes[i] := hashes[at];
      END LOOP;
      INSERT INTO broker.audit (tenant_id, seq, at, body, hash)
        SELECT x.t, x.n, moment, x.b, x.h FROM unnest(owners, row_seqs, bodies, row_hashes) AS x (t, n, b, h);
      UPDATE broker.audit_heads a SET seq = x.n, hash = x.h
        FROM unnest(tenants, seqs, hashes) AS x (t, n, h) WHERE a.tenant_id = x.t;
    END $$`,

  // For changes: joins the transaction of the change.
  `CREATE FUNCTION gate.record(body jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE t uuid := gate.tenant();
    BEGIN
      IF t IS NULL THEN RAISE EXCEPTION 'no tenant context' USING errcode = '42501'; END IF;
      PERFORM gate.append(ARRAY[t], ARRAY[body]);
    END $$`,

  // For denials: one call for many, on disk when it answers.
  `CREATE FUNCTION gate.record_denials(key_hashes bytea[], bodies jsonb[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM gate.append(array_agg(k.tenant_id ORDER BY q.n), array_agg(q.b ORDER BY q.n))
        FROM unnest(key_hashes, bodies) WITH ORDINALITY AS q (h, b, n)
        JOIN broker.app_keys k ON k.key_hash = q.h;
    END $$`,

  `REVOKE ALL ON FUNCTION gate.append(uuid[], jsonb[]), gate.record(jsonb), gate.record_denials(bytea[], jsonb[])
    FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.record(jsonb), gate.record_denials(bytea[], jsonb[]) TO vendo_server`,

  `RESET ROLE`
)
