CREATE SCHEMA registry;
GRANT USAGE ON SCHEMA registry TO takt_app;

CREATE TABLE registry.models (
    id uuid PRIMARY KEY,
    project uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    last_number int NOT NULL DEFAULT 0, -- of its versions; a number is never given twice
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (project, name));
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.models TO takt_app;

CREATE TABLE registry.model_tags (
    project uuid NOT NULL,
    model uuid NOT NULL REFERENCES registry.models ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (model, key));
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.model_tags TO takt_app;

CREATE TABLE registry.versions (
    project uuid NOT NULL,
    model uuid NOT NULL REFERENCES registry.models ON DELETE CASCADE,
    number int NOT NULL,
    digest bytea,            -- of the ONNX file in Artifacts; null: only recorded, as MLflow's clients do, and never served
    verdict uuid,            -- that let it through
    run uuid,
    pipeline_run text,
    recipe text NOT NULL DEFAULT '',
    reference bytea,
    signature text NOT NULL DEFAULT '',
    source text NOT NULL DEFAULT '', -- as a client wrote it; nobody ever opens it
    run_link text NOT NULL DEFAULT '',
    logged_model text NOT NULL DEFAULT '',
    user_name text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    stage text NOT NULL DEFAULT 'None',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (model, number));
-- One verdict lets one version of a model through: a retried registration finds the version it made.
CREATE UNIQUE INDEX ON registry.versions (model, verdict) WHERE verdict IS NOT NULL;
CREATE INDEX ON registry.versions (project, run);
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.versions TO takt_app;

CREATE TABLE registry.version_tags (
    project uuid NOT NULL,
    model uuid NOT NULL,
    number int NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (model, number, key),
    FOREIGN KEY (model, number) REFERENCES registry.versions ON DELETE CASCADE);
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.version_tags TO takt_app;

CREATE TABLE registry.version_datasets (
    project uuid NOT NULL,
    model uuid NOT NULL,
    number int NOT NULL,
    name text NOT NULL,
    dataset_number int NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (model, number, name, dataset_number),
    FOREIGN KEY (model, number) REFERENCES registry.versions ON DELETE CASCADE);
CREATE INDEX ON registry.version_datasets (project, name, dataset_number);
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.version_datasets TO takt_app;

CREATE TABLE registry.aliases (
    project uuid NOT NULL,
    model uuid NOT NULL,
    alias text NOT NULL,
    number int NOT NULL,
    PRIMARY KEY (model, alias),
    FOREIGN KEY (model, number) REFERENCES registry.versions ON DELETE CASCADE);
CREATE INDEX ON registry.aliases (model, number);
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.aliases TO takt_app;

-- What came from a model version, read out of the journal's edges.
CREATE TABLE registry.dependents (
    project uuid NOT NULL,
    version text NOT NULL,   -- name/3
    dependent text NOT NULL, -- kind:name
    relation text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (project, version, dependent, relation));
GRANT SELECT, INSERT, DELETE ON registry.dependents TO takt_app;
