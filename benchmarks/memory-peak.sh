#!/usr/bin/env bash
# Follows a process and everything that descends from it until it ends; then prints the peak of their memory in KiB.
#
#   benchmarks/memory-peak.sh PID
#
# Every 200 ms the PSS of all of them is added up, which counts pages they share once; the RSS where no PSS may be read.
# A process that lost its parent is still counted where it was seen under it.
set -uo pipefail
LC_ALL=C

root=${1:?a process id is needed}
peak=0
family=("$root")

# Reads into $kib what a process holds; 0 where it is gone.
memory_of() {
  local lines=() line
  kib=0
  { mapfile -t lines <"/proc/$1/smaps_rollup"; } 2>/dev/null
  if [ ${#lines[@]} -eq 0 ]; then
    { mapfile -t lines <"/proc/$1/status"; } 2>/dev/null
  fi
  for line in "${lines[@]}"; do
    case $line in
      Pss:* | VmRSS:*)
        line=${line#*:}
        line=${line%kB*}
        kib=$((line))
        return
        ;;
    esac
  done
}

# Makes $family the process, what descends from it, and what did so a moment ago.
find_family() {
  local stat line pid parent next=("${family[@]}") i
  local -A children=() known=()
  family=()
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    pid=${line%% *}
    line=${line##*) }
    line=${line#* }
    parent=${line%% *}
    children[$parent]+=" $pid"
  done
  for ((i = 0; i < ${#next[@]}; i++)); do
    pid=${next[i]}
    [ -z "${known[$pid]:-}" ] && [ -e "/proc/$pid" ] || continue
    known[$pid]=1
    family+=("$pid")
    # shellcheck disable=SC2206 # a list of numbers
    next+=(${children[$pid]:-})
  done
}

# A pipe in which nothing ever comes makes "read -t" a sleep that needs no process.
exec {silence}<> <(:)
while [ -e "/proc/$root" ]; do
  find_family
  sum=0
  for pid in "${family[@]}"; do
    memory_of "$pid"
    sum=$((sum + kib))
  done
  [ "$sum" -le "$peak" ] || peak=$sum
  read -r -t 0.2 -u "$silence" _ || true
done
echo "$peak"
