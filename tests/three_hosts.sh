#!/usr/bin/env bash
# The walk through docs/deployment.md, "Three hosts", on one machine: three network namespaces as hosts, a fourth for
# PostgreSQL, a bridge between them. Prints what somebody at the keyboard sees. Root only. `tests/three_hosts.sh > docs/three-hosts.txt`
set -u
cd "$(dirname "$0")/.." || exit 1
BIN=$PWD/.venv/bin
WORK=$(mktemp -d /tmp/zs-hosts-XXXX); chmod 755 "$WORK"
PG=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
HOSTS=(one two three)
PIDS=()
export ZETKIN_SYNC_LANGUAGE=en ZETKIN_SYNC_LOG_FORMAT=console
say() { printf '\n## %s\n' "$*"; }
show() { { printf '%s$ %s\n' "$1" "$3"; on "$1" "$2" bash -c "$3" 2>&1; } | sed "s#$WORK#/srv#g; s#$BIN/##g; s/[ \t]*$//"; }
on() { # HOST FOLDER COMMAND...
  local host=$1 folder=$2; shift 2
  ip netns exec "zs-$host" env -C "$WORK/$folder" PATH="$BIN:$PATH" DATABASE_URL="${URL:-}" ZETKIN_SYNC_CONFIG="$WORK/config" \
    ZETKIN_SYNC_HASH_KEY=0123456789abcdef0123456789abcdef ZETKIN_SYNC_ENGINE="${ENGINE:-ledger}" "$@"
}
cleanup() {
  for pid in "${PIDS[@]}"; do kill -9 -- "-$pid" 2>/dev/null; done
  [ -d "$WORK/data" ] && su postgres -s /bin/bash -c "$PG/pg_ctl -D $WORK/data -m immediate stop" >/dev/null 2>&1
  for host in "${HOSTS[@]}" db; do ip netns del "zs-$host" 2>/dev/null; done
  ip link del zs-bridge 2>/dev/null
  rm -rf "$WORK"
}
trap cleanup EXIT

ip link add zs-bridge type bridge && ip link set zs-bridge up
n=1
for host in "${HOSTS[@]}" db; do
  ip netns add "zs-$host"
  ip link add "zs-$host" type veth peer name eth0 netns "zs-$host"
  ip link set "zs-$host" master zs-bridge up
  ip netns exec "zs-$host" ip addr add "10.77.0.$n/24" dev eth0
  ip netns exec "zs-$host" ip link set eth0 up
  ip netns exec "zs-$host" ip link set lo up
  mkdir -p "$WORK/$host"; n=$((n + 1))
done
mkdir -p "$WORK/config"
printf 'title = "Exempeldistriktet"\n[connectors]\nmailer = "folder"\n' > "$WORK/config/district.toml"
printf '[jobs.make_backup]\nevery_minutes = 1\ngrace_minutes = 30\n' > "$WORK/config/schedule.toml"
: > "$WORK/config/actions.toml"; : > "$WORK/config/recipients.toml"
printf 'id;title;kind;contact_role\n1;Exempeldistriktet;district;\n' > "$WORK/config/associations.csv"

say "The small server as it was: one host, SQLite"
export URL=sqlite:///$WORK/one/data.db
show one one "zetkin-sync migrate"
show one one "zetkin-sync sync make_backup"
show one one "zetkin-sync runs"

say "1. An empty database on a host of its own"
su postgres -s /bin/bash -c "$PG/initdb -D $WORK/data -U zetkin_sync -A trust" >/dev/null 2>&1 || { chown postgres "$WORK"; su postgres -s /bin/bash -c "$PG/initdb -D $WORK/data -U zetkin_sync -A trust" >/dev/null; }
echo "host all all 10.77.0.0/24 trust" >> "$WORK/data/pg_hba.conf"
ip netns exec zs-db su postgres -s /bin/bash -c "$PG/pg_ctl -D $WORK/data -w -o \"-c listen_addresses=10.77.0.4 -k $WORK -p 5432\" start" >/dev/null
ip netns exec zs-db su postgres -s /bin/bash -c "$PG/createdb -h $WORK -U zetkin_sync zetkin_sync"
echo "db$ createdb zetkin_sync"

say "2. Everything is moved"
NEW=postgresql+psycopg://zetkin_sync@10.77.0.4/zetkin_sync
show one one "zetkin-sync migrate-store sqlite:///$WORK/one/data.db $NEW 2>/dev/null"
show one one "zetkin-sync runs"
export URL=$NEW ENGINE=procrastinate
show one one "zetkin-sync doctor --offline | grep -v 'environment\|mode 600\|clock in time\|time service\|root'"

say "3. and 4. Three hosts: a clock and workers on one, both again on two, workers on three"
start() { # HOST ROLES
  printf '%s$ zetkin-sync run --roles %s &\n' "$1" "$2"
  setsid ip netns exec "zs-$1" unshare --uts bash -c "hostname $1; cd $WORK/$1; PATH=$BIN:$PATH DATABASE_URL=$URL ZETKIN_SYNC_CONFIG=$WORK/config \
    ZETKIN_SYNC_HASH_KEY=0123456789abcdef0123456789abcdef ZETKIN_SYNC_ENGINE=$ENGINE exec zetkin-sync run --roles $2" > "$WORK/$1/log" 2>&1 &
  PIDS+=($!)
}
start one clock,worker; sleep 6; start two clock,worker; start three worker
sleep 8
show three three "zetkin-sync runs --limit 4"
who() { show "$1" "$1" "python3 -c \"
import psycopg
for row in psycopg.connect('postgresql://zetkin_sync@10.77.0.4/zetkin_sync').execute('SELECT slot, state, owner, fence FROM run ORDER BY id DESC LIMIT ${2:-4}'): print(*row)\""; }
sleep 65
who three

say "The plug is pulled on host one in the middle: kill -9 of everything there, and its cable is cut"
kill -9 -- "-${PIDS[0]}" 2>/dev/null; ip link set zs-one down
echo "one$ (gone)"
sleep 130
who three
show three three "zetkin-sync doctor --offline | grep -i 'next\|late\|wait\|gone\|✗'"

say "Host one comes back"
ip link set zs-one up; start one clock,worker; sleep 70
who three 6
say "How often each slot was run (none twice, none missing)"
show three three "python3 -c \"
import psycopg
c = psycopg.connect('postgresql://zetkin_sync@10.77.0.4/zetkin_sync')
print('slots asked for by the clock:', *c.execute('SELECT count(*), count(DISTINCT slot) FROM run WHERE asked_by IS NULL').fetchone())
print('minutes from the first to the last:', *c.execute('SELECT extract(epoch FROM max(due) - min(due)) / 60 + 1 FROM run WHERE asked_by IS NULL').fetchone())
print('states:', *c.execute('SELECT state, count(*) FROM run GROUP BY state').fetchall())\""

say "The old database on host one refuses to work"
export URL=sqlite:///$WORK/one/data.db ENGINE=ledger
show one one "zetkin-sync run; echo exit code \$?"
