# Prints all that a run could change on a machine, in sections, each behind a line "# NAME".
# Read-only to the letter: no program here loads a kernel module, writes a file or wakes a service.
export LC_ALL=C
cd /

# What a login, a clock or a log writes by itself.
everything() {
  find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /var/log -o -path /lost+found \
    -o -path /var/lib/systemd/random-seed -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/timesync \) \
    -prune -o "$@"
}
# A directory's size is the file system's own business. Numbers for owners: looking up names takes seconds here.
echo '# files'
everything \( -type d -printf '%p d %m %U:%G\n' -o -type l -printf '%p l %l %U:%G\n' -o -printf '%p %y %m %U:%G %s\n' \) | sort

# Every change of a file's bytes moves its ctime: what has the image's own time under /usr and /srv is as it was.
echo '# sums'
everything -type f ! \( \( -path '/usr/*' -o -path '/srv/*' \) ! -newercm /usr/local/share/lab-image \) -print0 | xargs -0 -r sha256sum | sort -k 2

# What the kernel measures from its memory at boot stands apart: that differs a little from boot to boot.
volatile='fs\.(dentry-state|inode-nr|inode-state|file-nr|aio-nr|quota\..*)|kernel\.(random\..*|ns_last_pid|pty\.nr)|net\.netfilter\.nf_conntrack_count'
sized='fs\.epoll\.max_user_watches|fs\.file-max|kernel\.threads-max|net\.ipv4\.inet_peer_threshold|net\.ipv4\.(tcp|udp)_(mem|rmem|wmem)|net\.ipv4\.tcp_(child_)?ehash_entries|net\.ipv4\.tcp_max_(orphans|tw_buckets|syn_backlog)|net\.ipv4\.vs\.sync_qlen_max|net\.(netfilter\.)?nf_conntrack_(max|buckets|expect_max)|user\.max_.*|vm\.(admin_reserve|min_free|user_reserve)_kbytes'
settings=$(sysctl -a 2>/dev/null | grep -v -E "^($volatile) " | sort)
echo '# sysctl'
echo "$settings" | grep -v -E "^($sized) "
echo '# sysctl by memory'
echo "$settings" | grep -E "^($sized) "

echo '# links'
ip -o link show | sed 's/^[0-9]*: //'

echo '# addresses'
ip -o address show | sed -E 's/^[0-9]*: //; s/(valid_lft|preferred_lft) [0-9]+sec/\1 some/g'

echo '# routes'
{ ip -4 route show table all; ip -6 route show table all; } | sed -E 's/ expires [0-9]+sec//' | sort

echo '# rules'
ip -4 rule
ip -6 rule

# The tools would load the tables which they list: only those that are there are asked.
echo '# packet filter'
tables() {
  [ -r "/proc/net/$1" ] || return 0
  sort "/proc/net/$1"
}
plain() { sed -E '/^#/d; s/ \[[0-9]+:[0-9]+\]$//; s/^\[[0-9]+:[0-9]+\] //'; }
for table in $(tables ip_tables_names); do iptables-legacy-save -t "$table" | plain; done
for table in $(tables ip6_tables_names); do ip6tables-legacy-save -t "$table" | plain; done
if [ -n "$(tables arp_tables_names)" ] && command -v arptables-legacy-save > /dev/null; then arptables-legacy-save | plain; fi
if grep -q '^nf_tables ' /proc/modules && command -v nft > /dev/null; then nft --stateless list ruleset; fi

echo '# ipvs'
if [ -r /proc/net/ip_vs ]; then sed -E 's/^(  -> .*) +[0-9]+ +[0-9]+ *$/\1/' /proc/net/ip_vs; fi

echo '# modules'
cut -d ' ' -f 1 /proc/modules | sort

# A unit is enabled by a link; asking systemctl instead takes eight seconds on this kernel.
echo '# enabled'
find /etc/systemd/system /run/systemd/system /etc/rc?.d -type l -printf '%p %l\n' | sort

# Names only: sockets and pid files come and go with services, but nobody else leaves anything here.
echo '# run'
find /run -mindepth 1 -maxdepth 2 ! -path '/run/udev*' ! -path '/run/systemd*' ! -path '/run/log*' \
  ! -path '/run/credentials*' ! -path /run/motd.dynamic | sort

echo '# active'
systemctl list-units --no-legend --no-pager --plain |
  awk '$1 !~ /(\.device|\.scope)$|^user@/ { print $1, $3 }' | sort

# Not the kernel's own threads, not the logins, not this script.
echo '# processes'
ps -e -o sid=,ppid=,args= |
  awk -v own="$$" '$1 != own && $2 != 2 && !/ \[kthreadd\]| sshd: |\(udev-worker\)/ { $1 = $2 = ""; print substr($0, 3) }' | sort
