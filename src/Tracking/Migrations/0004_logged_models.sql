-- A model as a client logged it: params, tags, metrics and files of its own, made by a run and older than any registered version of it.
CREATE TABLE tracking.logged_models (
    id text PRIMARY KEY, -- m- and 32 hex digits
    project uuid NOT NULL,
    experiment bigint NOT NULL REFERENCES tracking.experiments ON DELETE CASCADE,
    name text NOT NULL,
    model_type text NOT NULL DEFAULT '',
    source_run text NOT NULL DEFAULT '',
    status text NOT NULL,
    created_at bigint NOT NULL, -- milliseconds since 1970
    updated_at bigint NOT NULL,
    deleted boolean NOT NULL DEFAULT false);
CREATE INDEX ON tracking.logged_models (experiment, created_at DESC, id);
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.logged_models TO takt_app;

CREATE TABLE tracking.logged_model_params (
    project uuid NOT NULL,
    model text NOT NULL REFERENCES tracking.logged_models ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (model, key));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.logged_model_params TO takt_app;

CREATE TABLE tracking.logged_model_tags (
    project uuid NOT NULL,
    model text NOT NULL REFERENCES tracking.logged_models ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (model, key));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.logged_model_tags TO takt_app;

CREATE TABLE tracking.logged_model_metrics (
    project uuid NOT NULL,
    model text NOT NULL REFERENCES tracking.logged_models ON DELETE CASCADE,
    key text NOT NULL,
    time bigint NOT NULL,
    step bigint NOT NULL,
    run uuid NOT NULL,
    value float8 NOT NULL,
    dataset_name text NOT NULL DEFAULT '',
    dataset_digest text NOT NULL DEFAULT '',
    PRIMARY KEY (model, key, time, step, run));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.logged_model_metrics TO takt_app;
