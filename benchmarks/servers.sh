# Two PostgreSQL servers of a benchmark's own, on loopback; sourced, not run.
#
# Expects $work, a directory of the caller's, and sets $pg_bin (PG_BIN, else where initdb is found). start_servers sets
# $source_port, $target_port and PGPASSWORD, of role "bench"; stop_servers ends what was started.

mkdir "$work/servers"
chmod 755 "$work"
servers=()
as=()

pg_bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)}
[ -n "$pg_bin" ] || pg_bin=$(dirname "$(command -v initdb || true)")

# A free port on loopback.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

start_server() {
  local name=$1 port=$2
  "${as[@]}" "$pg_bin/initdb" -D "$work/servers/$name" -U bench --encoding=UTF8 --locale=C --auth=scram-sha-256 \
    --pwfile="$work/password" >/dev/null
  servers+=("$work/servers/$name")
  "${as[@]}" "$pg_bin/pg_ctl" -D "$work/servers/$name" -w -l "$work/servers/$name.log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_wal_size=4GB -c min_wal_size=4GB" start >/dev/null
}

# Makes a server write its log once: else whoever comes first waits for files that all later ones find made.
write_log() {
  psql -X -q -v ON_ERROR_STOP=1 "postgresql://bench@127.0.0.1:$1/postgres" -c checkpoint \
    -c "create table log_filler as select repeat('x', 1900) from generate_series(1, $2 * 512)" \
    -c 'drop table log_filler' -c checkpoint
}

# Source and target; where we are root, as a user who may run them.
start_servers() {
  if [ "$(id -u)" = 0 ]; then
    local owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
    as=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups)
    chown "$owner" "$work/servers"
  fi
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$work/password"
  chmod 644 "$work/password"
  PGPASSWORD=$(cat "$work/password")
  export PGPASSWORD
  source_port=$(free_port)
  start_server source "$source_port"
  target_port=$(free_port)
  start_server target "$target_port"
}

stop_servers() {
  local data
  for data in "${servers[@]}"; do
    "${as[@]}" "$pg_bin/pg_ctl" -D "$data" -m immediate -w stop >/dev/null 2>&1 || true
  done
}
