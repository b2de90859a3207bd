CREATE SCHEMA pipelines;

-- Pipelines and triggers as they were asked for. The highest revision of a name counts; one that is removed stays, since runs were made by it.
CREATE TABLE pipelines.specs (
    project    uuid NOT NULL,
    kind       text NOT NULL, -- pipeline, trigger
    name       text NOT NULL,
    revision   int NOT NULL,
    spec       text NOT NULL,
    removed    boolean NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (project, kind, name, revision));

-- Where git stood when the project's definition was applied last.
CREATE TABLE pipelines.sources (
    project    uuid PRIMARY KEY,
    source     text NOT NULL,
    at         timestamptz NOT NULL);

CREATE TABLE pipelines.runs (
    id           uuid PRIMARY KEY,
    project      uuid NOT NULL,
    pipeline     text NOT NULL,
    number       int NOT NULL, -- from 1, by pipeline
    reproduces   text,         -- the model version that is made again; null: an ordinary run
    state        text NOT NULL,
    reason       text,
    cause        text NOT NULL,
    params       text NOT NULL,
    spec         text NOT NULL, -- frozen: what was asked when it started
    revision     int NOT NULL,
    source       text,
    use_cache    boolean NOT NULL,
    actor        uuid NOT NULL,
    role         text NOT NULL,
    tracking_run uuid,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    ended_at     timestamptz,
    UNIQUE (project, pipeline, number));
CREATE INDEX runs_by_project ON pipelines.runs (project, created_at DESC);
CREATE INDEX runs_open ON pipelines.runs (state) WHERE ended_at IS NULL;

CREATE TABLE pipelines.steps (
    run             uuid NOT NULL REFERENCES pipelines.runs,
    ordinal         int NOT NULL,
    name            text NOT NULL,
    uses            text NOT NULL,
    state           text NOT NULL,
    reason          text,
    attempt         int NOT NULL,
    key             bytea,
    key_parts       text,    -- JSON: what the key is made of, so that a miss can say why
    cached_from     uuid,    -- the run whose result was taken
    process         int,     -- with its start time it names a process for good
    process_started bigint,
    outputs         text NOT NULL, -- JSON: files
    result          text NOT NULL, -- JSON: evidence by name (run, verdict, model version ...)
    log             bytea,
    started_at      timestamptz,
    ended_at        timestamptz,
    PRIMARY KEY (run, ordinal));

CREATE TABLE pipelines.cache (
    project    uuid NOT NULL,
    key        bytea NOT NULL,
    outputs    text NOT NULL,
    result     text NOT NULL,
    run        uuid NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (project, key));

-- Each cause fires a trigger once, whatever happens in between.
CREATE TABLE pipelines.firings (
    project    uuid NOT NULL,
    trigger    text NOT NULL,
    cause      text NOT NULL, -- fact:POSITION, or time:WHEN
    outcome    text NOT NULL, -- started, skipped, refused
    reason     text NOT NULL,
    run        uuid,
    at         timestamptz NOT NULL,
    PRIMARY KEY (project, trigger, cause));

GRANT USAGE ON SCHEMA pipelines TO takt_app;
GRANT SELECT, INSERT ON pipelines.specs, pipelines.firings TO takt_app;
GRANT SELECT, INSERT, UPDATE ON pipelines.sources, pipelines.runs, pipelines.steps, pipelines.cache TO takt_app;
