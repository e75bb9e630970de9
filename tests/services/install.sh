#!/usr/bin/env bash
# Installs, on Debian, what some tests need beside Python; without it they are skipped, saying so.
set -euo pipefail
packages=(chromium chromium-driver postgresql slurmctld slurmd slurm-client munge)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
done
[[ ${#missing[@]} == 0 ]] && exit 0

# No server is started on installing: tests start their own. Debian asks this program before it starts one.
policy=/usr/sbin/policy-rc.d
if [[ ! -e "$policy" ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
patience=(-o Acquire::http::Timeout=20 -o Acquire::Retries=1 -o DPkg::Lock::Timeout=120)
apt-get update -qq "${patience[@]}"
apt-get install -qq "${patience[@]}" -y --no-install-recommends "${missing[@]}" > /dev/null
