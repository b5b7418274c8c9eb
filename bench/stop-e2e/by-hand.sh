#!/bin/sh
# What an operator does without a control plane: STOP SERVER, signal the process, wait until it is gone, look.
# Usage: by-hand.sh WITNESS_IP WITNESS_PORT PASSWORD TARGET_ADDRESS TARGET_HOME
set -eu
sql() { mariadb --skip-ssl -h "$1" -P "$2" -u root@sys "-p$3" -N -B -e "$4"; }
pid=$(cat "$5/run/observer.pid")
sql "$1" "$2" "$3" "SET ob_query_timeout = 300000000; ALTER SYSTEM STOP SERVER '$4'"
kill -USR1 "$pid"
tries=0
while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 600 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
sql "$1" "$2" "$3" "SELECT status, stop_time FROM oceanbase.DBA_OB_SERVERS"
