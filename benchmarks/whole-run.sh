#!/usr/bin/env bash
# Compares whole migrations: Sensei, pgcopydb, pgloader, and pg_dump with psql | psql, over the same rows in alternating
# rounds between two PostgreSQL servers of its own. The target is a new database each time.
#
#   benchmarks/whole-run.sh [pgbench] [tpch] [small] [toast] [mixed]      all five where none is named
#
# SIZE (100: percent of each set's full size; 1 is a quick try), ROUNDS (3), TOOLS ("sensei pgcopydb pgloader pipe"),
# COMPARE_JOBS (4: tables compared at a time, pgcopydb's own default), PGCOPYDB_OPTIONS (more options of "clone"),
# PGLOADER_LIMIT (7200: seconds, then it is given up), PG_BIN (where initdb is; else found), TMPDIR (/tmp: room for
# about six times the largest set, and 12 GB of logs), KEEP=1 (keeps the directory). The sets are described in datasets.sh.
#
# What is measured:
#
#   copy and index  Sensei: seconds.move of its document, from the start of the execution to its end: snapshot, tables,
#                   rows, keys, indexes, statistics, foreign keys. pgcopydb: of its summary "COPY, INDEX, CONSTRAINTS,
#                   VACUUM (wall clock)" and "Finalize Schema", where foreign keys are; making the tables is left out.
#                   The pipe: binary COPY of one table after the other, and pg_dump's post-data; no statistics, and
#                   making the tables is left out. pgloader does not tell.
#   whole run       from the command to its end. Sensei's has the start and stop of its platform in it, and the
#                   validation and the certificate.
#   peak            of the memory of the command and all its children, by memory-peak.sh. Sensei's has its registry and
#                   its control database in it; the servers of source and target are never counted.
#   compare         after pgcopydb's run, count and sum of hashes of every table, by psql on both sides at a time, as
#                   "pgcopydb compare data" of version 0.18 asks for them.
#
# Rows, indexes and constraints of every target are counted afterwards and compared with the source's. A difference ends
# the benchmark, except pgloader's: where it fails, that is said and its run has no figures.
set -euo pipefail
export LC_ALL=C

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
size=${SIZE:-100}
rounds=${ROUNDS:-3}
read -r -a tools <<<"${TOOLS:-sensei pgcopydb pgloader pipe}"
read -r -a pgcopydb_options <<<"${PGCOPYDB_OPTIONS:-}"
compare_jobs=${COMPARE_JOBS:-4}
pgloader_limit=${PGLOADER_LIMIT:-7200}
sets=("$@")
[ ${#sets[@]} -gt 0 ] || sets=(pgbench tpch small toast mixed)
work=$(mktemp -d)
mkdir "$work/results"
running=

fail() {
  printf 'whole-run: %s\n' "$1" >&2
  exit 2
}

finish() {
  if [ -n "$running" ]; then
    kill -- "-$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
  fi
  stop_servers
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}

# shellcheck source=benchmarks/servers.sh
. "$home/benchmarks/servers.sh"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# shellcheck source=benchmarks/datasets.sh
. "$home/benchmarks/datasets.sh"

for number in "$size" "$rounds" "$compare_jobs" "$pgloader_limit"; do
  [[ $number =~ ^[1-9][0-9]*$ ]] ||
    fail "SIZE, ROUNDS, COMPARE_JOBS and PGLOADER_LIMIT are whole numbers above 0; found '$number'"
done
for set in "${sets[@]}"; do
  declare -F "fill_$set" >/dev/null || fail "no set is called '$set'; there are pgbench, tpch, small, toast and mixed"
done
for tool in "${tools[@]}"; do
  case $tool in
    sensei | pipe) ;;
    pgcopydb | pgloader)
      command -v "$tool" >/dev/null || fail "no $tool found; install Debian's package '$tool', or leave it out of TOOLS"
      ;;
    *) fail "no tool is called '$tool'; there are sensei, pgcopydb, pgloader and pipe" ;;
  esac
