-- Data that runs say they read, as MLflow's clients tell it. Not Takt's own dataset versions.
CREATE TABLE tracking.inputs (
    id uuid PRIMARY KEY,
    project uuid NOT NULL,
    experiment bigint NOT NULL REFERENCES tracking.experiments ON DELETE CASCADE,
    name text NOT NULL,
    digest text NOT NULL,
    source_type text NOT NULL,
    source text NOT NULL,  -- as a client wrote it; nobody ever opens it
    schema text,
    profile text,
    UNIQUE (experiment, name, digest));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.inputs TO takt_app;

CREATE TABLE tracking.run_inputs (
    project uuid NOT NULL,
    run uuid NOT NULL REFERENCES tracking.runs ON DELETE CASCADE,
    input uuid NOT NULL REFERENCES tracking.inputs ON DELETE CASCADE,
    tag_keys text[] NOT NULL,
    tag_values text[] NOT NULL,
    context text, -- the value of mlflow.data.context
    PRIMARY KEY (run, input));
CREATE INDEX ON tracking.run_inputs (input);
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.run_inputs TO takt_app;

CREATE TABLE tracking.run_models (
    project uuid NOT NULL,
    run uuid NOT NULL REFERENCES tracking.runs ON DELETE CASCADE,
    model text NOT NULL,
    output boolean NOT NULL, -- else an input
    step bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (run, model, output));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.run_models TO takt_app;

-- Files that clients put through the artifact proxy outside a run's own folder: logged models, traces.
CREATE TABLE tracking.proxy_files (
    project uuid NOT NULL,
    path text COLLATE "C" NOT NULL,
    blob bytea NOT NULL,
    size bigint NOT NULL,
    PRIMARY KEY (project, path));
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.proxy_files TO takt_app;
