import { shellHas, shellVersion } from './keepalived-versions.ts'

/** What braces may stand behind in a file for a keepalived that cannot test it: all that 1.3 and 2.0 know. */
const blocks = [
  ...['global_defs', 'notification_email', 'linkbeat_interfaces', 'garp_group', 'interfaces'],
  ...['static_ipaddress', 'static_routes', 'static_rules', 'static_track_group'],
  ...['vrrp_script', 'vrrp_track_file', 'bfd_instance', 'vrrp_sync_group', 'group'],
  ...['vrrp_instance', 'authentication', 'unicast_peer', 'virtual_ipaddress'],
  ...['virtual_ipaddress_excluded', 'virtual_routes', 'virtual_rules', 'track_interface'],
  ...['track_script', 'track_file', 'track_bfd', 'virtual_server_group', 'virtual_server'],
  ...['real_server', 'SSL', 'HTTP_GET', 'SSL_GET', 'url', 'TCP_CHECK', 'SMTP_CHECK', 'host'],
  ...['DNS_CHECK', 'MISC_CHECK', 'BFD_CHECK'],
] as const

/** Without a test of its own keepalived goes on past what it does not know, and past the end for a brace. */
const ownTest = `awk -v known=" ${blocks.join(' ')} " -v version="$version" '
function fault(text) { print "Line " NR ": " text; failed = 1; exit 1 }
{
  bare = ""; quote = 0; first = ""
  for (i = 1; i <= length($0); i++) {
    c = substr($0, i, 1)
    if (c == "\\\\") { i++; if (!quote) bare = bare "-" }
    else if (c == "\\"") { quote = !quote; bare = bare "-" }
    else if (quote) continue
    else if (c == "!" || c == "#") break
    else if (c == "{" || c == "}") bare = bare " " c " "
    else bare = bare c
  }
  if (quote) fault("a quote is opened and not closed.")
  count = split(bare, words, " ")
  for (n = 1; n <= count; n++) {
    if (words[n] == "{") {
      opener = first == "" ? last : first
      if (!index(known, " " opener " ")) fault("keepalived " version " knows no block " opener "; leave it out, or install 2.0.7 or newer.")
      depth++; first = ""
    } else if (words[n] == "}") {
      if (--depth < 0) fault("a brace is closed that nothing opened.")
      first = ""
    } else if (first == "") { first = words[n]; last = first }
  }
}
END { if (!failed && depth > 0) { print "Line " NR ": the file ends, and " depth " more braces are opened than closed."; exit 1 } }
' "$new" >&2`

/**
 * Shell for `sh -c`: whether the keepalived of this host will take a new file, by its own test where that is to be
 * relied on. $1 is the file, and each further word a program that it starts: no `-t` complains of those that are
 * missing; keepalived goes without them, and says so only in its log.
 */
export const keepalivedTest = `new=$1; shift
for program do
  [ -f "$program" ] && [ -x "$program" ] && continue
  echo "$program is no program here, and keepalived would go without it; install it, or have lbprov ship it as a script." >&2
  exit 1
done
${shellVersion}
if [ -n "$version" ] && ! ${shellHas('canTest')}; then
${ownTest}
exit
fi
keepalived -t -f "$new" && exit
code=$?
if [ "$code" = 143 ] && ${shellHas('testDiesWithScriptUser')}; then
  echo "keepalived $version cannot test a file whose scripts run as another user than root; leave script_user out, or install 2.2.8 or newer." >&2
fi
exit $code`