done
for program in initdb pg_ctl pgbench psql pg_dump; do
  [ -x "$pg_bin/$program" ] || fail "no $program found in '$pg_bin'; install PostgreSQL's server, or set PG_BIN"
done
# Debian's wrappers cost a process of Perl for each call, and pgcopydb finds pg_dump here too.
PATH=$pg_bin:$PATH

start_servers
# 3 GB at full size, which is what the servers keep between two checkpoints, about.
write_log "$target_port" $((size * 30))
source_uri=postgresql://bench@127.0.0.1:$source_port/benchmark
target_uri=postgresql://bench@127.0.0.1:$target_port/benchmark

ask() { psql -X -q -v ON_ERROR_STOP=1 -At "$@"; }
fill() { ask "$source_uri" "$@"; }

# An empty database in the place of the old one.
new_database() {
  ask "${1%/*}/postgres" -c "set client_min_messages = error" -c "drop database if exists benchmark with (force)" \
    -c "create database benchmark template template0" -c checkpoint
}

user_tables="from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'"

# Rows, indexes and constraints of every table.
inventory() {
  ask "$1" <<SQL
select format('select ''rows of %1\$I.%2\$I'', count(*) from %1\$I.%2\$I', n.nspname, c.relname) $user_tables
  order by n.nspname, c.relname \gexec
select 'indexes of ' || n.nspname || '.' || c.relname, (select count(*) from pg_index where indrelid = c.oid)
  $user_tables
  order by n.nspname, c.relname;
select 'constraints of ' || n.nspname || '.' || c.relname, (select string_agg(contype, '' order by contype)
    from pg_constraint where conrelid = c.oid and contype <> 'n') $user_tables
  order by n.nspname, c.relname;
SQL
}

# Whether the target has what the source has; says where it has not.
is_complete() {
  inventory "$target_uri" >"$work/target.inventory"
  diff "$work/source.inventory" "$work/target.inventory" >"$work/inventory.diff" && return
  printf 'whole-run: the target of %s differs ("<" source, ">" target):\n' "$1" >&2
  head -20 "$work/inventory.diff" >&2
  return 1
}

# Milliseconds on a clock.
clock() { echo $((${EPOCHREALTIME/./} / 1000)); }

# Runs a command; sets $status, $wall in milliseconds and $peak in KiB. It has a process group of its own, since pgcopydb
# ends the whole of its group where it fails.
measure() {
  local begin watcher
  begin=$(clock)
  set -m
  "$@" </dev/null &
  running=$!
  set +m
  "$home/benchmarks/memory-peak.sh" "$running" >"$work/peak" 2>/dev/null </dev/null &
  watcher=$!
  status=0
  wait "$running" || status=$?
  wall=$(($(clock) - begin))
  running=
  wait "$watcher"
  peak=$(cat "$work/peak")
}

seconds() { echo "$1" | awk '{if ($1 == "-") print; else printf "%.2f\n", $1 / 1000}'; }

# Writes when Sensei's platform was ready, which is when the migration gets its name, and passes all lines on.
note_ready() {
  local line
  while IFS= read -r line; do
    case $line in "Migration m-"*) clock >"$work/ready" ;; esac
    printf '%s\n' "$line"
  done
}

# Milliseconds of a phase in Sensei's document.
phase() {
  tr -d '\n ' <"$work/sensei.json" | sed -n "s/.*\"seconds\":{[^}]*\"$1\":\\([0-9.]*\\).*/\\1/p" |
    awk '{printf "%.0f\n", $1 * 1000}'
}

