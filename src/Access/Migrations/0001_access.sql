CREATE SCHEMA access;

CREATE TABLE access.projects (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL);

-- Who acts. Names stand here alone; everywhere else actors are their ids.
CREATE TABLE access.actors (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('Person', 'Service', 'System')),
    created_at timestamptz NOT NULL,
    disabled_at timestamptz);

CREATE TABLE access.grants (
    actor uuid NOT NULL REFERENCES access.actors,
    project uuid REFERENCES access.projects,    -- null: every project, also later ones
    role text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (actor, project));

-- Tokens and browser sessions, as SHA-256 of their text.
CREATE TABLE access.tokens (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE,
    actor uuid NOT NULL REFERENCES access.actors,
    project uuid REFERENCES access.projects,    -- null: wherever the actor has a role
    role text,                                  -- caps the actor's role; null: no cap
    parent uuid REFERENCES access.tokens,       -- a session's token: it ends with it
    purpose text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz);
CREATE INDEX ON access.tokens (expires_at);
CREATE INDEX ON access.tokens (parent) WHERE parent IS NOT NULL;

-- Codes that open one browser session each.
CREATE TABLE access.sign_in_links (
    code_sha256 bytea PRIMARY KEY,
    token uuid NOT NULL REFERENCES access.tokens,
    expires_at timestamptz NOT NULL,
    used_at timestamptz);

-- What a POST with an Idempotency-Key was answered.
CREATE TABLE access.answers (
    actor uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_sha256 bytea NOT NULL,
    process int NOT NULL,           -- who works on it: holds an advisory lock of this number while it lives
    at timestamptz NOT NULL,
    status int,                     -- null: still at work
    content_type text,
    location text,
    body bytea,                     -- null where it held a secret or was too long to keep
    PRIMARY KEY (actor, route, key));
CREATE INDEX ON access.answers (at);

GRANT USAGE ON SCHEMA access TO takt_app;
GRANT SELECT, INSERT ON access.projects TO takt_app;
GRANT SELECT, INSERT, UPDATE (disabled_at) ON access.actors TO takt_app;
GRANT SELECT, INSERT, UPDATE (role), DELETE ON access.grants TO takt_app;
GRANT SELECT, INSERT, UPDATE (revoked_at), DELETE ON access.tokens TO takt_app;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON access.sign_in_links TO takt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON access.answers TO takt_app;
