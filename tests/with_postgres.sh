#!/usr/bin/env bash
# Runs a command with a throwaway PostgreSQL around it: tests/with_postgres.sh pytest tests/unit/store
# The server keeps its files in a temporary folder and forces its writes to the disk; it listens on localhost alone, on a
# free port, and is stopped and deleted at the end. EQUIPOISE_TEST_POSTGRES names it. Root may not run PostgreSQL, so
# its own user does.
set -euo pipefail

bin=${POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || echo /missing/initdb)")
if [ ! -x "$bin/initdb" ]; then
  echo "with_postgres: initdb is missing; install PostgreSQL (Debian: apt-get install postgresql)" >&2
  exit 2
fi

folder=$(mktemp -d)
chmod 700 "$folder"
as_owner=()
owner=$(id -un)
if [ "$owner" = root ]; then
  owner=postgres
  chown postgres "$folder"
  as_owner=(runuser -u postgres --)
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

# A password file, because trust on a shared machine would let every user in.
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077; printf '%s\n' "$password" > "$folder/password")
[ "$owner" = "$(id -un)" ] || chown "$owner" "$folder/password"

stop() {
  (cd / && "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop > /dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT

here=$PWD
cd /
"${as_owner[@]}" "$bin/initdb" -D "$folder/data" -U equipoise -A scram-sha-256 --pwfile="$folder/password" \
  -E UTF8 --locale=C.UTF-8 > /dev/null
"${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on -c max_connections=100" \
  start > /dev/null || { cat "$folder/log" >&2; exit 2; }
cd "$here"

EQUIPOISE_TEST_POSTGRES="postgresql+psycopg://equipoise:$password@127.0.0.1:$port/postgres" "$@"
