#!/bin/sh
# build.sh FOLDER IMAGE: a bootable disk of Debian's kernel, busybox and dropbear, made without mounts and loop devices.
# FOLDER holds init and udhcpc.sh. The image appears under its name only when it is whole.
set -eu
folder=$1 image=$2
export LC_ALL=C.UTF-8
work=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-/{print $2; exit}')
[ -n "$kernel" ] || { echo 'linux-image-cloud-amd64 names no kernel: are the package lists there?' >&2; exit 1; }
chmod 755 .
apt-get -q download "$kernel"
dpkg -x "$kernel"_*.deb kernel
release=$(basename kernel/lib/modules/*)
depmod -b kernel "$release"

for path in bin dev proc sys etc/dropbear root tmp run var/run usr/sbin lib/modules; do mkdir -p "root/$path"; done
cp "$(command -v busybox)" root/bin/busybox
cp /usr/sbin/dropbear root/usr/sbin/
for library in $({ ldd /usr/sbin/dropbear; ldd root/bin/busybox; } | grep -o '/lib[^ ]*' | sort -u); do
  mkdir -p "root$(dirname "$library")"
  cp -L "$library" "root$library"
done
for module in virtio_pci virtio_net virtio_blk virtio_rng isofs; do
  modprobe -d kernel -S "$release" --show-depends "$module" | awk '/^insmod/{print $2}'
done | awk '!seen[$0]++' | while read -r file; do
  cp "$file" root/lib/modules/
  basename "$file" >>root/etc/modules
done
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:*:19000:0:99999:7:::\n' >root/etc/shadow
printf 'root:x:0:\n' >root/etc/group
echo /bin/sh >root/etc/shells
echo 'passwd: files' >root/etc/nsswitch.conf
dropbearkey -t ed25519 -f root/etc/dropbear/dropbear_ed25519_host_key >/dev/null 2>&1
install -m 755 "$folder/init" root/init
install -m 755 "$folder/udhcpc.sh" root/etc/udhcpc.sh
(cd root && find . | cpio -o -H newc --quiet) | gzip -9 >initrd.gz

truncate -s 24M disk
mkfs.vfat -F 16 disk >/dev/null
cat >syslinux.cfg <<'A'
DEFAULT guest
PROMPT 0
TIMEOUT 1
LABEL guest
KERNEL vmlinuz
APPEND initrd=initrd.gz console=tty0 console=ttyS0,115200 net.ifnames=0 quiet panic=5
A
mcopy -i disk kernel/boot/vmlinuz-* ::vmlinuz
mcopy -i disk initrd.gz ::initrd.gz
mcopy -i disk syslinux.cfg ::syslinux.cfg
syslinux --install disk
qemu-img convert -O qcow2 -c disk guest.qcow2
mv guest.qcow2 "$image"
