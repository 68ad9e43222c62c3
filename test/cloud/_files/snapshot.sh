# What a host is made of, a part after each line `== NAME`, so that two of them can be compared line by line.
export LC_ALL=C
has() { command -v "$1" >/dev/null 2>&1; }
part() { echo "== $1"; }

part dpkg
dpkg-query -W -f '${db:Status-Abbrev} ${Package}:${Architecture} ${Version}\n' | sort
part manual
apt-mark showmanual | sort
part held
apt-mark showhold | sort
# Loop devices belong to the machine: those of this host are the ones whose file is here.
part losetup
losetup -l -n -O BACK-FILE,BACK-INO 2>/dev/null | while read -r file inode rest; do
  [ "$(stat -c %i "$file" 2>/dev/null)" = "$inode" ] && echo "$file"
done | sort
part mount
sed 's/^\([^ ]*\) \([^ ]*\) \([^ ]*\) \([^ ]*\) .*/\1 on \2 type \3 (\4)/' /proc/self/mounts | sort
part link
for each in /sys/class/net/*; do
  name=${each##*/}
  echo "$name flags=$(cat "$each/flags") mtu=$(cat "$each/mtu") master=$(basename "$(readlink "$each/master" || echo none)")"
done
part addr
ip -br addr | sed 's/ *$//'
part route
{ ip route; ip -6 route; ip rule; } | sed 's/ expires [0-9]*sec//; s/ *$//'
part netns
ip netns
part firewall
for each in iptables ip6tables ebtables arptables; do has "$each-save" && "$each-save" 2>/dev/null | grep -v '^#' | sed "s/ \[[0-9:]*\]//; s/^/$each /"; done
part sysctl
sed 's/^/net.ipv4.ip_forward /' /proc/sys/net/ipv4/ip_forward
for each in /proc/sys/net/bridge/bridge-nf-call-*; do echo "${each##*/} $(cat "$each")"; done
part users
cat /etc/passwd
part groups
cat /etc/group
part shadow
cut -d: -f1,2 /etc/shadow
part etc
find /etc -xdev -type f -exec sha256sum {} + | sed 's/^\(............\)[0-9a-f]* *\(.*\)/\2 \1/' | sort
find /etc -xdev \( -type f -o -type d \) -printf '%p %M %u:%g\n' -o -type l -printf '%p -> %l\n' | sort
part units
systemctl list-units --type=service,socket,timer,mount,automount,path --state=active --plain --no-legend --no-pager | awk '{print $1, $4}' | grep -v '^user\(-runtime-dir\)\?@\|^run-user' | sort
part failed
systemctl list-units --state=failed --plain --no-legend --no-pager | awk '{print $1}' | sort
part enabled
systemctl list-unit-files --no-legend --no-pager | awk '$1 !~ /[.]scope$/ {print $1, $2}' | sort
part cron
find /var/spool/cron -type f 2>/dev/null | while read -r each; do sed "s|^|$each: |" "$each"; done
part listening
{ ss -Hltn; ss -Hlun; } | awk '{print $1, $4}' | sort -u
part processes
ps -e -o user:20=,comm= | grep -v -E ' (ps|sort|sh|sshd|sed|awk|grep|uniq|sftp-server|systemd|\(sd-pam\)|kworker.*)$' | sort -u
part modules
lsmod 2>/dev/null | awk 'NR > 1 {print $1}' | sort
# Names alone: what programs write into their own files is theirs.
part files
find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /etc -o -path /var/cache/apt -o -path /var/lib/apt/lists -o -path /var/lib/dpkg/info -o -path /var/log/journal \) -prune -o -print | sort
part run
find /run /tmp -xdev -maxdepth 2 ! -path '/run/systemd/*' ! -path '/run/udev/*' ! -path '/run/user/*' 2>/dev/null | sort
part dev
find /dev -xdev ! -path '/dev/pts/*' ! -path '/dev/shm/*' | sort
