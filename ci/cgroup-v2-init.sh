#!/bin/bash
# The init of the kernel that ci/cgroup-v2.sh boots; not for use by hand. The root is the host's tree, read-only.
set -u
end() {
  # The console's last bytes first: stty waits for them.
  stty sane
  echo o >/proc/sysrq-trigger
  sleep 10
}
trap end EXIT
exec <>/dev/tty0 >&0 2>&1
# Else the terminal turns every newline into two characters.
stty -onlcr
mount -t proc proc /proc
mount -t sysfs sysfs /sys
. "$oci_conform_out/.command"
export PATH
unset oci_conform_out NODE_EXTRA_CA_CERTS

# Overlays are a module, whose place modprobe does not know, if there is a modprobe; perl, which Debian always has, can load
# it too. With it, /tmp stays what it is on the host, and writable; without it, it is empty.
module=/usr/lib/uml/modules/$(uname -r)/kernel/fs/overlayfs/overlay.ko
perl -e 'open my $f, "<", $ARGV[0] or exit 1; exit(syscall(313, fileno $f, my $none = "", 0) != 0)' "$module"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/overlay/upper /run/overlay/work
chmod 1777 /run/overlay/upper
mount -t overlay -o lowerdir=/tmp,upperdir=/run/overlay/upper,workdir=/run/overlay/work overlay /tmp ||
  mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o ptmxmode=0666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue

# Over themselves, so that paths mean the same inside as outside; they may be in one of the directories just hidden.
share() {
  mkdir -p "$1" && mount -t hostfs -o "$2,$1" none "$1"
}
[ -f "$repository/package.json" ] || share "$repository" ro
share "$out" rw

mount -t cgroup2 cgroup2 /sys/fs/cgroup
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
  echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
done
ip link set lo up

cd "$repository" || exit
if [ -n "$check" ]; then
  echo 0 >"$out/exit-code"
  exit
fi
# One emulated processor, several times slower than the host's: a limit that suits the host would find slowness alone.
suite() {
  HOME=/root LANG=C.UTF-8 node build/cli/main.js runtime --jobs 1 --timeout 60s --out "$out/cases" \
    --report terminal --report "json=$out/report.json" --report "tap=$out/report.tap" --report "junit=$out/report.xml" "$@" 2>&1
  echo $? >"$out/exit-code"
}
if [ -n "$columns" ]; then
  stty columns "$columns"
  TERM=xterm suite "$@"
else
  suite "$@" | cat
fi
