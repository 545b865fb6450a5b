#!/bin/busybox sh
# The first process of the small machine: modules, a bus with a way out, bluetoothd, and a shell for
# the tests. Nothing else runs here.
export PATH=/bin:/usr/bin:/usr/libexec/bluetooth
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /run/dbus /tmp /var/lib/bluetooth
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev

while read -r module; do
  insmod "/modules/$module.ko" || echo "init: $module was refused"
done </modules/order

ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up

dbus-daemon --config-file=/etc/bus.conf --nofork --nopidfile 2>/run/bus.log &
until [ -S /run/dbus/system_bus_socket ]; do usleep 10000; done
# One nc for each client that comes in, handed on to the bus's own socket: the bus sees root,
# whoever the test runs as. Without -N a client that hangs up would stay on the bus for ever, and
# BlueZ would send on its behalf each notification once more after every reconnect.
nc -ll -p 1234 -e nc.openbsd -N -U /run/dbus/system_bus_socket &
bluetoothd --nodetach 2>/run/bluetoothd.log &

# The tests' shell: a line in is a command in base64, a line out its exit status and what it
# printed, in base64 too.
exec </dev/hvc1 >/dev/hvc1 2>/run/shell.log
stty raw -echo
echo ready
while read -r command; do
  printed=$(echo "$command" | base64 -d | sh 2>&1; echo "status $?")
  echo "$printed" | base64 -w 0
  echo
done
