CREATE SCHEMA serving;
GRANT USAGE ON SCHEMA serving TO takt_app;

-- One number for every change that a data plane must follow.
CREATE TABLE serving.generation (one boolean PRIMARY KEY DEFAULT true CHECK (one), number bigint NOT NULL);
INSERT INTO serving.generation VALUES (true, 1);
GRANT SELECT, UPDATE ON serving.generation TO takt_app;

CREATE TABLE serving.deployments (
    project uuid NOT NULL, name text NOT NULL, spec text NOT NULL, spec_version int NOT NULL,
    champion int, generation bigint NOT NULL, trouble text,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    PRIMARY KEY (project, name));
GRANT SELECT, INSERT, UPDATE ON serving.deployments TO takt_app;

CREATE TABLE serving.revisions (
    project uuid NOT NULL, deployment text NOT NULL, number int NOT NULL,
    model text NOT NULL, model_number int NOT NULL, digest bytea NOT NULL, created_at timestamptz NOT NULL,
    PRIMARY KEY (project, deployment, number),
    UNIQUE (project, deployment, model, model_number),
    FOREIGN KEY (project, deployment) REFERENCES serving.deployments);
CREATE INDEX ON serving.revisions (digest);
GRANT SELECT, INSERT ON serving.revisions TO takt_app;

CREATE TABLE serving.rollouts (
    id uuid PRIMARY KEY, project uuid NOT NULL, deployment text NOT NULL,
    champion int NOT NULL, challenger int NOT NULL, -- champion 0: nothing answered before
    status text NOT NULL, stage int NOT NULL, percent int NOT NULL, overridden boolean NOT NULL,
    started_at timestamptz NOT NULL, stage_at timestamptz NOT NULL, ended_at timestamptz,
    FOREIGN KEY (project, deployment) REFERENCES serving.deployments);
CREATE UNIQUE INDEX one_rollout_at_a_time ON serving.rollouts (project, deployment) WHERE status = 'Running';
CREATE INDEX ON serving.rollouts (project, deployment, started_at);
GRANT SELECT, INSERT, UPDATE ON serving.rollouts TO takt_app;

CREATE TABLE serving.decisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rollout uuid NOT NULL REFERENCES serving.rollouts,
    actor uuid NOT NULL, verb text NOT NULL, percent int NOT NULL, reason text NOT NULL, evidence text NOT NULL, answered bigint NOT NULL,
    at timestamptz NOT NULL, evidence_at timestamptz NOT NULL, in_force_at timestamptz, last_answer_at timestamptz);
CREATE INDEX ON serving.decisions (rollout);
GRANT SELECT, INSERT, UPDATE ON serving.decisions TO takt_app;

-- A closed piece of the inference log: one row for each deployment and signature in it.
CREATE TABLE serving.segments (
    segment text NOT NULL, part int NOT NULL, project uuid NOT NULL, deployment text NOT NULL, blob bytea NOT NULL,
    rows bigint NOT NULL, requests bigint NOT NULL, errors bigint NOT NULL,
    first_event timestamptz NOT NULL, last_event timestamptz NOT NULL, last_request_event timestamptz, sealed_at timestamptz NOT NULL,
    PRIMARY KEY (segment, part));
CREATE INDEX ON serving.segments (project, deployment, last_event);
GRANT SELECT, INSERT ON serving.segments TO takt_app;

-- The truths that came for a segment's requests, as Parquet: good while the version is that of the segment's index.
CREATE TABLE serving.truth_segments (
    segment text NOT NULL, project uuid NOT NULL, deployment text NOT NULL, version bigint NOT NULL, truths bigint NOT NULL, blob bytea NOT NULL, updated_at timestamptz NOT NULL,
    PRIMARY KEY (segment, project, deployment));
GRANT SELECT, INSERT, UPDATE ON serving.truth_segments TO takt_app;

CREATE TABLE serving.data_planes (
    id uuid PRIMARY KEY, first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL, generation bigint NOT NULL);
GRANT SELECT, INSERT, UPDATE ON serving.data_planes TO takt_app;
