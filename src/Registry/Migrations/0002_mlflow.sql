-- A run of some other server, as a client wrote it; the project's own runs are ids in "run".
ALTER TABLE registry.versions ADD COLUMN foreign_run text NOT NULL DEFAULT '';
CREATE INDEX ON registry.versions (project, updated_at DESC);
