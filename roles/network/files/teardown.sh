#!/bin/sh
# Takes away what neutron's agents leave when they are stopped: namespaces with their servers, bridges, taps and rules. Tells each.
for name in $(ip netns list 2>/dev/null | awk '{print $1}' | grep -E '^q(dhcp|router)-'); do
  ip netns pids "$name" | xargs -r kill
  ip netns delete "$name" && echo "namespace $name"
done
# Where there is none left, the folder that the first one mounted goes too.
if [ -d /run/netns ] && [ -z "$(ls /run/netns)" ]; then umount /run/netns 2>/dev/null; rmdir /run/netns 2>/dev/null; fi

for path in /sys/class/net/*; do
  name=${path##*/}
  if echo "$name" | grep -qE '^(brq|tap)[0-9a-f]{8}-[0-9a-f]{2}$'; then
    ip link delete "$name" && echo "interface $name"
  fi
done

for program in iptables ip6tables ebtables; do
  command -v "$program-save" >/dev/null || continue
  "$program-save" 2>/dev/null | grep -q neutron || continue
  "$program-save" | grep -v neutron | "$program-restore" && echo "rules of $program"
  # Chains of the kernel's hooks that have no rule and let everything pass are as good as none, and were none before.
  "$program-save" 2>/dev/null | awk '/^\*/ {table = substr($1, 2)} /^:.* ACCEPT/ {print table, substr($1, 2)}' | while read -r table chain; do
    "$program" -t "$table" -X "$chain" 2>/dev/null
  done
done

if command -v ipset >/dev/null; then
  for name in $(ipset list -n 2>/dev/null | grep -E '^N(IPv4|IPv6|ET)'); do
    ipset destroy "$name" && echo "set $name"
  done
fi
exit 0
