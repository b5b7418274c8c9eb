"""What PyMySQL must be able to do with a server; prints one line per subject."""

import os
import threading
import time

import pymysql

ADDRESS = {"host": os.environ["HOST"], "port": int(os.environ["PORT"])}
PASSWORD = os.environ["WORD"].encode()


def connect(user="root@sys", password=PASSWORD, **options):
    return pymysql.connect(user=user, password=password, **ADDRESS, **options)


def rows(connection, sql, values=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def failure(act):
    try:
        act()
    except pymysql.MySQLError as error:
        return error.args[0]
    return "accepted"


connection = connect()
print("text", *rows(connection, "SELECT status, zone, stop_time FROM oceanbase.DBA_OB_SERVERS")[0])
scn, average = rows(
    connection, "SELECT end_scn, AVG(paxos_replica_num) FROM oceanbase.GV$OB_LOG_STAT WHERE ls_id = %s", (1,)
)[0]
print("numbers", type(scn).__name__, scn > 2**53, type(average).__name__, average)
rows(connection, "SET @tenant = 1")
rows(connection, "PREPARE named FROM 'SELECT COUNT(*) FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = ?'")
print("prepared", *rows(connection, "EXECUTE named USING @tenant")[0])
several = connect(client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS)
with several.cursor() as cursor:
    cursor.execute("SELECT 1; SET @x = 2; SELECT @x")
    results = [cursor.fetchall()]
    while cursor.nextset():
        results.append(cursor.fetchall())
print("several", results)
print("long row", *[len(value) for value in rows(connection, "SELECT REPEAT('x', 9000000), REPEAT('y', 9000000)")[0]])
secure = connect(ssl={"verify_mode": "none", "check_hostname": False})
print("tls", secure._sock.version(), *rows(secure, "SELECT 1")[0])
print("wrong password", failure(lambda: connect(password=b"wrong")))
print("unknown tenant", failure(lambda: connect(user="root@nobody")))
print("kernel error", failure(lambda: rows(connection, "ALTER SYSTEM STOP SERVER '127.0.0.1:1'")))

sleeper = connect()
outcome = []
thread = threading.Thread(target=lambda: outcome.append(failure(lambda: rows(sleeper, "SELECT SLEEP(60)"))))
thread.start()
for _ in range(1000):
    if any(row[0] == sleeper.thread_id() and row[4] == "Query" for row in rows(connection, "SHOW PROCESSLIST")):
        break
    time.sleep(0.01)
rows(connection, f"KILL QUERY {sleeper.thread_id()}")
thread.join()
print("cancelled", *outcome, *rows(sleeper, "SELECT 1")[0])
connection.kill(sleeper.thread_id())
print("lost", failure(lambda: rows(sleeper, "SELECT 1")))
sleeper.ping(reconnect=True)
print("reconnected", *rows(sleeper, "SELECT 1")[0])
