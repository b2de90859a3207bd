CREATE SCHEMA artifacts;

-- Which project sees which blob. The bytes lie once in the store, whoever put them.
CREATE TABLE artifacts.blobs (
    project uuid NOT NULL,
    digest bytea NOT NULL,
    size bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project, digest));

GRANT USAGE ON SCHEMA artifacts TO takt_app;
GRANT SELECT, INSERT ON artifacts.blobs TO takt_app;
