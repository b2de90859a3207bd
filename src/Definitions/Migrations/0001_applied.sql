CREATE SCHEMA definitions;

-- What was applied, for ever: the newest row of a project is its definition.
CREATE TABLE definitions.applied (
    project    uuid NOT NULL,
    number     int NOT NULL,
    file       text NOT NULL,
    files      text NOT NULL, -- JSON: path to text
    source     text,          -- JSON: where git stood
    digest     bytea NOT NULL,
    actor      uuid NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (project, number));

GRANT USAGE ON SCHEMA definitions TO takt_app;
GRANT SELECT, INSERT ON definitions.applied TO takt_app;