run_sensei() {
  local noter begin start total verdict name
  rm -f "$work/ready" "$work/stderr" "$work/certificate"
  mkfifo "$work/stderr"
  note_ready <"$work/stderr" >"$work/sensei.err" &
  noter=$!
  begin=$(clock)
  measure "$home/sensei" migrate --source "$source_uri" --target "$target_uri" --yes --accept-exceptions --json \
    --data-dir "$work/sensei-$set" --certificate "$work/certificate" >"$work/sensei.json" 2>"$work/stderr"
  wait "$noter"
  [ "$status" = 0 ] || fail "Sensei ended with $status: $(tail -5 "$work/sensei.err"; cat "$work/sensei.json")"
  is_complete Sensei || fail "Sensei's copy is not complete"
  for name in analyze plan move copy validate total; do
    [ -n "$(phase "$name")" ] || fail "Sensei's document has no seconds.$name: $(cat "$work/sensei.json")"
  done
  [ -s "$work/ready" ] || fail "Sensei did not say when its migration began: $(head -5 "$work/sensei.err")"
  start=$(($(cat "$work/ready") - begin))
  total=$(phase total)
  index=$(phase move)
  put start "$start"
  put stop $((wall - start - total))
  put migration "$total"
  put copy "$(phase copy)"
  put validate "$(phase validate)"
  put unproven $((wall - $(phase validate)))
  verdict=$(tr -d '\n ' <"$work/sensei.json" | sed -n 's/.*"verdict":"\([a-z_]*\)".*/\1/p')
  parts="start $(seconds "$start")"
  for name in analyze plan move copy validate; do
    parts+=", $name $(seconds "$(phase "$name")")"
  done
  parts+=", stop $(seconds $((wall - start - total))); $verdict"
}

# Milliseconds of a step in pgcopydb's summary, where a duration is 12ms, 3s456, 15s, 7m08s or 1h02m.
step() {
  awk -v step="$1" 'index($0, step) {
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^[0-9]+ms$/) { print $i + 0; exit }
      if ($i ~ /^[0-9]+s[0-9]+$/) { split($i, part, "s"); print part[1] * 1000 + part[2]; exit }
      if ($i ~ /^[0-9]+s$/) { print ($i + 0) * 1000; exit }
      if ($i ~ /^[0-9]+m[0-9]+s$/) { split($i, part, "m"); print (part[1] * 60 + part[2]) * 1000; exit }
      if ($i ~ /^[0-9]+h[0-9]+m$/) { split($i, part, "h"); print (part[1] * 60 + part[2]) * 60000; exit }
    }
  }' "$work/pgcopydb.out"
}

run_pgcopydb() {
  local rows finalize whole held
  rm -rf "$work/pgcopydb"
  measure pgcopydb clone --source "$source_uri" --target "$target_uri" --dir "$work/pgcopydb" "${pgcopydb_options[@]}" \
    >"$work/pgcopydb.out" 2>"$work/pgcopydb.err"
  [ "$status" = 0 ] || fail "pgcopydb ended with $status: $(tail -5 "$work/pgcopydb.err")"
  rows=$(step 'COPY, INDEX, CONSTRAINTS, VACUUM (wall clock)')
  finalize=$(step 'Finalize Schema')
  [ -n "$rows" ] && [ -n "$finalize" ] || fail "pgcopydb's summary is not as expected: $(tail -20 "$work/pgcopydb.out")"
  index=$((rows + finalize))
  whole=$wall held=$peak
  measure compare
  [ "$status" = 0 ] || fail "tables could not be compared: $(tail -5 "$work/compare.err")"
  cmp -s "$work/compare.source" "$work/compare.target" ||
    fail "pgcopydb's copy differs: $(diff "$work/compare.source" "$work/compare.target" | head -20)"
  put compare "$wall"
  put proven $((whole + wall))
  parts="dump $(seconds "$(step 'Dump Schema')"), prepare $(seconds "$(step 'Prepare Schema')")"
  parts+=", rows and keys $(seconds "$rows"), finalize $(seconds "$finalize"); compare $(seconds "$wall")"
  wall=$whole peak=$held
  is_complete pgcopydb || fail "pgcopydb's copy is not complete"
}

