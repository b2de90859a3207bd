CREATE SCHEMA monitoring;

-- looked_until: event time up to which windows were looked at. complete_until: somebody said that no event or truth before it will come any more.
CREATE TABLE monitoring.monitors (
    project uuid NOT NULL, name text NOT NULL, spec text NOT NULL, created_at timestamptz NOT NULL,
    revision int, looked_until timestamptz, complete_until timestamptz,
    PRIMARY KEY (project, name));

CREATE TABLE monitoring.profiles (
    project uuid NOT NULL, reference bytea NOT NULL, block_seconds int NOT NULL, profile bytea NOT NULL, rows bigint NOT NULL, created_at timestamptz NOT NULL,
    PRIMARY KEY (project, reference, block_seconds));

CREATE TABLE monitoring.windows (
    project uuid NOT NULL, monitor text NOT NULL, window_from timestamptz NOT NULL, window_to timestamptz NOT NULL, revision int NOT NULL, model_version text NOT NULL,
    status text NOT NULL, rows bigint NOT NULL, truths bigint NOT NULL, figures text, findings text NOT NULL, looked_at timestamptz NOT NULL,
    PRIMARY KEY (project, monitor, window_from, revision));
CREATE INDEX windows_awaiting ON monitoring.windows (project, monitor) WHERE status = 'AwaitingTruth';

CREATE TABLE monitoring.alerts (
    id uuid PRIMARY KEY, project uuid NOT NULL, monitor text NOT NULL, kind text NOT NULL, severity text NOT NULL, state text NOT NULL, alert text NOT NULL,
    windows int NOT NULL, latest_to timestamptz NOT NULL, raised_at timestamptz NOT NULL,
    acknowledged_by uuid, acknowledged_at timestamptz, note text, resolved_at timestamptz, resolved_because text);
-- No storm: one alert of a kind stands open for a monitor.
CREATE UNIQUE INDEX alerts_open ON monitoring.alerts (project, monitor, kind) WHERE state <> 'Resolved';
CREATE INDEX alerts_by_time ON monitoring.alerts (project, raised_at DESC);

GRANT USAGE ON SCHEMA monitoring TO takt_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON monitoring.monitors TO takt_app;
GRANT SELECT, INSERT ON monitoring.profiles TO takt_app;
GRANT SELECT, INSERT, UPDATE ON monitoring.windows TO takt_app;
GRANT SELECT, INSERT, UPDATE ON monitoring.alerts TO takt_app;
