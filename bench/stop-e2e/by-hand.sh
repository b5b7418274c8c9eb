#!/bin/sh
# What an operator does without a control plane: STOP SERVER, signal the process, wait until it is gone, look.
# Ends well only with what a stop through the API ends with: no process, no listener, and the kernel shows the stop.
# Usage: by-hand.sh WITNESS_IP WITNESS_PORT PASSWORD TARGET_IP TARGET_PORT TARGET_SQL_PORT TARGET_HOME
set -eu
sql() { mariadb --skip-ssl -h "$1" -P "$2" -u root@sys "-p$3" -N -B -e "$4"; }
pid=$(cat "$7/run/observer.pid")
sql "$1" "$2" "$3" "SET ob_query_timeout = 300000000; ALTER SYSTEM STOP SERVER '$4:$5'"
kill -USR1 "$pid"
tries=0
while kill -0 "$pid" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ]
  sleep 0.1
done
# A listener of the target in /proc/net/tcp: its port in hexadecimal, and state 0A.
ports=$(printf ':%04X|:%04X' "$5" "$6")
address=$(echo "$4" | { IFS=. read -r a b c d; printf '%02X%02X%02X%02X' "$d" "$c" "$b" "$a"; })
if grep -qE " ($address|00000000)($ports) [0-9A-F:]+ 0A " /proc/net/tcp; then exit 1; fi
stopped=$(sql "$1" "$2" "$3" "SELECT COUNT(*) FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '$4' AND svr_port = $5 AND stop_time IS NOT NULL")
[ "$stopped" = 1 ]
