#!/usr/bin/env bash
# Installs the real servers and the browser that some tests use, where root and apt are at hand.
set -u
packages=(postgresql dovecot-imapd chromium fonts-liberation iproute2)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "NOTE: ${missing[*]} not installed and no root with apt here: the tests that need them will be skipped."
  exit 0
fi
echo "Installing ${missing[*]} (once) ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null || { echo "apt-get update failed"; exit 1; }
# No server is left running by Debian's packages: each test starts its own.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
status=$?
rm -f /usr/sbin/policy-rc.d
[ $status -eq 0 ] || { echo "apt-get install ${missing[*]} failed"; exit 1; }
