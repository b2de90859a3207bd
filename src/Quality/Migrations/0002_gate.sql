CREATE SCHEMA IF NOT EXISTS quality;
GRANT USAGE ON SCHEMA quality TO takt_app;

CREATE TABLE quality.gates (
    project uuid NOT NULL,
    name text NOT NULL,
    spec text NOT NULL, -- JSON
    PRIMARY KEY (project, name));
GRANT SELECT, INSERT, UPDATE, DELETE ON quality.gates TO takt_app;

-- A verdict stands for ever: the application may add one, and none may change.
CREATE TABLE quality.verdicts (
    id uuid PRIMARY KEY,
    project uuid NOT NULL,
    gate text NOT NULL,
    model bytea NOT NULL,
    passed boolean NOT NULL,
    findings text NOT NULL, -- JSON
    candidate text NOT NULL,
    champion text,
    at timestamptz NOT NULL);
CREATE INDEX ON quality.verdicts (project, id DESC);
GRANT SELECT, INSERT ON quality.verdicts TO takt_app;

CREATE TABLE quality.verdict_overrides (
    verdict uuid PRIMARY KEY REFERENCES quality.verdicts,
    project uuid NOT NULL,
    by_actor uuid NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL);
GRANT SELECT, INSERT ON quality.verdict_overrides TO takt_app;
