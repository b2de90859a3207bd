CREATE SCHEMA datasets;
GRANT USAGE ON SCHEMA datasets TO takt_app;

-- The catalogue: what was asked (spec, JSON text) and the newest version's number (0: none yet).
CREATE TABLE datasets.datasets (
    project uuid NOT NULL,
    name text NOT NULL,
    spec text NOT NULL,
    defined_by uuid NOT NULL,
    defined_at timestamptz NOT NULL,
    newest int NOT NULL DEFAULT 0,
    PRIMARY KEY (project, name)
);
GRANT SELECT, INSERT, UPDATE ON datasets.datasets TO takt_app;

-- Everything that was delivered, accepted or set aside. Never changed.
CREATE TABLE datasets.deliveries (
    project uuid NOT NULL,
    id uuid NOT NULL,
    dataset text NOT NULL,
    status text NOT NULL CHECK (status IN ('Accepted', 'Refused')),
    mode text NOT NULL CHECK (mode IN ('Append', 'Replace')),
    raw bytea NOT NULL,
    rows bigint NOT NULL,
    version int,
    note text NOT NULL,
    checks text NOT NULL,
    delivered_by uuid NOT NULL,
    delivered_at timestamptz NOT NULL,
    PRIMARY KEY (project, id),
    FOREIGN KEY (project, dataset) REFERENCES datasets.datasets (project, name)
);
CREATE INDEX ON datasets.deliveries (project, dataset, delivered_at DESC, id DESC);
CREATE INDEX ON datasets.deliveries (project, dataset, raw);
GRANT SELECT, INSERT ON datasets.deliveries TO takt_app;

-- Frozen states. The manifest is the canonical JSON whose SHA-256 is the digest.
CREATE TABLE datasets.versions (
    project uuid NOT NULL,
    dataset text NOT NULL,
    number int NOT NULL,
    digest bytea NOT NULL,
    manifest text NOT NULL,
    profile text NOT NULL,
    delivery uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project, dataset, number),
    FOREIGN KEY (project, dataset) REFERENCES datasets.datasets (project, name)
);
GRANT SELECT, INSERT ON datasets.versions TO takt_app;
