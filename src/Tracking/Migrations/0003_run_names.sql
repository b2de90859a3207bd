-- Runs are looked up by name, in every experiment of a page.
CREATE INDEX ON tracking.runs (experiment, name);
