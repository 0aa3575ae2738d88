#!/usr/bin/env bash
# Compares the copy phase of a migration with psql | psql over the same tables, in alternating rounds.
#
#   benchmarks/copy-phase.sh                    starts two PostgreSQL servers of its own
#   SOURCE_URI=... TARGET_URI=... benchmarks/copy-phase.sh
#                                               uses databases that exist: the source is filled by
#                                               pgbench -i, the pgbench tables of the target are dropped
#
# ROUNDS (3), SCALE (30: three million rows), PG_BIN (where initdb is; else found), KEEP=1 (keeps the directory).
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
rounds=${ROUNDS:-3}
scale=${SCALE:-30}
tables=(pgbench_accounts pgbench_branches pgbench_tellers pgbench_history)
work=$(mktemp -d)

fail() {
  printf 'copy-phase: %s\n' "$1" >&2
  exit 2
}

finish() {
  stop_servers
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}

# shellcheck source=benchmarks/servers.sh
. "$home/benchmarks/servers.sh"
trap finish EXIT

[ -x "$pg_bin/pgbench" ] || fail "no pgbench found; install PostgreSQL, or set PG_BIN"
psql=$(command -v psql || echo "$pg_bin/psql")

if [ -z "${SOURCE_URI:-}" ] || [ -z "${TARGET_URI:-}" ]; then
  start_servers
  SOURCE_URI=postgresql://bench@127.0.0.1:$source_port/postgres
  TARGET_URI=postgresql://bench@127.0.0.1:$target_port/postgres
fi

ask() { "$psql" -X -q -v ON_ERROR_STOP=1 -At "$@"; }

echo "filling the source: pgbench -i -s $scale" >&2
"$pg_bin/pgbench" -q -i -s "$scale" "$SOURCE_URI" >/dev/null 2>&1 || fail "pgbench could not fill the source"
ask "$SOURCE_URI" -c checkpoint >/dev/null 2>&1 || true
rows=$(ask "$SOURCE_URI" -c 'select count(*) from pgbench_accounts')

empty_target() {
  ask "$TARGET_URI" -c "set client_min_messages = error; drop table if exists $(IFS=,; echo "${tables[*]}")"
  ask "$TARGET_URI" -c checkpoint >/dev/null 2>&1 || true
}

ours() {
  local json
  empty_target
  json=$("$home/sensei" migrate --source "$SOURCE_URI" --target "$TARGET_URI" --yes --json \
    --data-dir "$work/sensei" --certificate "$work/certificate" 2>"$work/sensei.err") ||
    fail "the migration did not end with 0: $(tail -3 "$work/sensei.err")"
  printf '%s' "$json" | tr -d '\n ' | sed -n 's/.*"seconds":{[^}]*"copy":\([0-9.]*\).*/\1/p'
}

theirs() {
  local table begin
  empty_target
  "$pg_bin/pg_dump" --section=pre-data --no-owner "$SOURCE_URI" | ask "$TARGET_URI" >/dev/null
  begin=$(date +%s.%N)
  for table in "${tables[@]}"; do
    ask "$SOURCE_URI" -c "copy $table to stdout (format binary)" |
      ask "$TARGET_URI" -c "copy $table from stdin (format binary)"
  done
  echo "$(date +%s.%N) $begin" | awk '{printf "%.3f\n", $1 - $2}'
}

median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

: >"$work/ours"
: >"$work/theirs"
printf '%-6s %12s %12s   %s\n' round 'sensei, s' 'psql, s' 'load before'
for ((round = 1; round <= rounds; round++)); do
  load=$(cut -d' ' -f1 /proc/loadavg)
  a=$(ours)
  [ -n "$a" ] || fail "the migration's document has no seconds.copy"
  b=$(theirs)
  echo "$a" >>"$work/ours"
  echo "$b" >>"$work/theirs"
  printf '%-6s %12s %12s   %s\n' "$round" "$a" "$b" "$load"
done
a=$(median <"$work/ours")
b=$(median <"$work/theirs")
printf '%-6s %12s %12s   ratio %s\n' median "$a" "$b" "$(echo "$a $b" | awk '{printf "%.2f", $1 / $2}')"
printf 'rows %s, %s cores, %s MiB, PostgreSQL %s, %s\n' "$rows" "$(nproc)" \
  "$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)" \
  "$(ask "$TARGET_URI" -c 'show server_version' | cut -d' ' -f1)" "$(uname -srm)"
