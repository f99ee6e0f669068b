-- EchoRoom's models on PostgreSQL: people, rooms with their counter, members, messages, read marks.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    display_name text NOT NULL,
    status text NOT NULL DEFAULT 'online'
);
CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    slug text NOT NULL UNIQUE,
    last_seq bigint NOT NULL DEFAULT 0
);
CREATE TABLE members (
    room_id uuid NOT NULL REFERENCES rooms,
    user_id uuid NOT NULL REFERENCES users,
    PRIMARY KEY (room_id, user_id)
);
CREATE TABLE messages (
    id uuid PRIMARY KEY,
    room_id uuid NOT NULL REFERENCES rooms,
    sender_id uuid NOT NULL REFERENCES users,
    seq bigint NOT NULL,
    text text NOT NULL,
    nonce text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (room_id, seq),
    UNIQUE (room_id, sender_id, nonce)
);
CREATE TABLE read_marks (
    user_id uuid NOT NULL REFERENCES users,
    room_id uuid NOT NULL REFERENCES rooms,
    seq bigint NOT NULL,
    PRIMARY KEY (user_id, room_id)
);
