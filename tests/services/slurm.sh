#!/usr/bin/env bash
# A SLURM of one node, this machine, with everything it writes in one folder: no systemd, no cgroups, no accounting.
#   slurm.sh start FOLDER    returns when the node is idle; then: export SLURM_CONF=FOLDER/slurm.conf
#   slurm.sh stop FOLDER     ends its jobs and its three daemons
# Needs root and Debian's slurmctld, slurmd, slurm-client and munge. Every user must be able to enter FOLDER.
# The node has one "GPU", which is /dev/null: enough for the scheduler to give it to one job at a time.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

main() {
  [[ $# == 2 && "$1" =~ ^(start|stop)$ ]] || { sed -n '2,6s/^# *//p' "$0" >&2; exit 2; }
  mkdir -p "$2"
  folder="$(cd "$2" && pwd)"
  export SLURM_CONF="$folder/slurm.conf"
  "$1"
}

start() {
  trap 'tail -n 5 "$folder"/*.log >&2; stop' ERR
  mkdir -p "$folder/munge" "$folder/state" "$folder/spool"
  chmod 755 "$folder" "$folder/munge"
  head -c 128 /dev/urandom > "$folder/munge/key"
  chmod 400 "$folder/munge/key"
  chown -R munge "$folder/munge"
  write_configuration
  as_munge munged --socket "$folder/munge/socket" --key-file "$folder/munge/key" --pid-file "$folder/munge/munged.pid" \
    --log-file "$folder/munge/munged.log" --seed-file "$folder/munge/seed"
  slurmctld -c
  slurmd
  wait_until_idle
}

as_munge() { setpriv --reuid munge --regid munge --clear-groups "$@"; }

write_configuration() {
  local name ports node
  name="$(hostname -s)"
  read -r -a ports <<< "$(free_ports)"
  node="$(slurmd -C | head -n 1 | sed 's/^NodeName=[^ ]* //')"   # CPUs, cores, memory of this machine
  cat > "$SLURM_CONF" <<EOF
ClusterName=eegbench
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
GresTypes=gpu
NodeName=$name NodeAddr=127.0.0.1 $node Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
  echo "Name=gpu File=/dev/null" > "$folder/gres.conf"
}

free_ports() {
  python3 -c 'import socket as s
two = [s.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(each.getsockname()[1] for each in two))'
}

wait_until_idle() {
  for _ in $(seq 150); do
    [[ "$(sinfo --noheader --format %T 2>> "$folder/sinfo.log" || true)" == idle ]] && return
    sleep 0.2
  done
  echo "slurm.sh: the node is not idle after 30 s; the daemons' words are in $folder/*.log" >&2
  return 1
}

stop() {
  trap - ERR
  timeout 10 scancel --signal KILL --full --user "$(id -un)" 2> /dev/null || true
  local file
  for file in "$folder/slurmctld.pid" "$folder/slurmd.pid" "$folder/munge/munged.pid"; do
    [[ -f "$file" ]] && end "$(< "$file")"
  done
  return 0
}

end() {
  kill "$1" 2> /dev/null || return 0
  for _ in $(seq 50); do
    runs "$1" || return 0
    sleep 0.1
  done
  kill -KILL "$1" 2> /dev/null || true
}

runs() { [[ "$(ps -o stat= -p "$1")" =~ ^[^Z] ]]; }   # what ended and was not waited for is a zombie, Z

main "$@"
