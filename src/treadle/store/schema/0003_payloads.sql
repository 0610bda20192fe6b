-- Results over 64 KiB, compressed with zlib. Their journal rows hold the text `@payload` instead.
CREATE TABLE payload (
  execution_id id_text NOT NULL,
  seq          bigint NOT NULL,
  data         bytea NOT NULL
  , CONSTRAINT payload_pkey PRIMARY KEY (execution_id, seq) -- postgres
);

CREATE UNIQUE INDEX payload_pkey ON payload (execution_id, seq); -- sqlite

-- Compressed already: the database need not try again.
ALTER TABLE payload ALTER COLUMN data SET STORAGE EXTERNAL; -- postgres
