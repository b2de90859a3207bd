CREATE SCHEMA journal;

-- What happened. Only ever added to: places in the tree are kept apart, so that no fact is touched again.
CREATE TABLE journal.facts (
    id uuid PRIMARY KEY,
    project uuid NOT NULL,
    actor uuid NOT NULL,
    kind text NOT NULL,
    version int NOT NULL,
    subject text NOT NULL,
    payload text NOT NULL,      -- text, not jsonb: jsonb does not keep bytes, and these are hashed
    edges text NOT NULL,        -- [["from","to","relation"], ...]
    at timestamptz NOT NULL);

-- Facts without a place yet. Committed late or early, a fact leaves only when the sequencer took it.
CREATE TABLE journal.pending (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fact uuid NOT NULL REFERENCES journal.facts);

CREATE TABLE journal.sequence (
    position bigint PRIMARY KEY,
    fact uuid NOT NULL UNIQUE REFERENCES journal.facts,
    project uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    leaf bytea NOT NULL);
CREATE INDEX ON journal.sequence (project, position);
CREATE INDEX ON journal.sequence (project, subject, position);

-- Roots of the tree's perfect subtrees above the leaves: node (level, index) covers leaves [index * 2^level, (index + 1) * 2^level).
CREATE TABLE journal.nodes (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (level, index));

CREATE TABLE journal.edges (
    position bigint NOT NULL,
    project uuid NOT NULL,
    from_subject text NOT NULL,
    to_subject text NOT NULL,
    relation text NOT NULL);
CREATE INDEX ON journal.edges (project, from_subject);
CREATE INDEX ON journal.edges (project, to_subject);

CREATE TABLE journal.identity (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    id uuid NOT NULL);
INSERT INTO journal.identity (id) VALUES (gen_random_uuid());

CREATE TABLE journal.keys (
    name text PRIMARY KEY,
    public_key bytea NOT NULL,  -- SubjectPublicKeyInfo
    endorsed_by text,           -- the key before it, which signed this one
    endorsement bytea,
    at timestamptz NOT NULL);

CREATE TABLE journal.checkpoints (
    size bigint PRIMARY KEY,
    root bytea NOT NULL,
    at timestamptz NOT NULL,
    key text NOT NULL REFERENCES journal.keys,
    signature bytea NOT NULL);

CREATE TABLE journal.cursors (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    at timestamptz NOT NULL);

-- Even the owner does not change the past by mistake.
CREATE FUNCTION journal.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on journal.% refused: the journal is only added to', TG_OP, TG_TABLE_NAME;
END $$;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['facts', 'sequence', 'nodes', 'edges', 'identity', 'keys', 'checkpoints'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.%I FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse()', name);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA journal TO takt_app;
GRANT SELECT, INSERT ON journal.facts, journal.sequence, journal.nodes, journal.edges, journal.keys, journal.checkpoints TO takt_app;
GRANT SELECT ON journal.identity TO takt_app;
GRANT SELECT, INSERT, DELETE ON journal.pending TO takt_app;
GRANT SELECT, INSERT, UPDATE ON journal.cursors TO takt_app;
