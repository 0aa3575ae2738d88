#!/usr/bin/env bash
# What rules and rows at fault cost: the copy phase of the same table, by turns
#
#   plain      without rules, every row taken
#   rules      with every rule that is checked row by row, every row taken
#   unique     with a rule over several rows besides
#   refused    one row in ten thousand refused by a CHECK of the target, found by trying around it
#   too-long   one row in ten thousand too long for the target's type, found by the reading query
#
# The last two set their rows aside, and are compared with plain, as the others are.
#
#   benchmarks/dirty-rows.sh [KIND...]          starts two PostgreSQL servers of its own
#
# ROUNDS (3), ROWS (2000000), PG_BIN (where initdb is; else found), KEEP=1 (keeps the directory).
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
rounds=${ROUNDS:-3}
rows=${ROWS:-2000000}
kinds=("${@:-}")
[ -n "${kinds[0]}" ] || kinds=(plain rules unique refused too-long)
work=$(mktemp -d)

fail() {
  printf 'dirty-rows: %s\n' "$1" >&2
  exit 2
}

finish() {
  stop_servers
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}

# shellcheck source=benchmarks/servers.sh
. "$home/benchmarks/servers.sh"
trap finish EXIT
start_servers
source_server=postgresql://bench@127.0.0.1:$source_port
target_uri=postgresql://bench@127.0.0.1:$target_port/postgres

ask() { psql -X -q -v ON_ERROR_STOP=1 -At "$@"; }

# A source: what the age and the name of one row in ten thousand are.
fill() {
  ask "$source_server/postgres" -c "create database \"$1\""
  ask "$source_server/$1" <<SQL
create table country (code text primary key);
insert into country select 'c' || n from generate_series(0, 199) n;
create table person (id bigint primary key, name text not null, email text, age integer, country text, code text,
  born date, note text);
insert into person select n, case when n % 10000 = 5000 then $3 else 'name ' || n end, 'p' || n || '@example.org',
  case when n % 10000 = 5000 then $2 else n % 100 end, 'c' || n % 200, 'code ' || n, date '2000-01-01' + (n % 9000)::int,
  'a note of some length about row ' || n from generate_series(1, $rows) n;
vacuum (freeze, analyze);
checkpoint;
SQL
}

fill plain 50 "'name ' || n"
fill refused -1 "'name ' || n"
fill too-long 50 "repeat('x', 50) || n"

cat >"$work/plain.yaml" <<'YAML'
errors: {maxRows: 10000}
YAML
cp "$work/plain.yaml" "$work/refused.yaml"
cp "$work/plain.yaml" "$work/too-long.yaml"
cat >"$work/rules.yaml" <<'YAML'
errors: {maxRows: 10000}
rules:
  public.person:
    name: {not_null: true, max_length: 40}
    email: {not_null: true, pattern: '[^@]+@[^@]+', max_length: 80}
    age: {range: [0, 120]}
    country: {reference: public.country(code)}
    born: {range: ['1990-01-01', '2100-01-01']}
YAML
{ cat "$work/rules.yaml"; echo '    code: unique'; } >"$work/unique.yaml"

empty_target() {
  ask "$target_uri" -c "set client_min_messages = error" -c "drop schema if exists sensei_ledger cascade" \
    -c "drop table if exists person, country" -c "create table country (code text primary key)" \
    -c "create table person (id bigint primary key, name varchar(40) not null, email text,
      age integer check (age >= 0), country text, code text, born date, note text)" -c checkpoint
}

copy_seconds() {
  local kind=$1 database=$1 json ended=0
  case $kind in rules | unique) database=plain ;; esac
  empty_target
  json=$("$home/sensei" migrate --source "$source_server/$database" --target "$target_uri" --yes --json \
    --data-dir "$work/sensei-$kind" --spec "$work/$kind.yaml" --certificate "$work/certificate" 2>"$work/sensei.err") ||
    ended=$?
  case $kind:$ended in
    plain:0 | rules:0 | unique:0 | refused:5 | too-long:5) ;;
    *) fail "$kind ended with $ended: $(tail -3 "$work/sensei.err")" ;;
  esac
  rm -rf "$work/sensei-$kind" "$work/certificate"
  case $kind in
    refused | too-long) [ "$(ask "$target_uri" -c 'select count(*) from person')" = $((rows - rows / 10000)) ] ||
      fail "$kind: not every good row is in the target" ;;
  esac
  printf '%s' "$json" | tr -d '\n ' | sed -n 's/.*"seconds":{[^}]*"copy":\([0-9.]*\).*/\1/p'
}

median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

printf '%-6s %-9s %8s   %s\n' round kind 'copy, s' 'load before'
for ((round = 1; round <= rounds; round++)); do
  for kind in "${kinds[@]}"; do
    load=$(cut -d' ' -f1 /proc/loadavg)
    seconds=$(copy_seconds "$kind")
    [ -n "$seconds" ] || fail "the document of $kind has no seconds.copy"
    echo "$seconds" >>"$work/$kind.seconds"
    printf '%-6s %-9s %8s   %s\n' "$round" "$kind" "$seconds" "$load"
  done
done
for kind in "${kinds[@]}"; do
  median=$(median <"$work/$kind.seconds")
  plain=$(median <"$work/plain.seconds" 2>/dev/null || echo "$median")
  printf '%-6s %-9s %8s   ratio %s\n' median "$kind" "$median" "$(echo "$median $plain" | awk '{printf "%.2f", $1 / $2}')"
done
printf 'rows %s, %s cores, PostgreSQL %s, %s\n' "$rows" "$(nproc)" \
  "$(ask "$target_uri" -c 'show server_version' | cut -d' ' -f1)" "$(uname -srm)"
