/**
 * The tables, owned by a role nobody logs in as.
 *
 * What the rules rest on: every column of a composite key is NOT NULL (one
 * null would skip the check), a binding carries its integration, exclusivity
 * and slot inside the foreign key, so it can not lie about them, and a revoked
 * connection can not hold ciphertext.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  `CREATE TABLE broker.tenants (
    id uuid PRIMARY KEY,
    slug text NOT NULL CONSTRAINT tenant_slug_taken UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now()
  )`,

  // One data key per tenant and version, wrapped by a key the database never sees.
  `CREATE TABLE broker.tenant_keys (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    version int NOT NULL CHECK (version > 0),
    kek_id text NOT NULL,
    wrapped bytea NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, version)
  )`,
  `CREATE UNIQUE INDEX one_active_key ON broker.tenant_keys (tenant_id) WHERE state = 'active'`,

  // A sealed constant per key-encryption key: opened at every start, so that a wrong key file is found before a write.
  `CREATE TABLE broker.keyring_checks (
    kek_id text PRIMARY KEY,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,

  `CREATE TABLE broker.integrations (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z0-9_-]{0,62}$'),
    exclusive boolean NOT NULL,
    UNIQUE (slug, exclusive)
  )`,

  `CREATE TABLE broker.apps (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind IN ('production', 'sandbox')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT app_slug_taken UNIQUE (tenant_id, slug),
    UNIQUE (tenant_id, id, kind)
  )`,

  `CREATE TABLE broker.connections (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    integration text NOT NULL,
    exclusive boolean NOT NULL,
    -- Exclusive: keyed fingerprint of the credential's identity. Otherwise, and once revoked: the row's own id.
    slot bytea NOT NULL,
    profile text NOT NULL CHECK (profile IN ('byok_static', 'vendo_managed_pool', 'oauth_app_install',
      'composio_managed', 'user_oauth', 'webhook_inbound')),
    user_subject text NOT NULL DEFAULT '' CHECK (length(user_subject) <= 255),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    status text NOT NULL CHECK (status IN ('pending', 'active', 'needs_reauth', 'error', 'revoked')),
    auth_version bigint NOT NULL DEFAULT 1,
    secret_version bigint NOT NULL DEFAULT 0,
    dek_version int,
    secret_box bytea,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, id, integration, exclusive, slot, user_subject),
    FOREIGN KEY (integration, exclusive) REFERENCES broker.integrations (slug, exclusive) ON UPDATE CASCADE,
    FOREIGN KEY (tenant_id, dek_version) REFERENCES broker.tenant_keys (tenant_id, version),
    CONSTRAINT revoked_holds_no_secret CHECK (status <> 'revoked' OR secret_box IS NULL),
    CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
    CHECK ((secret_box IS NULL) = (dek_version IS NULL))
  )`,
  `CREATE UNIQUE INDEX connection_name_taken ON broker.connections (tenant_id, integration, user_subject, name)
    WHERE status <> 'revoked'`,

  `CREATE TABLE broker.app_connection_bindings (
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    app_kind text NOT NULL,
    connection_id uuid NOT NULL,
    integration text NOT NULL,
    exclusive boolean NOT NULL,
    slot bytea NOT NULL,
    user_subject text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, app_id, integration, user_subject),
    FOREIGN KEY (tenant_id, app_id, app_kind) REFERENCES broker.apps (tenant_id, id, kind) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id, integration, exclusive, slot, user_subject)
      REFERENCES broker.connections (tenant_id, id, integration, exclusive, slot, user_subject)
      ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT sandbox_never_exclusive CHECK (NOT (exclusive AND app_kind = 'sandbox'))
  )`,
  // Global on purpose: the same bot pasted twice, or by two tenants, is still one consumer.
  `CREATE UNIQUE INDEX one_consumer ON broker.app_connection_bindings (integration, slot) WHERE exclusive`,
  `CREATE INDEX bindings_of_connection ON broker.app_connection_bindings (tenant_id, connection_id)`,

  `CREATE TABLE broker.app_keys (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    app_id uuid,
    connection_id uuid,
    key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    pepper_id smallint NOT NULL,
    hint text NOT NULL CHECK (hint ~ '^vendo_sk_[0-9A-Za-z]{4}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT key_has_one_scope CHECK (num_nonnulls(app_id, connection_id) = 1),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE
  )`,

  `CREATE TABLE broker.admin_tokens (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    pepper_id smallint NOT NULL,
    hint text NOT NULL CHECK (hint ~ '^vendo_at_[0-9A-Za-z]{4}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
  )`,

  // A hash chain per tenant. The head serialises one tenant's log and no other's.
  `CREATE TABLE broker.audit_heads (
    tenant_id uuid PRIMARY KEY REFERENCES broker.tenants ON DELETE CASCADE,
    seq bigint NOT NULL,
    hash bytea NOT NULL
  )`,
  `CREATE TABLE broker.audit (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    body jsonb NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, seq)
  )`,

  `RESET ROLE`
)
