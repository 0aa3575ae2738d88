#!/usr/bin/env bash
# Measures the control plane with 1 to 16 worker processes, on chunks that only sleep: how many a second come through,
# against what as many slots could do if nothing but the sleep took time, and which share of them each worker got.
#
#   benchmarks/scaling.sh                       1, 2, 4, 8 and 16 workers
#   benchmarks/scaling.sh 1 3 12                these numbers of workers
#
# SLEEP (1000: milliseconds that a chunk sleeps, at most 20000), SLOTS (2: chunks a worker has in hand at a time),
# CHUNKS (30: chunks for each slot of each number of workers), WORKER_HEAP (96m: of each worker), PG_BIN (where initdb
# is; else found), TMPDIR (/tmp), KEEP=1 (keeps the directory, with the log and the journal of every run).
#
# A chunk goes through the whole protocol: its task is handed out by the orchestrator, fetched from the share group,
# copied under claim, lock and ledger row, committed, reported, and written into the journal. It has one row, of one
# block. The sleep is a failpoint of the workers, before the ledger's row. The platform (Kafka, registry, control
# database, orchestrator, scout, architect, validator) is one "./sensei up --no-worker" for all numbers of workers, the
# workers are processes of "./sensei agent worker", which come and go with each number. Two servers of PostgreSQL are
# source and target. All of it shares this machine.
#
# Before each run, the same workers move a table of a fifth as many chunks, so that what is measured is not the warming
# up of their virtual machines. The figures, all from the run's journal and from /proc/stat:
#
#   seconds      from the start of the first chunk to the end of the last
#   ideal        the chunks of a slot times the sleep
#   efficiency   ideal in percent of seconds
#   share        chunks of a worker in percent of chunks / workers: of the one with fewest, and of the one with most
#   cores busy   of the whole machine in that time
#
# Every run has to end certified, with each chunk once in the journal.
set -euo pipefail
export LC_ALL=C

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
sleep_millis=${SLEEP:-1000}
slots=${SLOTS:-2}
chunks_of_slot=${CHUNKS:-30}
worker_heap=${WORKER_HEAP:-96m}
numbers=("$@")
[ ${#numbers[@]} -gt 0 ] || numbers=(1 2 4 8 16)
work=$(mktemp -d)
up=
sampler=
running=
workers=()

fail() {
  printf 'scaling: %s\n' "$1" >&2
  exit 2
}

stop_workers() {
  local worker
  for worker in "${workers[@]}"; do
    kill "$worker" 2>/dev/null || true
  done
  for worker in "${workers[@]}"; do
    wait "$worker" 2>/dev/null || true
  done
  workers=()
}

stop_sampler() {
  [ -n "$sampler" ] || return 0
  kill "$sampler" 2>/dev/null || true
  wait "$sampler" 2>/dev/null || true
  sampler=
}

finish() {
  stop_sampler
  if [ -n "$running" ]; then
    kill "$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
  fi
  stop_workers
  if [ -n "$up" ]; then
    kill "$up" 2>/dev/null || true
    wait "$up" 2>/dev/null || true
  fi
  stop_servers
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}

# shellcheck source=benchmarks/servers.sh
. "$home/benchmarks/servers.sh"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for number in "$sleep_millis" "$slots" "$chunks_of_slot" "${numbers[@]}"; do
  [[ $number =~ ^[1-9][0-9]{0,5}$ ]] ||
    fail "SLEEP, SLOTS, CHUNKS and the numbers of workers are whole numbers above 0; found '$number'"
done
[ "$sleep_millis" -le 20000 ] || fail "SLEEP is at most 20000 milliseconds; found $sleep_millis"
for number in "${numbers[@]}"; do
  [ $((number * slots)) -le 40 ] ||
    fail "at most 40 slots in all, for the servers' sessions; found $number workers with $slots"
done
[[ $worker_heap =~ ^[1-9][0-9]*[mg]$ ]] || fail "WORKER_HEAP is a size such as 96m; found '$worker_heap'"
for program in initdb pg_ctl psql; do
  [ -x "$pg_bin/$program" ] || fail "no $program found in '$pg_bin'; install PostgreSQL's server, or set PG_BIN"
done

ask() { "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -At "$@"; }

# Waits for a line in a file, as long as its writer lives.
await_line() {
  local file=$1 line=$2 writer=$3 tries
  for ((tries = 0; tries < 1200; tries++)); do
    ! grep -q -- "$line" "$file" || return 0
    kill -0 "$writer" 2>/dev/null || fail "a process ended before it said '$line': $(tail -5 "$file")"
    sleep 0.1
  done
  fail "nobody said '$line' within two minutes: $(tail -5 "$file")"
}

# A source with so many blocks of one row, which are so many chunks, and an empty target.
make_databases() {
  ask "$server_of_sources/postgres" -c "create database $1"
  ask "$server_of_targets/postgres" -c "create database $1"
  ask "$server_of_sources/$1" -c 'create table chunk (number int not null, filler text not null)' \
    -c 'alter table chunk alter filler set storage plain' \
    -c "insert into chunk select n, repeat('x', 5000) from generate_series(1, $2) n" -c 'vacuum analyze chunk'
}

# Moves a database; sets $id.
migrate() {
  local name=$1 status=0
  "$home/sensei" migrate "${platform[@]}" --data-dir "$work/person" --source "$server_of_sources/$name" \
    --target "$server_of_targets/$name" --spec "$work/spec.yaml" --yes --json --certificate "$work/$name.jws" \
    >"$work/$name.json" 2>"$work/$name.err" </dev/null &
  # Waited for, so that a signal is not.
  running=$!
  wait "$running" || status=$?
  running=
  [ "$status" = 0 ] ||
    fail "the migration of $name ended with $status: $(tail -5 "$work/$name.err"; cat "$work/$name.json")"
  id=$(tr -d '\n ' <"$work/$name.json" | sed -n 's/.*"migrationId":"\([^"]*\)".*/\1/p')
  [ -n "$id" ] || fail "the migration's document names no migration: $(cat "$work/$name.json")"
}

# Milliseconds since 1970, and the processor time since the start that was idle and that there was, in ticks.
sample_machine() {
  local fields silence
  exec {silence}<> <(:)
  while :; do
    read -r -a fields </proc/stat
    echo "$((${EPOCHREALTIME/./} / 1000)) $((fields[4] + fields[5])) $((fields[1] + fields[2] + fields[3] + fields[4] + fields[5] + fields[6] + fields[7] + fields[8]))"
    read -r -t 0.2 -u "$silence" _ || true
  done
}

# The chunks of the journal: chunk, worker, start and end in milliseconds since 1970.
chunks_of() {
  "$home/sensei" audit log "$id" --json "${platform[@]}" --data-dir "$work/person" >"$work/$1.journal" 2>"$work/$1.err" ||
    fail "the journal of $id cannot be read: $(tail -5 "$work/$1.err")"
  tr -d ' ' <"$work/$1.journal" |
    sed -n '/"type":"ChunkCopied"/s/.*"evidence":{"chunk":\([0-9]*\),.*"worker":"\([^"]*\)","startedAt":"\([^"]*\)","finishedAt":"\([^"]*\)".*/\1 \2 \3 \4/p' \
      >"$work/$1.evidence"
  cut -d' ' -f1,2 "$work/$1.evidence" >"$work/$1.who"
  cut -d' ' -f3 "$work/$1.evidence" | date -u -f - +%s%3N >"$work/$1.starts"
  cut -d' ' -f4 "$work/$1.evidence" | date -u -f - +%s%3N >"$work/$1.ends"
  paste -d' ' "$work/$1.who" "$work/$1.starts" "$work/$1.ends" >"$work/$1.chunks"
  [ "$(cut -d' ' -f1 "$work/$1.chunks" | sort -u | wc -l)" = "$2" ] && [ "$(wc -l <"$work/$1.chunks")" = "$2" ] ||
    fail "expected $2 chunks once each in the journal of $id, found $(wc -l <"$work/$1.chunks")"
}

line() { printf '%7s %6s %8s %8s %8s %9s %11s %13s %11s %12s\n' "$@"; }

# Builds, where that is needed, before anything starts.
"$home/sensei" --version >&2
start_servers
server_of_sources=postgresql://bench@127.0.0.1:$source_port
server_of_targets=postgresql://bench@127.0.0.1:$target_port
"$home/sensei" up --no-worker --data-dir "$work/up" >"$work/up.out" 2>&1 &
up=$!
await_line "$work/up.out" '--kafka ' "$up"
read -r kafka registry < <(sed -n 's/.*--kafka \([^ ]*\) --registry \([^ ;]*\).*/\1 \2/p' "$work/up.out")
platform=(--kafka "$kafka" --registry "$registry")

echo "chunks that sleep $sleep_millis ms, $slots slots each, on $(nproc) cores"
line workers slots chunks seconds ideal 'chunks/s' efficiency 'share min,max' 'cores busy' 'load before'
for number in "${numbers[@]}"; do
  in_all=$((number * slots))
  # Twice the slots, so that none waits for the next.
  printf 'options:\n  chunkRows: 1\n  batchRows: 1\n  chunksInFlight: %s\n' $((2 * in_all)) >"$work/spec.yaml"
  make_databases "warm_$number" $((in_all * (chunks_of_slot + 4) / 5))
  make_databases "run_$number" $((in_all * chunks_of_slot))
  for ((worker = 1; worker <= number; worker++)); do
    SENSEI_HEAP=$worker_heap SENSEI_FAILPOINTS="before-ledger-row=sleep($sleep_millis)" \
      "$home/sensei" agent worker "${platform[@]}" --slots "$slots" --data-dir "$work/worker_$worker" \
      >"$work/worker_${number}_$worker.log" 2>&1 &
    workers+=("$!")
  done
  for ((worker = 1; worker <= number; worker++)); do
    await_line "$work/worker_${number}_$worker.log" "is ready with $slots slots" "${workers[worker - 1]}"
  done
  migrate "warm_$number"
  load=$(cut -d' ' -f1 /proc/loadavg)
  sample_machine >"$work/run_$number.machine" &
  sampler=$!
  migrate "run_$number"
  stop_sampler
  chunks_of "run_$number" $((in_all * chunks_of_slot))
  stop_workers

  read -r begin end < <(awk 'NR == 1 || $3 < b {b = $3} NR == 1 || $4 > e {e = $4} END {printf "%.0f %.0f\n", b, e}' \
    "$work/run_$number.chunks")
  read -r fewest most < <(awk -v workers="$number" '{n[$2]++; all++}
    END {for (w in n) {seen++; if (!min || n[w] < min) min = n[w]; if (n[w] > max) max = n[w]}
      if (seen < workers) min = 0
      printf "%.0f %.0f\n", min * workers * 100 / all, max * workers * 100 / all}' "$work/run_$number.chunks")
  busy=$(awk -v begin="$begin" -v end="$end" -v cores="$(nproc)" '$1 >= begin && !from {from = $3; idle = $2}
    $1 <= end {to = $3; idle_to = $2}
    END {if (to > from) printf "%.1f", cores * (1 - (idle_to - idle) / (to - from)); else print "-"}' \
    "$work/run_$number.machine")
  chunks=$((in_all * chunks_of_slot))
  line "$number" "$in_all" "$chunks" \
    "$(awk -v t=$((end - begin)) 'BEGIN {printf "%.1f", t / 1000}')" \
    "$(awk -v t=$((chunks_of_slot * sleep_millis)) 'BEGIN {printf "%.1f", t / 1000}')" \
    "$(awk -v c="$chunks" -v t=$((end - begin)) 'BEGIN {printf "%.2f", c * 1000 / t}')" \
    "$(awk -v i=$((chunks_of_slot * sleep_millis)) -v t=$((end - begin)) 'BEGIN {printf "%.0f%%", 100 * i / t}')" \
    "$fewest%,$most%" "$busy" "$load"
  printf '        chunks of each worker: %s\n' \
    "$(cut -d' ' -f2 "$work/run_$number.chunks" | sort | uniq -c | awk '{print $1}' | sort -n | paste -s -d' ')"
done
printf '\n%s cores, %s MiB, PostgreSQL %s, %s\n' "$(nproc)" "$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)" \
  "$(ask "$server_of_sources/postgres" -c 'show server_version' | cut -d' ' -f1)" "$(uname -srm)"
