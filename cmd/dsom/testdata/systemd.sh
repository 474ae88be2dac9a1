# Has systemd be the first process of a machine of its own: namespaces in which the folder $1 is the root, with this machine's programs and the program $2 as /opt/dsom. Its last words say what
# is the first process instead, for a look whether all that is possible here.
set -e
root=$1 program=$2
shift 2
mount --make-rprivate /
mount -t tmpfs tmpfs "$root"
cd "$root"
mkdir -p run tmp proc sys/fs/cgroup dev etc/systemd/system root opt var/lib
for folder in usr bin sbin lib lib64; do
	if [ -L /$folder ]; then
		cp -a /$folder $folder
	elif [ -e /$folder ]; then
		mkdir $folder
		mount --rbind /$folder $folder
	fi
done
: >opt/dsom
mount --bind "$program" opt/dsom
mount -t proc proc proc
mount -t tmpfs tmpfs run
for device in null zero random urandom full; do
	: >dev/$device
	mount --bind /dev/$device dev/$device
done
mount -t cgroup2 cgroup2 sys/fs/cgroup
echo 0123456789abcdef0123456789abcdef >etc/machine-id
printf '[Unit]\nDescription=Nothing but what is installed\n' >etc/systemd/system/default.target
echo root:x:0:0::/root:/bin/sh >etc/passwd
echo root:x:0: >etc/group
exec chroot . env -i container=test HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin SYSTEMD_UNIT_PATH=/etc/systemd/system: "$@"