# Sums up every table on both sides, some at a time, largest first.
compare() {
  local job side uri workers=() worker
  rm -rf "$work/compare" "$work/compare.err"
  mkdir "$work/compare"
  awk -v jobs="$compare_jobs" -v to="$work/compare" '{print > (to "/" NR % jobs ".sql")}' "$work/compare.sql"
  for job in "$work"/compare/*.sql; do
    for side in source target; do
      uri=${side}_uri
      ask "${!uri}" -f "$job" >"$job.$side" 2>>"$work/compare.err" &
      workers+=("$!")
    done
  done
  for worker in "${workers[@]}"; do
    wait "$worker"
  done
  sort "$work"/compare/*.source >"$work/compare.source"
  sort "$work"/compare/*.target >"$work/compare.target"
}

run_pgloader() {
  # By default 100,000 rows wait for their batch, which at full size ends pgloader for want of memory on three sets.
  local prefetched=10000 credentials=bench:$PGPASSWORD
  case $set in toast | mixed) prefetched=1000 ;; esac
  measure timeout "$pgloader_limit" pgloader --root-dir "$work/pgloader" --with "prefetch rows = $prefetched" \
    "pgsql://$credentials@${source_uri#*@}" "pgsql://$credentials@${target_uri#*@}" >"$work/pgloader.out" 2>&1
  index=-
  parts=
  if [ "$status" != 0 ]; then
    printf 'whole-run: pgloader ended with %s:\n' "$status" >&2
    grep -a -m 5 -E 'ERROR|FATAL|exhausted' "$work/pgloader.out" >&2 || tail -5 "$work/pgloader.out" >&2
    parts="FAILED with $status after $(seconds "$wall") s"
  elif ! is_complete pgloader; then
    grep -a -m 5 -E 'ERROR|FATAL' "$work/pgloader.out" >&2 || true
    parts="NOT COMPLETE after $(seconds "$wall") s"
  fi
  [ -z "$parts" ] || wall=- peak=-
}

run_pipe() {
  local times
  measure pipe 2>"$work/pipe.err"
  [ "$status" = 0 ] || fail "pg_dump and psql ended with $status: $(tail -5 "$work/pipe.err")"
  is_complete "pg_dump and psql" || fail "the copy of pg_dump and psql is not complete"
  read -r -a times <"$work/pipe.times"
  index=$((times[1] + times[2]))
  parts="prepare $(seconds "${times[0]}"), copy $(seconds "${times[1]}"), post-data $(seconds "${times[2]}")"
}

pipe() {
  local begin prepared copied table
  begin=$(clock)
  pg_dump --section=pre-data --no-owner "$source_uri" | ask "$target_uri" >/dev/null
  prepared=$(clock)
  while read -r table; do
    ask "$source_uri" -c "copy $table to stdout (format binary)" |
      ask "$target_uri" -c "copy $table from stdin (format binary)"
  done <"$work/tables"
  copied=$(clock)
  pg_dump --section=post-data --no-owner "$source_uri" | ask "$target_uri" >/dev/null
  echo "$((prepared - begin)) $((copied - prepared)) $(($(clock) - copied))" >"$work/pipe.times"
}

# Keeps a figure of this round.
put() { echo "$2" >>"$work/results/$set.$tool.$1"; }

# The median of a tool's figure; "-" where there is none.
median() {
  local file=$work/results/$set.$1.$2
  [ -s "$file" ] || file=/dev/null
  sort -n "$file" | awk '{v[NR] = $1}
    END {print NR == 0 ? "-" : NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

ratio() { echo "$1 $2" | awk '{if ($1 == "-" || $2 == "-" || $2 == 0) print "-"; else printf "%.2f\n", $1 / $2}'; }
mebibytes() { echo "$1" | awk '{if ($1 == "-") print; else printf "%.0f\n", $1 / 1024}'; }

line() { printf '%-8s %-10s %17s %13s %10s   %s\n' "$@"; }

report() {
  local other
  for other in "${tools[@]}"; do
    line median "$other" "$(seconds "$(median "$other" index)")" "$(seconds "$(median "$other" whole)")" \
      "$(mebibytes "$(median "$other" peak)")" ""
  done
  [[ " ${tools[*]} " = *" sensei "* ]] || return 0
  for other in "${tools[@]}"; do
    [ "$other" != sensei ] || continue
    line ratio "to $other" "$(ratio "$(median sensei index)" "$(median "$other" index)")" \
      "$(ratio "$(median sensei whole)" "$(median "$other" whole)")" \
      "$(ratio "$(median sensei peak)" "$(median "$other" peak)")" ""
  done
  printf 'Sensei: start %s s, migration %s s (copy %s s, validate %s s), stop %s s; whole run without validation %s s\n' \
    "$(seconds "$(median sensei start)")" "$(seconds "$(median sensei migration)")" "$(seconds "$(median sensei copy)")" \
    "$(seconds "$(median sensei validate)")" "$(seconds "$(median sensei stop)")" "$(seconds "$(median sensei unproven)")"
  [[ " ${tools[*]} " = *" pgcopydb "* ]] || return 0
  printf 'to pgcopydb: migration without start and stop %s, whole run without validation %s\n' \
    "$(ratio "$(median sensei migration)" "$(median pgcopydb whole)")" \
    "$(ratio "$(median sensei unproven)" "$(median pgcopydb whole)")"
  printf 'to pgcopydb and compare, %s s (compare %s s): whole run %s, migration without start and stop %s\n' \
    "$(seconds "$(median pgcopydb proven)")" "$(seconds "$(median pgcopydb compare)")" \
    "$(ratio "$(median sensei whole)" "$(median pgcopydb proven)")" \
    "$(ratio "$(median sensei migration)" "$(median pgcopydb proven)")"
}

# Builds, where that is needed, before the clock runs.
if [[ " ${tools[*]} " = *" sensei "* ]]; then
  "$home/sensei" --version >&2
fi
for set in "${sets[@]}"; do
  echo "filling the source: $set, $size percent" >&2
  new_database "$source_uri"
  "fill_$set"
  fill -c 'vacuum analyze'
  inventory "$source_uri" >"$work/source.inventory"
  fill -c "select format('%I.%I', n.nspname, c.relname) $user_tables order by 1" >"$work/tables"
  fill -c "select format('select %1\$L, count(1), sum(hashtext(t::text)::bigint) from only %1\$s t;', c.oid::regclass)
    $user_tables order by pg_table_size(c.oid) desc" >"$work/compare.sql"
  printf '\n%s: %s tables, %s rows, %s\n' "$set" "$(wc -l <"$work/tables")" \
    "$(awk -F'|' '/^rows of/ {rows += $2} END {printf "%d", rows}' "$work/source.inventory")" \
    "$(fill -c "select pg_size_pretty(pg_database_size('benchmark'))")"
  line round tool 'copy and index, s' 'whole run, s' 'peak, MiB' ''
  for ((round = 1; round <= rounds; round++)); do
    # Who is first changes from round to round.
    for ((turn = 0; turn < ${#tools[@]}; turn++)); do
      tool=${tools[(turn + round - 1) % ${#tools[@]}]}
      new_database "$target_uri"
      ask "$source_uri" -c checkpoint
      load=$(cut -d' ' -f1 /proc/loadavg)
      "run_$tool"
      [ "$index" = - ] || put index "$index"
      [ "$wall" = - ] || put whole "$wall"
      [ "$peak" = - ] || put peak "$peak"
      line "$round" "$tool" "$(seconds "$index")" "$(seconds "$wall")" "$(mebibytes "$peak")" "${parts:+$parts; }load before $load"
    done
  done
  report
done
printf '\n%s cores, %s MiB, PostgreSQL %s, %s\n' "$(nproc)" "$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)" \
  "$(ask "$source_uri" -c 'show server_version' | cut -d' ' -f1)" "$(uname -srm)"
for tool in pgcopydb pgloader; do
  if [[ " ${tools[*]} " = *" $tool "* ]]; then
    "$tool" --version 2>/dev/null | sed -n 1p
  fi
done
