-- The tables that the journal is projected into. The projection alone writes them; they can be
-- emptied and filled again from the journal. Times are UTC.

-- Numbers for agents, since worker_id is one.
CREATE TABLE agent (
  id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name VARCHAR NOT NULL UNIQUE
);

-- One row for each operation. The first fourteen columns keep their order: statements name values
-- by position. Whatever is added stands behind them and has a default.
CREATE TABLE migration_control (
  id BIGSERIAL PRIMARY KEY,
  phase VARCHAR NOT NULL,
  table_name VARCHAR NOT NULL,
  operation VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  records_processed BIGINT,
  total_records BIGINT,
  started_at TIMESTAMP,
  completed_at TIMESTAMP,
  error_message TEXT,
  batch_size BIGINT,
  worker_id INTEGER,
  source_query TEXT,
  validation_query TEXT,

  migration_id VARCHAR DEFAULT NULL,
  table_index INTEGER DEFAULT NULL,
  epoch INTEGER DEFAULT NULL,
  chunk INTEGER DEFAULT NULL,
  task_id VARCHAR DEFAULT NULL,
  attempt INTEGER DEFAULT NULL,
  sequence BIGINT DEFAULT NULL,
  agent VARCHAR DEFAULT NULL,
  bytes_processed BIGINT DEFAULT NULL,

  CONSTRAINT migration_control_phase_check
    CHECK (phase IN ('discovery', 'planning', 'mapping', 'execution', 'validation', 'rollback')),
  CONSTRAINT migration_control_status_check
    CHECK (status IN ('pending', 'running', 'completed', 'failed', 'paused', 'skipped')),
  -- Reports divide by the difference.
  CONSTRAINT migration_control_time_check CHECK (completed_at > started_at)
);

-- Rows with small ids of their own may be put in beside rows that are numbered here.
ALTER SEQUENCE migration_control_id_seq START WITH 1001 RESTART WITH 1001;

CREATE INDEX idx_migration_control_phase ON migration_control(phase);
CREATE INDEX idx_migration_control_status ON migration_control(status);
CREATE INDEX idx_migration_control_table ON migration_control(table_name);
CREATE INDEX idx_migration_control_started_at ON migration_control(started_at);
CREATE INDEX idx_migration_control_task ON migration_control(migration_id, task_id);
CREATE INDEX idx_migration_control_run ON migration_control(migration_id, table_index, chunk);

-- NOW() is the same all through a transaction: what a person begins and completes in one gets the
-- shortest time that can be written. The projection does not lean on this.
CREATE FUNCTION migration_control_completed_after_started() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  NEW.completed_at := NEW.started_at + INTERVAL '1 microsecond';
  RETURN NEW;
END
$$;

CREATE TRIGGER migration_control_completed_after_started
  BEFORE INSERT OR UPDATE ON migration_control
  FOR EACH ROW WHEN (NEW.completed_at = NEW.started_at)
  EXECUTE FUNCTION migration_control_completed_after_started();

-- One row for each migration.
CREATE TABLE migration (
  id VARCHAR PRIMARY KEY,
  state VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  target VARCHAR NOT NULL,
  requested_by VARCHAR NOT NULL,
  chunk_rows BIGINT NOT NULL,
  batch_rows BIGINT NOT NULL,
  plan_digest VARCHAR,
  plan_exceptions INTEGER NOT NULL DEFAULT 0,
  approver VARCHAR,
  exceptions_accepted BOOLEAN NOT NULL DEFAULT FALSE,
  waiting_for VARCHAR,
  cancelling BOOLEAN NOT NULL DEFAULT FALSE,
  tables INTEGER,
  row_estimate BIGINT,
  byte_estimate BIGINT,
  rows BIGINT,
  bytes BIGINT,
  verdict VARCHAR,
  key_id VARCHAR,
  failed_phase VARCHAR,
  failure_code VARCHAR,
  failure_message TEXT,
  failure_object VARCHAR,
  created_at TIMESTAMP NOT NULL,
  started_at TIMESTAMP,
  completed_at TIMESTAMP,
  ended_at TIMESTAMP,
  updated_at TIMESTAMP NOT NULL,
  sequence BIGINT NOT NULL,
  hash VARCHAR NOT NULL
);

-- One row for each table of a migration's latest plan.
CREATE TABLE table_run (
  migration_id VARCHAR NOT NULL,
  table_index INTEGER NOT NULL,
  table_name VARCHAR NOT NULL,
  target_table VARCHAR NOT NULL,
  plan INTEGER NOT NULL,
  plan_attempt INTEGER NOT NULL,
  plan_phase INTEGER NOT NULL,
  state VARCHAR NOT NULL,
  state_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER,
  chunks_copied INTEGER NOT NULL DEFAULT 0,
  row_estimate BIGINT NOT NULL,
  byte_estimate BIGINT NOT NULL,
  rows BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  errors_open BIGINT NOT NULL DEFAULT 0,
  errors_skipped BIGINT NOT NULL DEFAULT 0,
  errors_retried BIGINT NOT NULL DEFAULT 0,
  errors_corrected BIGINT NOT NULL DEFAULT 0,
  errors_withdrawn BIGINT NOT NULL DEFAULT 0,
  validated VARCHAR,
  reason TEXT,
  started_at TIMESTAMP,
  completed_at TIMESTAMP,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (migration_id, table_index)
);

-- Rows of a chunk that were set aside, or changed by a rule of the plan.
CREATE TABLE row_deviation (
  migration_id VARCHAR NOT NULL,
  table_index INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  chunk INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  column_name VARCHAR NOT NULL,
  rows BIGINT NOT NULL,
  PRIMARY KEY (migration_id, table_index, epoch, chunk, kind, column_name)
);

-- How far the journal is projected; written in the transaction of the rows.
CREATE TABLE projection_offset (
  topic VARCHAR NOT NULL,
  partition INTEGER NOT NULL,
  next_offset BIGINT NOT NULL,
  PRIMARY KEY (topic, partition)
);

-- Records of the journal that could not be projected, with the reason.
CREATE TABLE projection_error (
  topic VARCHAR NOT NULL,
  partition INTEGER NOT NULL,
  record_offset BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (topic, partition, record_offset)
);
